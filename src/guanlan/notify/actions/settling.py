"""Following up a delivery that failed, or whose fate is unknown: send it again, or let it rest."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import Refused
from guanlan.notify.chain import give, usable
from guanlan.notify.models import Delivery
from guanlan.notify.permissions import SETTLE_DELIVERY
from guanlan.notify.states import WRONG
from guanlan.people.models import Person
from guanlan.people.permissions import require


class SettledAlready(Refused):
    """Somebody was quicker, or nothing went wrong."""


class ChannelClosed(Refused):
    """Nothing can be sent over it any more."""


def send_again(*, delivery: Delivery, person: Person, now: datetime) -> Delivery:
    """Send what went wrong once more over its channel and return the new round.

    It is marked as perhaps a repeat unless every round before certainly failed. Raises
    NotAllowed, ChannelClosed, SettledAlready.
    """
    require(person, SETTLE_DELIVERY, at=now)
    if not usable(delivery.channel):
        raise ChannelClosed(
            _("渠道“%(name)s”已停用，发不出去。请电话通知，或让管理员换一个渠道。")
            % {"name": delivery.channel.name}
        )
    with transaction.atomic():
        _settle("send_again", delivery, person, now)
        rounds = Delivery.objects.filter(message=delivery.message, channel=delivery.channel)
        return give(
            delivery.message,
            delivery.channel,
            now=now,
            round_=rounds.aggregate(last=Max("round"))["last"] + 1,
            may_repeat=rounds.exclude(state=Delivery.State.FAILED).exists(),
        )


def let_rest(*, delivery: Delivery, person: Person, now: datetime) -> None:
    """Note that what went wrong need not be sent again. Raises NotAllowed, SettledAlready."""
    require(person, SETTLE_DELIVERY, at=now)
    with transaction.atomic():
        _settle("let_rest", delivery, person, now)


def _settle(step: str, delivery: Delivery, person: Person, now: datetime) -> None:
    wrong = Delivery.objects.filter(pk=delivery.pk, state__in=WRONG, settled_at=None)
    if not wrong.update(settled_at=now, changed_seq=touch(delivery.stream)):
        raise SettledAlready(_("这一条已经有人处理过了，请刷新看最新的情况。"))
    record(
        actor=person.key,
        verb=f"notify.{step}",
        kind="delivery",
        subject=delivery.key,
        stream=delivery.stream_id,
        at=now,
        facts={"channel": delivery.channel.key, "round": delivery.round},
    )
