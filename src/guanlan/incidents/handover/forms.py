"""To whom a shift is handed over, and what the sheet does not say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.models import Person


class HandoverForm(forms.Form):
    """Who comes, and the words of the one who leaves."""

    successor = forms.ModelChoiceField(
        label=_("交给谁"), queryset=Person.objects.none(), to_field_name="key", empty_label=None
    )
    words = forms.CharField(
        label=_("还要交代什么（可不写）"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, successors: Sequence[Person], person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Person.visible_to(person).filter(pk__in=[one.pk for one in successors])
        self.fields["successor"].queryset = others.order_by("name", "pk")  # type: ignore[attr-defined]
        self.initial.setdefault("successor", successors[0].key if successors else None)
