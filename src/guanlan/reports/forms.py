"""Who is to get a report, and when; what goes outside the house."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import OutsideRule
from guanlan.people.forms import Boxes
from guanlan.people.models import Person
from guanlan.people.queries import open_groups
from guanlan.plan.levels import Level
from guanlan.plan.wording import level_word
from guanlan.reports.models import Addressee, Report


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


class AddresseeForm(Boxes):
    """Whom to inform outside, at which levels, by when, in which words."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类别"), choices=Addressee.Kind.choices)
    levels = forms.MultipleChoiceField(label=_("哪些等级要报"), widget=forms.CheckboxSelectMultiple)
    rule = forms.ChoiceField(
        label=_("时限"), required=False, help_text=_("从启动响应起算；规则在“外部时限”里改和加")
    )
    template = forms.CharField(label=_("情况说明模板"), max_length=4000, widget=forms.Textarea({"rows": 12}))

    def __init__(
        self, *args: object, levels: Iterable[Level], rules: Iterable[OutsideRule], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)
        named, timed = self.fields["levels"], self.fields["rule"]
        if isinstance(named, forms.MultipleChoiceField):
            named.choices = [(level.key, f"{level_word(level.key)} {level.name}") for level in levels]
        if isinstance(timed, forms.ChoiceField):
            timed.choices = [("", _("没有时限")), *((rule.code, rule.name) for rule in rules)]


class BriefForm(Boxes):
    """The wording of a brief."""

    title = forms.CharField(label=_("标题"), max_length=120)
    body = forms.CharField(label=_("正文"), max_length=8000, widget=forms.Textarea({"rows": 14}))


class VerdictForm(Boxes):
    """The wording that the signer has read, by its hash."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReturnForm(VerdictForm):
    """Why it goes back."""

    reason = forms.CharField(label=_("退回原因"), max_length=300)


class SentForm(VerdictForm):
    """When and how a person sent it."""

    sent_at = forms.DateTimeField(
        label=_("发出时间"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    how = forms.CharField(label=_("怎么发出的"), max_length=120, help_text=_("邮箱、系统填报、专人送达等"))


class ReplyForm(Boxes):
    """What the addressee answered."""

    replied_at = forms.DateTimeField(
        label=_("答复时间"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    reply = forms.CharField(label=_("对方答复"), max_length=500, widget=forms.Textarea({"rows": 3}))
