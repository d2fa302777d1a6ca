"""What is filled in about channels, and in which order they reach a person."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.notify.chain import usable
from guanlan.notify.models import Channel, Urgency
from guanlan.notify.queries import channels, ways_of
from guanlan.notify.sealing import Access
from guanlan.people.models import Person

PLACES = (1, 2, 3)


class AccessForm(forms.Form):
    """Where a channel is called and what its calls are signed with; neither is ever shown again."""

    address = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "https://"}),
        help_text=gettext_lazy("从群机器人的设置里整段复制；保存后不再显示"),
    )
    secret = forms.CharField(
        label=gettext_lazy("密钥"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("钉钉“加签”、飞书“签名校验”或网关的密钥；企业微信没有，留空"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def access(self) -> Access:
        """Return what was filled in."""
        return Access(self.cleaned_data["address"].strip(), self.cleaned_data["secret"].strip())


class ChannelForm(AccessForm):
    """A channel that is added."""

    kind = forms.ChoiceField(
        label=gettext_lazy("种类"),
        choices=[choice for choice in Channel.Kind.choices if choice[0] != Channel.Kind.MAIL],
    )
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("例如：客服值班群")
    )
    field_order = ("kind", "name", "address", "secret")


class WaysForm(forms.Form):
    """Up to three channels in order, for urgent and for normal messages."""

    def __init__(self, *args: Any, person: Person, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self._channels = {channel.key: channel for channel in channels(by) if usable(channel)}
        choices = [("", "—"), *((channel.key, channel.name) for channel in self._channels.values())]
        for urgency in Urgency:
            chosen = [way.channel.key for way in ways_of(person, urgency)]
            for place in PLACES:
                self.fields[f"{urgency}-{place}"] = forms.ChoiceField(
                    label=_("第 %(place)d 个") % {"place": place},
                    choices=choices,
                    required=False,
                    initial=chosen[place - 1] if place <= len(chosen) else "",
                )

    def orders(self) -> dict[str, Sequence[Channel]]:
        """Return the channels in order, by urgency."""
        return {
            urgency: [
                self._channels[key] for place in PLACES if (key := self.cleaned_data[f"{urgency}-{place}"])
            ]
            for urgency in Urgency
        }

    def chains(self) -> list[tuple[str, list[Any]]]:
        """Return each urgency's word with its boxes."""
        return [(str(urgency.label), [self[f"{urgency}-{place}"] for place in PLACES]) for urgency in Urgency]


class CallForm(forms.Form):
    """Whether somebody was reached, when, and what was said."""

    reached = forms.TypedChoiceField(
        label=gettext_lazy("接通没有"),
        choices=[
            ("", gettext_lazy("选一项")),
            ("yes", gettext_lazy("接通了，已告知本人")),
            ("no", gettext_lazy("没接通")),
        ],
        coerce=lambda given: given == "yes",
    )
    at = forms.DateTimeField(
        label=gettext_lazy("什么时候打的"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    words = forms.CharField(
        label=gettext_lazy("说了什么（可不写）"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
