"""Who a program is: a bearer token, of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from guanlan.api.models import Token
from guanlan.audit.actions import record
from guanlan.errors import NotAllowed
from guanlan.people.models import Person
from guanlan.people.permissions import MANAGE_PEOPLE, require

POSTS_WRITE = "posts:write"


def issue_token(
    *, name: str, owner: Person, scopes: Sequence[str], person: Person, now: datetime
) -> tuple[Token, str]:
    """Return a new token and its secret, which is shown this once and kept nowhere."""
    require(person, MANAGE_PEOPLE, at=now)
    secret = f"gl_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = Token.objects.create(
            name=name, person=owner, sha256=_hash(secret), scopes=list(scopes), created_at=now
        )
        record(actor=person.key, verb="api.issue_token", kind="token", subject=token.key, at=now)
    return token, secret


class Bearer(HttpBearer):
    """Finds the token of `Authorization: Bearer gl_…` and leaves it in `request.auth`."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the open token of an active person with this secret, or None."""
        found = Token.objects.filter(sha256=_hash(token), closed_at=None, person__is_active=True)
        return found.select_related("person").first()


def require_scope(token: Token, scope: str) -> None:
    """Raise NotAllowed unless the token was issued for this."""
    if scope not in token.scopes:
        raise NotAllowed(_("这个令牌没有“%(scope)s”权限，请管理员另发一个。") % {"scope": scope})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
