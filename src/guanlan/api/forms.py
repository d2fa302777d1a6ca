"""What an administrator fills in to issue or revoke a token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.api.tokens import SCOPES
from guanlan.people.models import Person


class IssueForm(forms.Form):
    """A program's name, what it may do, who answers for it, and for how long."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("例如：工单系统推送，会成为来源名"))
    scopes = forms.MultipleChoiceField(
        label=_("可以做什么"), choices=list(SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    owner = forms.ModelChoiceField(
        label=_("谁负责"),
        queryset=Person.objects.none(),
        to_field_name="key",
        help_text=_("停用账号，令牌随之失效"),
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        choices=[(30, _("30 天")), (90, _("90 天")), (365, _("一年"))],
        coerce=int,
        initial=90,
        help_text=_("到期前请换新"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        active = Person.visible_to(person).filter(is_active=True).order_by("name", "pk")
        self.fields["owner"].queryset = active  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    """Why a token is revoked."""

    reason = forms.CharField(label=_("收回的理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
