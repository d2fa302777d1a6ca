"""Who is to get a report, and when."""

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.forms import Boxes
from guanlan.people.models import Person
from guanlan.people.queries import open_groups
from guanlan.reports.models import Report


class DistributeForm(forms.Form):
    """The colleagues who have not got the report yet."""

    persons = forms.ModelMultipleChoiceField(
        Person._default_manager.none(),
        label=_("收件人"),
        to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一个收件人。")},
    )

    def __init__(self, *args: object, report: Report, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        open_to = Person.visible_to(person).filter(is_active=True).exclude(receipts__report=report)
        chosen = self.fields["persons"]
        if isinstance(chosen, forms.ModelMultipleChoiceField):
            chosen.queryset = open_to.order_by("name")


class ScheduleForm(Boxes):
    """When the daily report goes out, and to whom."""

    sent_at = forms.TimeField(label=_("几点发出"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    groups = forms.ModelMultipleChoiceField(
        Person._default_manager.none(),
        label=_("发给这些组的全体成员"),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    persons = forms.ModelMultipleChoiceField(
        Person._default_manager.none(),
        label=_("另外发给"),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        groups, persons = self.fields["groups"], self.fields["persons"]
        if isinstance(groups, forms.ModelMultipleChoiceField):
            groups.queryset = open_groups()
        if isinstance(persons, forms.ModelMultipleChoiceField):
            persons.queryset = Person.visible_to(person).filter(is_active=True).order_by("name")


class FollowUpForm(Boxes):
    """What the monitor adds to the figures, in a sentence or two each."""

    progress = forms.CharField(
        label=_("进展"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("上一期以来有什么变化"),
    )
    next_step = forms.CharField(
        label=_("下一步"), required=False, widget=forms.Textarea({"rows": 3}), help_text=_("谁在几时前做什么")
    )
