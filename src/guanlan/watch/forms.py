"""What a person may type about watches and events."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.errors import BadInput
from guanlan.plan.document import PlanDocument
from guanlan.watch.wording import check_query

_BOX = {"rows": 2}


class WatchForm(forms.Form):
    """Three boxes, or a query under 高级."""

    name = forms.CharField(label=_("方案名称"), max_length=60)
    brand = forms.CharField(
        label=_("品牌词"),
        required=False,
        widget=forms.Textarea(_BOX),
        help_text=_("公司、产品、店铺的叫法，空格隔开"),
    )
    matter = forms.CharField(
        label=_("事件词"),
        required=False,
        widget=forms.Textarea(_BOX),
        help_text=_("与品牌词同时出现才算命中；不填则只看品牌词"),
    )
    without = forms.CharField(
        label=_("排除词"), required=False, widget=forms.Textarea(_BOX), help_text=_("出现其中一个就不算命中")
    )
    query = forms.CharField(
        label=_("检索式"),
        required=False,
        widget=forms.Textarea(_BOX),
        help_text=_("填了就以它为准，例如 (观澜 OR 观澜商城) AND 退款 NEAR/10 未到账"),
    )
    own_accounts = forms.CharField(
        label=_("本公司账号"),
        required=False,
        widget=forms.Textarea(_BOX),
        help_text=_("自己发的帖子不算负面，也不算传播"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a watch that would match nothing or everything."""
        typed = super().clean() or {}
        if not any(typed.get(box, "").strip() for box in ("brand", "matter", "query")):
            raise forms.ValidationError(_("至少要填品牌词、事件词或检索式中的一项。"))
        if query := typed.get("query", "").strip():
            try:
                check_query(query)
            except BadInput as wrong:
                self.add_error("query", wrong.sentence)
        return typed


class KeywordsForm(forms.Form):
    """A keyword file, or its text once it was shown."""

    file = forms.FileField(label=_("关键词文件（TrendRadar 的 frequency_words.txt）"), required=False)
    words = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def clean(self) -> dict[str, Any]:
        """One of both."""
        typed = super().clean() or {}
        if not typed.get("file") and not typed.get("words") and not self.errors:
            self.add_error("file", _("请选一个关键词文件。"))
        return typed


class LevelForm(forms.Form):
    """A person's judgement of an event."""

    level = forms.ChoiceField(label=_("等级"), required=False)
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("和系统算的不同，或调低等级时必填"),
    )

    def __init__(self, *args: Any, plan: PlanDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = [(level.key, level.name) for level in plan.by_rank]
        self.fields["level"].choices = [*levels, ("", _("不入级"))]  # type: ignore[attr-defined]


class FactForm(forms.Form):
    """A listed fact and its ground."""

    fact = forms.ChoiceField(label=_("事实"))
    ground = forms.CharField(
        label=_("依据"), max_length=300, help_text=_("报道链接、通报文号，或谁在什么时候确认")
    )

    def __init__(self, *args: Any, plan: PlanDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(trigger.fact, trigger.name) for trigger in plan.triggers]
        self.fields["fact"].choices = list(dict(listed).items())  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea({"rows": 3}))
