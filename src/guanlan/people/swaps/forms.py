"""With whom one swaps."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes
from guanlan.people.models import DutyShift
from guanlan.people.swaps.queries import colleagues, shifts_in_return


class SwapForm(Boxes):
    """A colleague who takes the shift, or one of their shifts to take in return."""

    against = forms.ChoiceField(label=gettext_lazy("换给谁"))
    words = forms.CharField(
        label=gettext_lazy("为什么换（可不写）"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, shift: DutyShift, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        persons = colleagues(shift, at=at)
        self._backs = {row.key: row for row in shifts_in_return(shift, at=at)}
        self._persons = {person.key: person for person in persons}
        choices = [
            (row.key, _("换%(who)s %(when)s的班") % {"who": row.person.name, "when": _times(row)})
            for row in self._backs.values()
        ]
        choices += [(person.key, _("%(who)s替我值，不换回") % {"who": person.name}) for person in persons]
        self.fields["against"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """Return whom the swap asks, and for which shift in return."""
        against = self.cleaned_data["against"]
        back = self._backs.get(against)
        other = back.person if back is not None else self._persons[against]
        return {"other": other, "back": back, "words": self.cleaned_data["words"]}


def _times(shift: DutyShift) -> str:
    starts, ends = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    return f"{starts:%m-%d %H:%M}–{ends:%H:%M}"
