"""What is typed while setting up."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes
from guanlan.people.importing import is_login
from guanlan.people.models import Person
from guanlan.people.queries import directory
from guanlan.people.requests import PersonRequest


class FirstForm(Boxes):
    """The company and its first administrator."""

    company = forms.CharField(label=gettext_lazy("公司名称"), max_length=80)
    name = forms.CharField(label=gettext_lazy("您的姓名"), max_length=40)
    username = forms.CharField(
        label=gettext_lazy("登录名"), max_length=40, help_text=gettext_lazy("英文字母或数字，例如 wangfang")
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("至少 8 位，不要用常见密码"),
    )

    def clean_username(self) -> str:
        """Refuse what nobody could type at two in the morning."""
        written = str(self.cleaned_data["username"])
        if not is_login(written):
            raise forms.ValidationError(
                _("登录名“%(text)s”不能用，请用 2 到 40 个英文字母或数字，例如 wangfang。")
                % {"text": written}
            )
        return written

    def clean_password(self) -> str:
        """Refuse a password that is guessed first."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password


class CompanyForm(Boxes):
    """The company's name, as it stands on reports."""

    name = forms.CharField(
        label=gettext_lazy("公司名称"), max_length=80, help_text=gettext_lazy("写全称：报告和预案的封面用它")
    )


class DeputyForm(Boxes):
    """Who stands in for a group's lead."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("副手"),
        queryset=Person.objects.none(),
        to_field_name="key",
        empty_label=gettext_lazy("选一人"),
    )

    def __init__(self, *args: Any, request: PersonRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = directory(request.user, at=request.now).filter(is_active=True)
        self.fields["person"].queryset = active  # type: ignore[attr-defined]
