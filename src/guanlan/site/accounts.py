"""How people sign in: with a name and a password, never by signing up themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator adds persons; nobody can sign up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("登录名或密码不对，请再试一次；忘了密码请管理员重设。"),
        "too_many_login_attempts": _("试错次数太多，请过 5 分钟再登录；着急请管理员重设密码。"),
        "account_inactive": _("这个账号已经停用，要恢复请找管理员。"),
        "incorrect_password": _("密码不对，请再写一次。"),
        "enter_current_password": _("请写现在的密码。"),
        "rate_limited": _("试得太频繁了，请过几分钟再来。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False


def display_name(person: Any) -> str:
    """Return what sign-in pages call the person."""
    return str(person.name)
