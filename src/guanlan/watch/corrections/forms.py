"""What a person may say of a post."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanlan.watch.categories import CATEGORY_NAMES, STANCE_NAMES
from guanlan.watch.models import Event


class JudgeForm(forms.Form):
    """A stance, for a negative one the category, and the stance that stood on the page."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    stance = forms.ChoiceField(label=_("立场"), choices=tuple(STANCE_NAMES.items()), widget=forms.RadioSelect)
    category = forms.ChoiceField(
        label=_("投诉类别"),
        choices=(("", _("不改")), *CATEGORY_NAMES.items()),
        required=False,
        help_text=_("负面帖文才有"),
    )


class MoveForm(forms.Form):
    """An event that the post may be put into."""

    event = forms.ModelChoiceField(
        label=_("移到"), queryset=Event.objects.none(), to_field_name="key", empty_label=_("请选事件")
    )

    def __init__(self, *args: Any, events: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events  # type: ignore[attr-defined]
