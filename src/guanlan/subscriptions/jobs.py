"""Writing pushes from the audit log, and making them until they are taken."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.clocks.actions import touch
from guanlan.clocks.edge import real_now
from guanlan.clocks.models import Stream
from guanlan.fetch import Fetched
from guanlan.notify.actions import tell
from guanlan.notify.channels.answers import Answer, Later, Never, Taken
from guanlan.notify.channels.calling import by_status, send
from guanlan.notify.sealing import SealBroken, unseal
from guanlan.people.models import Function
from guanlan.people.queries import persons_with
from guanlan.subscriptions.models import Push, Subscription
from guanlan.subscriptions.signing import headers
from guanlan.subscriptions.states import MOVES, S
from guanlan.subscriptions.telling import TOPICS, body_of

LEASE = timedelta(minutes=1)  # a push takes ten seconds at most
# After each attempt that was not taken; together 18 hours, then a person is told.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (0.2, 1, 5, 30, 120, 300, 600))
_AT_ONCE = 100


def write_next_pushes() -> bool:
    """Write the pushes of one subscriber for what the audit log says since; say whether there were any.

    The log is the outbox: an entry stands in the transaction of its step, so nothing is told that
    did not happen, and nothing that happened is left out.
    """
    stream = Stream.objects.filter(kind=Stream.Kind.REAL).first()
    if stream is None:
        return False
    for subscription in Subscription.objects.filter(closed_at=None).order_by("pk"):
        verbs = [verb for verb, topic in TOPICS.items() if topic in subscription.topics]
        since = Entry.objects.filter(number__gt=subscription.reached, stream=stream.pk, verb__in=verbs)
        entries = list(since.order_by("number")[:_AT_ONCE])
        if entries:
            _write(subscription, stream, entries)
            return True
    return False


def make_next_push() -> bool:
    """Make one push that is due; say whether there was one.

    A push whose worker died is made again: its id stays the same, so the receiver knows a repeat.
    """
    now = real_now()
    dead = Push.objects.filter(state=S.SENDING, lease_until__lt=now)
    dead.update(state=MOVES[S.SENDING, "postpone"], next_at=now)
    due = Q(next_at__lte=now) | Q(attempts=0)
    waiting = Push.objects.filter(due, state=S.WAITING, subscription__closed_at=None)
    push = waiting.select_related("subscription", "stream").order_by("next_at", "pk").first()
    if push is None:
        return False
    push.lease_until, push.attempts = now + LEASE, push.attempts + 1
    # The conditional update is the claim; whoever comes second changes no row.
    mine = Push.objects.filter(pk=push.pk, state=S.WAITING)
    sending = MOVES[S.WAITING, "claim"]
    if mine.update(state=sending, lease_until=push.lease_until, attempts=F("attempts") + 1):
        _keep(push, _call_out(push, now), now)
    return True


def _write(subscription: Subscription, stream: Stream, entries: list[Entry]) -> None:
    with transaction.atomic():
        here = Subscription.objects.filter(pk=subscription.pk, reached=subscription.reached)
        if not here.update(reached=entries[-1].number):
            return
        for entry in entries:
            body = body_of(entry)
            if body is not None:
                Push.objects.create(
                    stream=stream,
                    subscription=subscription,
                    topic=TOPICS[entry.verb],
                    audit_number=entry.number,
                    body=body,
                    created_at=entry.at,
                    next_at=entry.at,
                    changed_seq=touch(stream),
                )


def _call_out(push: Push, now: datetime) -> Answer:
    try:
        access = unseal(push.subscription.sealed)
    except SealBroken:
        return Never(_("地址读不出来：SECRET_KEY 换过了。请停用，另建一个。"))
    body = push.body.encode()
    answer = send(access.address, body, headers(access.secret, push.key, body, now=now), now=now)
    if not isinstance(answer, Fetched):
        return answer
    if answer.status < 300:
        return Taken(_("对方已收下，HTTP %(status)d。") % {"status": answer.status})
    return by_status(answer.status)


def _keep(push: Push, answer: Answer, now: datetime) -> None:
    """Keep what became of the push, if its lease is still ours. Not knowing is as good as not taken."""
    again = not isinstance(answer, Taken | Never) and push.attempts <= len(PAUSES)
    event = "take" if isinstance(answer, Taken) else "postpone" if again else "refuse"
    rest = timedelta(seconds=answer.rest if isinstance(answer, Later) else 0)
    with transaction.atomic():
        held = Push.objects.filter(pk=push.pk, state=S.SENDING, lease_until=push.lease_until)
        moved = held.update(
            state=MOVES[S.SENDING, event],
            outcome=answer.words[:300],
            next_at=now + max(rest, PAUSES[push.attempts - 1]) if again else now,
            changed_seq=touch(push.stream),
        )
        if moved and event == "refuse":
            _tell_failed(push, now)


def _tell_failed(push: Push, now: datetime) -> None:
    for person in persons_with(Function.ADMINISTRATOR, at=now).order_by("pk"):
        tell(
            stream=push.stream,
            person=person,
            title=_("推送“%(name)s”没有成，请看对方系统") % {"name": push.subscription.name},
            link=reverse("subscription", args=[push.subscription.key]),
            cause=f"subscription:{push.subscription.key}",
            step=f"{now:%Y%m%d}",
            now=now,
        )
