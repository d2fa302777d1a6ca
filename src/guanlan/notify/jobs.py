"""Sending what waits, over channels that can fail."""

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from guanlan.clocks.edge import real_now
from guanlan.notify.models import Delivery

_TRIES = 5
_STUCK_AFTER = timedelta(minutes=2)
State = Delivery.State


def deliver_next_message() -> bool:
    """Send one waiting delivery; say whether there was one.

    The row is claimed by a conditional update, so two workers never send one row. A
    worker that dies while sending leaves SENDING, which becomes UNKNOWN here: nobody
    can say whether that mail went out, so a person decides.
    """
    now = real_now()
    Delivery.objects.filter(state=State.SENDING, next_at__lt=now - _STUCK_AFTER).update(state=State.UNKNOWN)
    waiting = Delivery.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    delivery = waiting.select_related("message__person").first()
    if delivery is None:
        return False
    claimed = Delivery.objects.filter(pk=delivery.pk, state=State.WAITING)
    if claimed.update(state=State.SENDING, next_at=now, attempts=delivery.attempts + 1):
        _send(delivery, now)
    return True


def _send(delivery: Delivery, now: datetime) -> None:
    message = delivery.message
    lines = (message.body, f"{settings.PUBLIC_ADDRESS}{message.link}")
    if not message.person.email:
        _postpone(delivery, now, _("这个人没有邮箱，请在人员页补上"))
        return
    try:
        send_mail(message.title, "\n\n".join(lines), None, [message.person.email])
    except (OSError, smtplib.SMTPException) as failure:
        _postpone(delivery, now, str(failure))
    else:
        Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, outcome=_("邮件服务器已收下"))


def _postpone(delivery: Delivery, now: datetime, failure: str) -> None:
    tries = delivery.attempts + 1
    state = State.FAILED if tries >= _TRIES else State.WAITING
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, outcome=failure[:300], next_at=now + timedelta(minutes=2**tries)
    )
