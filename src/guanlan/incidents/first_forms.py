"""What people fill in when they start first, ratify, or order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.models import Group


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StartFirstForm(forms.Form):
    """At which level, and why it cannot wait."""

    level = forms.ChoiceField(label=_("先行启动哪一级"))
    reason = forms.CharField(label=_("为什么不能等指挥部决定"), max_length=500, widget=_words(3))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = choices  # type: ignore[attr-defined]


class RatifyForm(forms.Form):
    """Ratify at a level, or revoke; with the reason."""

    REVOKE = "revoke"

    choice = forms.ChoiceField(label=_("怎么定"))
    reason = forms.CharField(label=_("理由"), max_length=500, widget=_words(3))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]


class OrderForm(forms.Form):
    """What is to be done, by which group, until when."""

    words = forms.CharField(label=_("要办什么"), max_length=500, widget=_words(3))
    group = forms.ModelChoiceField(
        label=_("交给哪个组"), queryset=Group.objects.none(), to_field_name="key", empty_label=_("选一个组")
    )
    due_at = forms.DateTimeField(
        label=_("何时办完"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    consulted = forms.CharField(label=_("征求过谁的意见（可不写）"), max_length=200, required=False)

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
