"""Putting down what a matter cost, and striking what was put down wrongly."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, NotAllowed, Refused
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions.trail import note
from guanlan.incidents.losses import figure_of
from guanlan.incidents.models import Incident, Loss
from guanlan.incidents.permissions import RECORD_LOSS
from guanlan.incidents.queries import is_inside
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day
from guanlan.watch.models import Event

# Twelve digits, two of them after the point.
LARGEST = Decimal("9999999999.99")
_WHOLE = (Loss.Kind.CHURN,)


class OddAmount(BadInput):
    """No such amount can have been lost."""


class NotYet(BadInput):
    """A day that has not come."""


class NoGround(BadInput):
    """What nobody can follow back is worth nothing."""


class EventMerged(Refused):
    """The event goes on in another one."""


class StruckAlready(Refused):
    """It was struck before."""


def record_loss(
    *,
    event: Event,
    kind: str,
    amount: Decimal,
    day: date,
    ground: str,
    person: Person,
    now: datetime,
    file: KeptFile | None = None,
) -> Loss:
    """Put down what was lost on a day, with the ground, and return the row.

    It belongs to the event's incident, if there is one, the latest. Raises NotAllowed,
    OddAmount, NotYet, NoGround, EventMerged.
    """
    require(person, RECORD_LOSS, at=now)
    ground = ground.strip()[:300]
    _refuse(kind, amount, day, ground, now)
    with transaction.atomic():
        event = _locked(event)
        incident = event.incidents.order_by("-opened_at", "-pk").first()
        _refuse_outsider(incident, person)
        loss = Loss.objects.create(
            stream=event.stream,
            event=event,
            incident=incident,
            kind=kind,
            amount=amount,
            day=day,
            ground=ground,
            file=file,
            person=person,
            at=now,
            changed_seq=touch(event.stream),
        )
        words = _("记损失：%(what)s，%(day)s；依据：%(ground)s")
        sentence = words % {"what": figure_of(loss), "day": day.isoformat(), "ground": ground}
        _note(loss, "incidents.record_loss", sentence, person, now)
    return loss


def strike_loss(*, loss: Loss, reason: str, person: Person, now: datetime) -> Loss:
    """Strike what was put down wrongly, with the reason, and return the row; it stays to be seen.

    Raises NotAllowed, NoGround, StruckAlready.
    """
    require(person, RECORD_LOSS, at=now)
    reason = reason.strip()[:300]
    if not reason:
        raise NoGround(_("请写明为什么作废，例如“金额重复记了一次”。"))
    with transaction.atomic():
        loss = Loss.objects.select_for_update(of=("self",)).select_related("stream", "event").get(pk=loss.pk)
        _refuse_outsider(loss.incident, person)
        if loss.struck_at is not None:
            raise StruckAlready(_("这一笔已经作废，不用再办。"))
        loss.struck_at, loss.struck_by, loss.struck_reason = now, person, reason
        loss.changed_seq = touch(loss.stream)
        loss.save(update_fields=["struck_at", "struck_by", "struck_reason", "changed_seq"])
        words = _("作废一笔损失：%(what)s，%(day)s；理由：%(reason)s")
        sentence = words % {"what": figure_of(loss), "day": loss.day.isoformat(), "reason": reason}
        _note(loss, "incidents.strike_loss", sentence, person, now)
    return loss


def _refuse(kind: str, amount: Decimal, day: date, ground: str, now: datetime) -> None:
    if not amount.is_finite() or not 0 < amount <= LARGEST or round(amount, 2) != amount:
        raise OddAmount(_("数额要大于 0、至多两位小数，且不超过一百亿。请核对后再填。"))
    if kind in _WHOLE and amount != amount.to_integral_value():
        raise OddAmount(_("流失客户按人数填整数。请核对后再填。"))
    if day > local_day(now):
        raise NotYet(
            _("发生日期不能晚于今天（%(today)s）。请核对后再填。") % {"today": local_day(now).isoformat()}
        )
    if not ground:
        raise NoGround(_("请写明依据，例如“财务付款单 2026-118”，别人才能核对。"))


def _locked(event: Event) -> Event:
    event = Event.objects.select_for_update(of=("self",)).select_related("stream").get(pk=event.pk)
    if event.state == Event.State.MERGED:
        raise EventMerged(_("这个事件已并入另一个事件，请到并入后的事件里记损失。"))
    return event


def _refuse_outsider(incident: Incident | None, person: Person) -> None:
    if incident is not None and not is_inside(incident, person):
        raise NotAllowed(_("这个事件由指挥部处理，您不在知悉范围，不能记损失。请联系指挥部。"))


def _note(loss: Loss, verb: str, sentence: str, person: Person, now: datetime) -> None:
    facts = {"loss": loss.key, "kind": loss.kind, "amount": str(loss.amount)}
    if loss.incident is not None:
        note(about=loss.incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
        return
    record(
        actor=person.key,
        verb=verb,
        kind="event",
        subject=loss.event.key,
        stream=loss.stream_id,
        at=now,
        facts=facts,
    )
