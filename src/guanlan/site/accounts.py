"""How people sign in: with a name and a password, never by signing up themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator adds persons; nobody can sign up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False


def display_name(person: Any) -> str:
    """Return what sign-in pages call the person."""
    return str(person.name)
