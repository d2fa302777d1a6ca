"""What a person says of events as wholes."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guanlan.people.forms import Boxes
from guanlan.watch.models import Event

_REASON = forms.Textarea({"rows": 2})


class EventChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Events by name and size."""

    def label_from_instance(self, obj: Event) -> str:
        """Write an event's name with its posts."""
        return _("%(name)s（%(count)s 条）") % {"name": obj.name, "count": f"{obj.posts:,}"}


class MergeForm(Boxes):
    """Which event this one goes into, and why."""

    event = EventChoice(
        label=_("并入"), queryset=Event.objects.none(), to_field_name="key", empty_label=_("请选事件")
    )
    reason = forms.CharField(label=_("理由"), max_length=300, widget=_REASON)

    def __init__(self, *args: Any, events: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = events  # type: ignore[attr-defined]


class SplitForm(Boxes):
    """Which posts are another matter, and why."""

    whole = forms.BooleanField(required=False)
    posts = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reason = forms.CharField(label=_("理由"), max_length=300, widget=_REASON)

    def __init__(self, *args: Any, posts: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["posts"].choices = [(number, number) for number in posts]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a split of nothing."""
        typed = super().clean() or {}
        if not typed.get("whole") and not typed.get("posts"):
            self.add_error("posts", _("没有选中帖文，请至少选一条。"))
        return typed


class UndoForm(Boxes):
    """Why a merge is taken back."""

    reason = forms.CharField(label=_("撤销的理由"), max_length=300, widget=_REASON)


class PrecedentForm(Boxes):
    """An earlier event, and what is alike."""

    earlier = forms.ModelChoiceField(
        label=_("先例"), queryset=Event.objects.none(), to_field_name="key", empty_label=None
    )
    note = forms.CharField(label=_("哪里相似，可以借鉴什么"), max_length=300, widget=_REASON)

    def __init__(self, *args: Any, events: QuerySet[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["earlier"].queryset = events  # type: ignore[attr-defined]
