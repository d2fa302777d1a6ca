"""What a person may type about sources and posts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.intake.models import MediaType

MOST = 9_000_000_000_000_000_000


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST,
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
