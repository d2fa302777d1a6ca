"""Issuing a token to another program, and revoking it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.api.models import Token
from guanlan.api.permissions import MANAGE_TOKENS
from guanlan.api.tokens import sha256_of
from guanlan.audit.actions import record
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require

# As much of a secret as tells one token from another and is of no use to anybody.
_SHOWN = 7


class NoReason(BadInput):
    """Whoever's program stops must be able to read why."""


class ExpiryBackwards(BadInput):
    """A token that is over before it begins."""


class RevokedAlready(Refused):
    """The token was revoked before."""


def issue_token(
    *, name: str, owner: Person, scopes: Sequence[str], expires_at: datetime, person: Person, now: datetime
) -> tuple[Token, str]:
    """Return a new token and its secret, which is shown this once and kept nowhere.

    Raises NotAllowed, ExpiryBackwards.
    """
    require(person, MANAGE_TOKENS, at=now)
    if expires_at <= now:
        raise ExpiryBackwards(_("到期时间要晚于现在，请改正后再发。"))
    secret = f"gl_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = Token.objects.create(
            name=name,
            person=owner,
            prefix=secret[:_SHOWN],
            sha256=sha256_of(secret),
            scopes=list(scopes),
            created_at=now,
            expires_at=expires_at,
        )
        record(
            actor=person.key,
            verb="api.issue_token",
            kind="token",
            subject=token.key,
            at=now,
            facts={"owner": owner.key, "scopes": list(scopes), "expires_at": expires_at.isoformat()},
        )
    return token, secret


def revoke_token(*, token: Token, reason: str, person: Person, now: datetime) -> None:
    """Close a token for good; the next request with it is refused.

    Raises NotAllowed, NoReason, RevokedAlready.
    """
    require(person, MANAGE_TOKENS, at=now)
    if not reason.strip():
        raise NoReason(_("请写明收回的理由，用这个令牌的人会问。"))
    with transaction.atomic():
        open_token = Token.objects.filter(pk=token.pk, closed_at=None)
        if not open_token.update(closed_at=now, closed_reason=reason.strip()[:200]):
            raise RevokedAlready(_("令牌“%(name)s”已经收回，不用再收。") % {"name": token.name})
        record(actor=person.key, verb="api.revoke_token", kind="token", subject=token.key, at=now)
