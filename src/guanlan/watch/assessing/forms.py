"""What a person judges of an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.people.forms import Boxes
from guanlan.watch.models import Sheet


def _box(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=2_000, widget=forms.Textarea({"rows": 3}))


class SheetForm(Boxes):
    """The five parts, how sure the writer is, and the version that stood on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    nature = _box(_("性质"))
    scope = _box(_("影响范围"))
    consequences = _box(_("可能后果"))
    cause = _box(_("起因"))
    demands = _box(_("诉求"))
    confidence = forms.ChoiceField(
        label=_("把握"), choices=Sheet.Confidence.choices, widget=forms.RadioSelect
    )
