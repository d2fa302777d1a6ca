"""A company's own gateway for text messages or calls (短信或语音网关): signed, time-bound, one a call.

It answers `{"accepted": true}`, or false with a `message` that is shown. `Idempotency-Key` stays
the same in every round of a message, so that a gateway may leave out what it has already.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

import orjson
from django.utils.translation import gettext as _

from guanlan.notify.channels.answers import Answer, Never, Taken, Unsure
from guanlan.notify.channels.calling import by_status, reply, send
from guanlan.notify.channels.letters import Letter, written
from guanlan.notify.sealing import Access

LIMIT = 900  # bytes: what a gateway can split into a few text messages


def deliver(access: Access, letters: Sequence[Letter], *, now: datetime) -> Answer:
    """Hand one letter to the gateway."""
    (letter,) = letters
    if not letter.phone:
        return Never(_("%(name)s没有手机号，请在人员页补上。") % {"name": letter.name})
    body = orjson.dumps(
        {
            "to": letter.phone,
            "name": letter.name,
            "text": written(letters, limit=LIMIT).text,
            "urgent": letter.urgent,
            "may_repeat": letter.may_repeat,
        }
    )
    answer = send(access.address, body, signed(access.secret, letter.key, body, now), now=now)
    return answer if isinstance(answer, Answer) else _judged(answer.status, reply(answer))


def _judged(status: int, said: dict[str, object]) -> Answer:
    accepted = said.get("accepted")
    if accepted is True and status < 300:
        return Taken(_("网关已收下"))
    if accepted is False:
        words = str(said.get("message", ""))[:120] or _("没有说原因")
        return Never(_("网关没有收：%(words)s") % {"words": words})
    return Unsure(_("网关没有说收没收下。")) if status < 300 else by_status(status)


def signed(secret: str, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers that prove who sent it and when."""
    timestamp = str(int(now.timestamp()))
    content = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return {
        "Idempotency-Key": key,
        "Webhook-Id": key,
        "Webhook-Timestamp": timestamp,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }
