"""What a person types about a rule, and of an alarm."""

from datetime import time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanlan.people.forms import Boxes
from guanlan.watch.alerts.sensitivity import NUMBERS, Terms, meaning
from guanlan.watch.models import AlertRule, Watch
from guanlan.watch.wording import words

K = AlertRule.Kind
_TIME = {"type": "time"}
_COOLDOWNS = (1, 2, 4, 8, 12, 24)


class RuleForm(Boxes):
    """A rule of a watch; the same boxes serve the dry run."""

    watch = forms.ModelChoiceField(
        label=_("监测方案"), queryset=Watch.objects.none(), to_field_name="key", empty_label=None
    )
    kind = forms.ChoiceField(label=_("规则"), choices=K.choices)
    sensitivity = forms.ChoiceField(
        label=_("灵敏度"), choices=AlertRule.Sensitivity.choices, help_text=_("硬性词不看灵敏度，一条就报")
    )
    counts = forms.ChoiceField(
        label=_("数什么"),
        choices=AlertRule.Counts.choices,
        required=False,
        help_text=_("零提及和硬性词看全部帖文"),
    )
    minimum = forms.IntegerField(
        label=_("起报条数"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("不到这么多条不报；骤降指同时段平时至少这么多条；零提及和硬性词不用"),
    )
    hard_words = forms.CharField(
        label=_("硬性词"), required=False, max_length=500, help_text=_("只用于硬性词规则，空格隔开")
    )
    cooldown_hours = forms.TypedChoiceField(
        label=_("冷却"),
        choices=[(hours, _("%(hours)d 小时") % {"hours": hours}) for hours in _COOLDOWNS],
        coerce=int,
        help_text=_("报过一次，这么久内不再报"),
    )
    quiet_from = forms.TimeField(
        label=_("免打扰，从"), required=False, widget=forms.TimeInput(_TIME, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("到"),
        required=False,
        widget=forms.TimeInput(_TIME, format="%H:%M"),
        help_text=_("这段时间照样记录，结束时再发；该方案有Ⅰ、Ⅱ级事件时立即发"),
    )

    def __init__(self, *args: Any, watches: QuerySet[Watch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["watch"].queryset = watches  # type: ignore[attr-defined]

    def clean_hard_words(self) -> list[str]:
        """Return the words one by one."""
        return [word.replace('"', "") for word in words(self.cleaned_data["hard_words"]) if word.strip('"')]

    def clean(self) -> dict[str, Any]:
        """Refuse half a span of quiet hours, and hard words without one."""
        typed = super().clean() or {}
        if (typed.get("quiet_from") is None) != (typed.get("quiet_until") is None):
            self.add_error("quiet_until", _("免打扰的开始和结束要么都填，要么都不填。"))
        if typed.get("kind") == K.WORDS and not typed.get("hard_words"):
            self.add_error("hard_words", _("硬性词规则至少要写一个词，空格隔开。"))
        return typed

    def terms(self) -> Terms:
        """Return what was asked of the rule."""
        typed = self.cleaned_data
        return Terms(
            typed["kind"],
            typed["sensitivity"],
            typed["counts"] or AlertRule.Counts.POSTS,
            typed["minimum"],
            typed["hard_words"],
            typed["cooldown_hours"],
        )

    def quiet(self) -> tuple[time, time] | None:
        """Return the quiet hours."""
        since, until = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (since, until) if since is not None else None


def sensitivities() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return for each kind what each sensitivity chooses, in words."""
    labels = dict(AlertRule.Sensitivity.choices)
    return [
        (str(K(kind).label), [(str(labels[one]), meaning(kind, number)) for one, number in numbers.items()])
        for kind, numbers in NUMBERS.items()
    ]


class FalseForm(Boxes):
    """Why an alarm was none."""

    reason = forms.CharField(label=_("为什么是误报"), max_length=300, widget=forms.Textarea({"rows": 2}))
