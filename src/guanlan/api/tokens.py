"""Who a program is: a bearer token, of which only the hash is kept."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.security import HttpBearer

from guanlan.api.models import Token
from guanlan.errors import NotAllowed, Refused

POSTS_WRITE = "posts:write"
VOLUMES_WRITE = "volumes:write"
EVENTS_READ = "events:read"
KPIS_READ = "kpis:read"

SCOPES: dict[str, Promise] = {
    POSTS_WRITE: gettext_lazy("推送帖文"),
    VOLUMES_WRITE: gettext_lazy("推送业务量（由客服的人负责）"),
    EVENTS_READ: gettext_lazy("读取事件和影响"),
    KPIS_READ: gettext_lazy("读取指标"),
}

# When a token was last used is noted to the minute at most, not at every request.
_NOTED_EVERY = timedelta(minutes=1)


class TokenOver(Refused):
    """The token was revoked or has expired."""

    status = 401


class Bearer(HttpBearer):
    """Finds the token of `Authorization: Bearer gl_…` and leaves it in `request.auth`."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the token of an active person with this secret, or None; TokenOver when it is over."""
        now: datetime = request.now  # type: ignore[attr-defined]
        found = Token.objects.filter(sha256=sha256_of(token), person__is_active=True)
        known = found.select_related("person").first()
        if known is None:
            return None
        if known.closed_at is not None or known.expires_at <= now:
            state = _("被收回") if known.closed_at is not None else _("过期")
            raise TokenOver(
                _("令牌“%(name)s”已%(state)s，请管理员另发一个。") % {"name": known.name, "state": state}
            )
        _note_use(known, now)
        return known


def require_scope(token: Token, scope: str) -> None:
    """Raise NotAllowed unless the token was issued for this."""
    if scope not in token.scopes:
        raise NotAllowed(_("这个令牌没有“%(scope)s”权限，请管理员另发一个。") % {"scope": scope})


def sha256_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: Token, now: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
