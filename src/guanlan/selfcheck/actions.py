"""Where it is said that all is well."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.errors import BadInput
from guanlan.notify.sealing import Access, seal
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.selfcheck.models import LastCheck
from guanlan.selfcheck.permissions import SET_HEARTBEAT


class NoSuchAddress(BadInput):
    """It cannot be called."""


def set_heartbeat(*, address: str, person: Person, now: datetime) -> None:
    """Take the address that hears when all is well, sealed; an empty one ends it.

    Raises NotAllowed, NoSuchAddress.
    """
    require(person, SET_HEARTBEAT, at=now)
    if address and not _callable(address):
        raise NoSuchAddress(_("地址要以 https:// 开头，请从接收平安信号的服务里整段复制。"))
    with transaction.atomic():
        last, _made = LastCheck.objects.get_or_create(pk=1)
        LastCheck.objects.filter(pk=last.pk).update(
            sealed=seal(Access(address)) if address else "", beat_at=None, beat_outcome="", beat_taken=False
        )
        record(
            actor=person.key,
            verb="selfcheck.set_heartbeat",
            kind="check",
            subject=last.key,
            at=now,
            facts={"set": bool(address)},
        )


def _callable(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
