"""What is typed about working time and about rules from outside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.models import OutsideRule
from guanlan.people.forms import Boxes

_DAY = {"type": "date"}
_TIME = {"type": "time"}


class HoursForm(Boxes):
    """From when until when the company works."""

    opens = forms.TimeField(label=_("上班"), widget=forms.TimeInput(_TIME, format="%H:%M"))
    closes = forms.TimeField(label=_("下班"), widget=forms.TimeInput(_TIME, format="%H:%M"))


class DaysForm(Boxes):
    """Days on which the company differs from the official calendar."""

    first = forms.DateField(label=_("第一天"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"))
    last = forms.DateField(
        label=_("最后一天"), widget=forms.DateInput(_DAY, format="%Y-%m-%d"), required=False
    )
    works = forms.TypedChoiceField(
        label=_("这几天"),
        choices=[("off", _("休息")), ("work", _("上班"))],
        coerce=lambda chosen: chosen == "work",
    )
    ground = forms.CharField(label=_("依据"), max_length=80)

    def clean(self) -> dict[str, Any]:
        """One day, if no last day is given."""
        cleaned = super().clean() or {}
        return cleaned | {"last": cleaned.get("last") or cleaned.get("first")}


class DueForm(Boxes):
    """What came in when, and under which rule."""

    rule = forms.ChoiceField(label=_("规则"))
    received = forms.DateTimeField(
        label=_("起算时间"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, rules: list[OutsideRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [(rule.code, rule.name) for rule in rules]  # type: ignore[attr-defined]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """One rule from outside, as the company puts it down."""

    class Meta:
        model = OutsideRule
        fields = ("name", "starts", "amount", "unit", "source", "effective_on", "checked", "note")
        labels = {
            "name": _("名称"),
            "starts": _("从什么时候起算"),
            "amount": _("多少"),
            "unit": _("单位"),
            "source": _("出处"),
            "effective_on": _("施行日期"),
            "checked": _("已对照现行条文核对过"),
            "note": _("说明"),
        }
        help_texts = {
            "source": _("文件名、文号和条款；没有出处的，写是谁说的"),
            "checked": _("没有核对的，页面上一直写着“待核对”"),
        }
        widgets = {"effective_on": forms.DateInput(_DAY, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_amount(self) -> int:
        """Refuse a time of nothing, and one of years."""
        amount = int(self.cleaned_data["amount"])
        if not 1 <= amount <= 400:
            raise forms.ValidationError(_("请填 1 到 400 之间的整数。"))
        return amount
