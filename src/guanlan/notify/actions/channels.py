"""Channels: adding, trying and closing one; and the order in which they reach a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.notify.chain import give, usable
from guanlan.notify.channels import SORTS
from guanlan.notify.models import TRIAL, Channel, Delivery, Message, Way
from guanlan.notify.permissions import MANAGE_CHANNELS
from guanlan.notify.sealing import Access, seal
from guanlan.people.models import Person
from guanlan.people.permissions import MANAGE_PEOPLE, require


class NoSuchAddress(BadInput):
    """The address is not one of this kind of channel."""


class NoSecret(BadInput):
    """A gateway knows us by what is signed."""


class ClosedAlready(Refused):
    """The channel is closed."""


class NothingLeaves(Refused):
    """Drills and demos send nothing out."""


def add_channel(*, kind: str, name: str, access: Access, person: Person, now: datetime) -> Channel:
    """Add a channel, its address and secret sealed, and return it.

    Raises NotAllowed, NoSuchAddress, NoSecret.
    """
    require(person, MANAGE_CHANNELS, at=now)
    _check(kind, access)
    with transaction.atomic():
        channel = Channel.objects.create(kind=kind, name=name, sealed=seal(access), created_at=now)
        _record("add_channel", channel, person, now, {"kind": kind})
    return channel


def reset_access(*, channel: Channel, access: Access, person: Person, now: datetime) -> None:
    """Give a channel another address and secret; people's orders stay.

    Raises NotAllowed, NoSuchAddress, NoSecret.
    """
    require(person, MANAGE_CHANNELS, at=now)
    _check(channel.kind, access)
    with transaction.atomic():
        Channel.objects.filter(pk=channel.pk).update(sealed=seal(access), rests_until=None)
        _record("reset_access", channel, person, now, {})


def close_channel(*, channel: Channel, person: Person, now: datetime) -> None:
    """Use a channel no more; whom it reached first is reached by the next one. Raises ClosedAlready."""
    require(person, MANAGE_CHANNELS, at=now)
    with transaction.atomic():
        if not Channel.objects.filter(pk=channel.pk, closed_at=None).update(closed_at=now):
            raise ClosedAlready(_("渠道“%(name)s”已经停用，不用再停。") % {"name": channel.name})
        _record("close_channel", channel, person, now, {})


def try_channel(*, channel: Channel, stream: Stream, person: Person, now: datetime) -> Delivery:
    """Send the person a trial over one channel, by template and way of every message, and return it.

    Raises NotAllowed, NothingLeaves, ClosedAlready.
    """
    require(person, MANAGE_CHANNELS, at=now)
    if stream.kind != Stream.Kind.REAL:
        raise NothingLeaves(_("演练和演示里不往外发。请切回正式数据再试。"))
    if not usable(channel):
        raise ClosedAlready(_("渠道“%(name)s”不能用，请先启用或另建一个。") % {"name": channel.name})
    cause = f"{TRIAL}:{channel.key}"
    with transaction.atomic():
        message = Message.objects.create(
            stream=stream,
            person=person,
            title=_("通知测试：请点开这一条"),
            body=_("这是一条测试。收到它，就说明任务和催办也能到您这里。"),
            link=reverse("channels"),
            cause=cause,
            once=f"{cause}|{now.isoformat()}|{person.key}",
            created_at=now,
            changed_seq=touch(stream),
        )
        delivery = give(message, channel, now=now)
        _record("try_channel", channel, person, now, {"message": message.key})
    return delivery


def set_ways(
    *, person: Person, orders: Mapping[str, Sequence[Channel]], actor: Person, now: datetime
) -> None:
    """Say by which channels, in which order, a person is reached, for each urgency given.

    A person may do so for themselves, others need people.manage. Raises NotAllowed.
    """
    if actor.pk != person.pk:
        require(actor, MANAGE_PEOPLE, at=now)
    with transaction.atomic():
        Way.objects.filter(person=person, urgency__in=list(orders)).delete()
        for urgency, order in orders.items():
            for place, channel in enumerate(dict.fromkeys(order), start=1):
                Way.objects.create(person=person, urgency=urgency, place=place, channel=channel)
        record(
            actor=actor.key,
            verb="notify.set_ways",
            kind="person",
            subject=person.key,
            at=now,
            facts={urgency: [channel.key for channel in order] for urgency, order in orders.items()},
        )


def _check(kind: str, access: Access) -> None:
    sort, label = SORTS[kind], Channel.Kind(kind).label
    try:
        parts = urlsplit(access.address.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoSuchAddress(_("地址要以 https:// 开头，请从群机器人的设置里整段复制。"))
    there = parts.path.startswith(sort.path) and (not sort.token or sort.token in parse_qs(parts.query))
    if not there:
        raise NoSuchAddress(
            _("这不像%(kind)s的地址：里面应有 %(path)s%(token)s。请从机器人的设置里整段复制。")
            % {"kind": label, "path": sort.path, "token": f"?{sort.token}=…" if sort.token else "…"}
        )
    if kind == Channel.Kind.WEBHOOK and not access.secret:
        raise NoSecret(_("网关要有密钥，它凭签名认出是我们发的。请填上两边约定的密钥。"))


def _record(step: str, channel: Channel, person: Person, now: datetime, facts: dict[str, str]) -> None:
    record(
        actor=person.key,
        verb=f"notify.{step}",
        kind="channel",
        subject=channel.key,
        at=now,
        facts=facts,
    )
