"""What a person may type about sources and posts."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.intake.models import MediaType, Volume
from guanlan.intake.reading.volumes import FIELDS
from guanlan.intake.reading.volumes import MOST as MOST_A_DAY

MOST = 9_000_000_000_000_000_000


def _count(label: Any, most: int = MOST) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )


class PasteForm(forms.Form):
    """The pasted words."""

    words = forms.CharField(
        label=_("粘贴的文字"), strip=True, widget=forms.Textarea({"rows": 5, "autofocus": True})
    )


class CountsForm(forms.Form):
    """Figures beside a post; empty means unknown."""

    likes = _count(_("赞"))
    comments = _count(_("评论"))
    reposts = _count(_("转发"))
    favourites = _count(_("收藏"))
    views = _count(_("阅读或播放"))


class FeedForm(forms.Form):
    """A feed to ask."""

    name = forms.CharField(label=_("名称"), max_length=60)
    url = forms.URLField(
        label=_("订阅地址"),
        max_length=500,
        assume_scheme="https",
        help_text=_("RSS、Atom 或 JSON Feed 的网址"),
    )
    platform = forms.CharField(label=_("平台"), max_length=30)
    media_type = forms.ChoiceField(label=_("类型"), choices=MediaType.choices)
    every_minutes = forms.IntegerField(label=_("每隔几分钟看一次"), min_value=1, max_value=1440, initial=5)
    silent_after_minutes = forms.IntegerField(
        label=_("多少分钟没有新帖就报警"),
        min_value=5,
        max_value=20160,
        required=False,
        help_text=_("不填则不报警"),
    )


class FileForm(forms.Form):
    """A file of posts."""

    file = forms.FileField(label=_("文件"), help_text=_("JSONL、CSV、XLSX，可以是 .gz；50 MB 以内"))
    history = forms.BooleanField(
        label=_("这是历史数据"),
        required=False,
        initial=True,
        help_text=_("历史数据只用来积累基线，不计时限，不发通知"),
    )


class VolumeForm(forms.Form):
    """The figures of one day; empty means not known. `seen` is the row that was shown."""

    day = forms.DateField(widget=forms.HiddenInput)
    complaints = _count(_("投诉，件"), MOST_A_DAY)
    refunds = _count(_("退款，单"), MOST_A_DAY)
    contacts = _count(_("联系量，次"), MOST_A_DAY)
    source = forms.CharField(
        label=_("数从哪里来"), max_length=120, help_text=_("例如：工单系统后台、热线日报")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, typed: Any, *, standing: Volume | None, day: date) -> None:
        stands = {name: getattr(standing, name) for name in (*FIELDS, "source")} if standing else {}
        super().__init__(typed, initial={"day": day, "seen": standing.key if standing else "", **stands})

    def figures(self) -> dict[str, Any]:
        """Return the day and its figures."""
        return {name: self.cleaned_data[name] for name in ("day", *FIELDS)}


class VolumesFileForm(forms.Form):
    """A table of days."""

    file = forms.FileField(label=_("文件"), help_text=_("CSV 或 XLSX，一天一行；5 MB 以内"))
    source = forms.CharField(
        label=_("数从哪里来"), max_length=120, required=False, help_text=_("不填就记文件名")
    )
