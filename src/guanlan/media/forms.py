"""What a person may type about statements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.media.models import Statement


class StatementForm(forms.Form):
    """Wording."""

    kind = forms.ChoiceField(label=_("类型"), choices=Statement.Kind.choices)
    title = forms.CharField(label=_("标题"), max_length=120)
    body = forms.CharField(
        label=_("正文"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 12}),
        help_text=_("写清事件、态度、措施、承诺；承诺写明日期和钟点"),
    )


class ReturnForm(forms.Form):
    """Why it goes back."""

    reason = forms.CharField(label=_("退回理由"), max_length=500, widget=forms.Textarea({"rows": 3}))


class ReleaseForm(forms.Form):
    """Where and when a person released it."""

    channel = forms.CharField(label=_("渠道"), max_length=60, help_text=_("例如官方微博、官网公告、App 公告"))
    url = forms.URLField(label=_("链接"), max_length=500, required=False, assume_scheme="https")
    released_at = forms.DateTimeField(
        label=_("发布时间"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
