"""Whom a check asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.models import Group
from guanlan.people.queries import open_groups


class StartForm(forms.Form):
    """One group, or everybody."""

    group = forms.ModelChoiceField(
        label=_("问谁"),
        queryset=Group.objects.none(),
        required=False,
        empty_label=_("所有在任的人"),
        to_field_name="key",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        chosen = self.fields["group"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = open_groups()
