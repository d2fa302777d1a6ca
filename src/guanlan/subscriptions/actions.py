"""Subscriptions: adding, trying and closing one, and pushing once more what failed."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.audit.queries import head
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.notify.sealing import Access, seal
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.subscriptions.models import Push, Subscription, Topic
from guanlan.subscriptions.permissions import MANAGE
from guanlan.subscriptions.signing import make_secret
from guanlan.subscriptions.states import MOVES, S
from guanlan.subscriptions.telling import envelope

# What a trial says it is; no topic, since nothing has happened.
TRIAL = "test"


class NoSuchAddress(BadInput):
    """It cannot be called."""


class NothingWanted(BadInput):
    """No topic was chosen."""


class ClosedAlready(Refused):
    """Nothing is told to it any more."""


class NotFailed(Refused):
    """It arrived, or is on its way."""


class NothingLeaves(Refused):
    """Drills and demos send nothing out."""


def add_subscription(
    *, name: str, address: str, topics: Sequence[str], person: Person, now: datetime
) -> tuple[Subscription, str]:
    """Add a subscriber for what happens from now on; return it with its secret, which is never shown again.

    Raises NotAllowed, NoSuchAddress, NothingWanted.
    """
    require(person, MANAGE, at=now)
    _check(address)
    wanted = [topic for topic in Topic.values if topic in topics]
    if not wanted:
        raise NothingWanted(_("请至少选一件要推送的事。"))
    secret = make_secret()
    with transaction.atomic():
        added = Subscription.objects.create(
            name=name,
            sealed=seal(Access(address.strip(), secret)),
            topics=wanted,
            reached=head().number,
            created_at=now,
        )
        _record("add", added, person, now, {"topics": wanted})
    return added, secret


def close_subscription(*, subscription: Subscription, person: Person, now: datetime) -> None:
    """Tell it nothing more; what waits is not sent. Raises NotAllowed, ClosedAlready."""
    require(person, MANAGE, at=now)
    with transaction.atomic():
        if not Subscription.objects.filter(pk=subscription.pk, closed_at=None).update(closed_at=now):
            raise ClosedAlready(_("“%(name)s”已经停用，不用再停。") % {"name": subscription.name})
        _record("close", subscription, person, now, {})


def try_subscription(*, subscription: Subscription, stream: Stream, person: Person, now: datetime) -> Push:
    """Push a trial, signed like all others, and return it.

    Raises NotAllowed, NothingLeaves, ClosedAlready.
    """
    require(person, MANAGE, at=now)
    if stream.kind != Stream.Kind.REAL:
        raise NothingLeaves(_("演练和演示里不往外推。请切回正式数据再试。"))
    with transaction.atomic():
        _refuse_closed(subscription)
        number = _record("try", subscription, person, now, {})
        return Push.objects.create(
            stream=stream,
            subscription=subscription,
            audit_number=number,
            body=envelope(TRIAL, now, {}),
            created_at=now,
            next_at=now,
            changed_seq=touch(stream),
        )


def push_again(*, push: Push, person: Person, now: datetime) -> None:
    """Push once more what failed, under the same id. Raises NotAllowed, ClosedAlready, NotFailed."""
    require(person, MANAGE, at=now)
    with transaction.atomic():
        _refuse_closed(push.subscription)
        failed = Push.objects.filter(pk=push.pk, state=S.FAILED)
        state = MOVES[S.FAILED, "push_again"]
        if not failed.update(state=state, attempts=0, next_at=now, changed_seq=touch(push.stream)):
            raise NotFailed(_("这一条没有失败，不用再推。请刷新看最新的情况。"))
        _record("push_again", push.subscription, person, now, {"push": push.key})


def _refuse_closed(subscription: Subscription) -> None:
    if not Subscription.objects.filter(pk=subscription.pk, closed_at=None).exists():
        raise ClosedAlready(_("“%(name)s”已停用，推不出去。请另建一个。") % {"name": subscription.name})


def _check(address: str) -> None:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoSuchAddress(_("地址要以 https:// 开头，请填对方系统接收推送的完整地址。"))


def _record(
    step: str, subscription: Subscription, person: Person, now: datetime, facts: dict[str, object]
) -> int:
    return record(
        actor=person.key,
        verb=f"subscriptions.{step}",
        kind="subscription",
        subject=subscription.key,
        at=now,
        facts=facts,
    )
