"""Who is to get a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.models import Person
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
