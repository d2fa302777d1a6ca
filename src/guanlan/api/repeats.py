"""A request sent twice is done once: the first answer is kept under its Idempotency-Key."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanlan.api.models import KeptAnswer, Token
from guanlan.errors import BadInput, Refused

Answer = tuple[int, dict[str, Any]]


class KeyReused(Refused):
    """One key, two different requests: a mistake of the sender."""


def once(request: HttpRequest, token: Token, *, now: datetime, answer: Callable[[], Answer]) -> Answer:
    """Return the answer to a request, computing it the first time only.

    The key comes in the Idempotency-Key header and must; the same key with another
    body raises KeyReused. Refusals are not kept: what was mended may be sent again.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= 255:
        raise BadInput(_("请求缺少 Idempotency-Key 头（1 到 255 个字符）。重发同一批时请用同一个值。"))
    digest = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
    kept = KeptAnswer.objects.filter(token=token, idempotency_key=key).first()
    if kept is not None:
        return _repeat(kept, digest)
    with transaction.atomic():
        status, body = answer()
        # Of two at once the second meets the unique key, and its work is undone with it.
        KeptAnswer.objects.create(
            token=token, idempotency_key=key, request_sha256=digest, status=status, body=body, at=now
        )
    return status, body


def _repeat(kept: KeptAnswer, digest: str) -> Answer:
    if kept.request_sha256 != digest:
        raise KeyReused(_("这个 Idempotency-Key 已经用在另一个请求上，请换一个值。"))
    return kept.status, kept.body
