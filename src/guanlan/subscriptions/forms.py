"""What is filled in about a subscriber."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.subscriptions.models import Topic


class SubscriptionForm(forms.Form):
    """A subscriber that is added; its address is never shown again."""

    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：工单系统"))
    address = forms.CharField(
        label=_("地址"),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("对方系统接收推送的完整地址；保存后不再显示"),
    )
    topics = forms.MultipleChoiceField(
        label=_("推送什么"),
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=Topic.values,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
