"""Messages that neither arrived nor wait for somebody: queued too long, left while sending, without a way."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.notify.chain import PATIENCE, usable
from guanlan.notify.models import ALONE, Channel, Delivery, Message, Unheard, Urgency
from guanlan.notify.states import WRONG
from guanlan.selfcheck.models import LooseEnd

# The alarm's own messages are left out, or an alarm that nobody reads would raise the next.
ALARM = "selfcheck"
# A bot takes twenty calls a minute, so a wave of messages takes a while.
IN_QUEUE = {Urgency.URGENT: timedelta(minutes=5), Urgency.NORMAL: timedelta(minutes=30)}
# A sending worker is dead when its lease is over; the stage notes that at once.
AFTER_LEASE = timedelta(minutes=2)
UNSETTLED = timedelta(minutes=30)

M, S = LooseEnd.Mend, Delivery.State
Told = tuple[str, datetime, str, str, str]


def messages(stream: Stream, *, now: datetime, since: datetime) -> Iterator[Told]:
    """Yield subject, since when, why, where to look and how to mend it, of messages after `since`."""
    recent = Delivery.objects.filter(stream=stream, message__created_at__gte=since)
    yield from _queued(recent, now)
    for delivery in recent.filter(state=S.SENDING, lease_until__lt=now - AFTER_LEASE):
        assert delivery.lease_until is not None
        link = reverse("deliveries")
        yield delivery.key, delivery.lease_until, _("发送到一半程序停了，没有人接着办"), link, M.GIVE_UP
    unread = _silent(stream, now, since)
    yield from _without_way(unread)
    yield from _unsettled(unread, now)


def _queued(recent: QuerySet[Delivery], now: datetime) -> Iterator[Told]:
    late = Q(urgent=True, next_at__lt=now - IN_QUEUE[Urgency.URGENT])
    late |= Q(urgent=False, next_at__lt=now - IN_QUEUE[Urgency.NORMAL])
    waiting = recent.filter(late, state=S.WAITING).values("channel__key", "channel__name")
    for row in waiting.annotate(count=Count("pk"), first=Min("next_at")).order_by("channel__key"):
        words = {"name": row["channel__name"], "count": row["count"]}
        why = _("渠道“%(name)s”积压 %(count)d 条，发不出去") % words
        yield row["channel__key"], row["first"], why, reverse("deliveries"), M.NONE


def _silent(stream: Stream, now: datetime, since: datetime) -> QuerySet[Message]:
    """Return unread messages that nothing out there will follow up."""
    old = Q(urgency=Urgency.URGENT, created_at__lt=now - PATIENCE[Urgency.URGENT])
    old |= Q(urgency=Urgency.NORMAL, created_at__lt=now - PATIENCE[Urgency.NORMAL])
    sent = Delivery.objects.filter(message=OuterRef("pk")).exclude(state__in=WRONG)
    told = Unheard.objects.filter(message=OuterRef("pk"))
    unread = Message.objects.filter(old, stream=stream, created_at__gte=since, read_at=None, look_at=None)
    ours = Q(cause__startswith=f"{ALARM}:")
    for alone in ALONE:
        ours |= Q(cause__startswith=alone)
    return unread.exclude(ours).exclude(Exists(sent)).exclude(Exists(told))


def _without_way(unread: QuerySet[Message]) -> Iterator[Told]:
    """Yield whose urgent messages stand in the inbox only; the company as a whole while it has no channel."""
    alone = unread.filter(urgency=Urgency.URGENT, deliveries=None)
    if not any(usable(channel) for channel in Channel.objects.all()):
        found = alone.aggregate(count=Count("pk"), first=Min("created_at"))
        if found["count"]:
            why = _("还没有渠道：%(count)d 条紧急消息只在站内，没有人打开") % found
            yield "channels", found["first"], why, reverse("channels"), M.NONE
        return
    persons = alone.values("person__key", "person__name").annotate(count=Count("pk"), first=Min("created_at"))
    for row in persons.order_by("person__key"):
        words = {"name": row["person__name"], "count": row["count"]}
        why = _("%(name)s没有渠道，%(count)d 条紧急消息只在站内，没有打开") % words
        link = reverse("person", args=[row["person__key"]])
        yield row["person__key"], row["first"], why, link, M.GO_ON


def _unsettled(unread: QuerySet[Message], now: datetime) -> Iterator[Told]:
    waiting = Q(deliveries__settled_at=None, deliveries__next_at__lt=now - UNSETTLED)
    failed = unread.filter(waiting, deliveries__state__in=WRONG).select_related("person").distinct()
    for message in failed.order_by("pk"):
        why = _("发给%(name)s的没有发成，没有人处理") % {"name": message.person.name}
        yield message.key, message.created_at, why, reverse("deliveries"), M.NONE
