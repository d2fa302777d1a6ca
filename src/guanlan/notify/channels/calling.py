"""Posting JSON to a channel's address and reading the code in the answer's body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from guanlan.fetch import AddressRefused, AnswerLost, Fetched, FetchRefused, Limits, post
from guanlan.notify.channels.answers import Answer, Later, Never, Taken, Unsure

# Well below the lease of a delivery, so that a slow answer is never taken for a dead worker.
LIMITS = Limits(size=100_000, seconds=10.0)


@dataclass(frozen=True)
class Codes:
    """A vendor's way of answering: where code and words stand, and what its codes mean."""

    code: str
    words: str
    too_fast: Mapping[int, int]  # code -> seconds the channel is left alone
    busy: frozenset[int]  # refused for now
    remedies: Mapping[int, Any]  # code -> what a person must set right


def call(url: str, body: bytes, codes: Codes, *, now: datetime) -> Answer:
    """Post and return what became of it by the vendor's own code; HTTP 200 alone is no success."""
    answer = send(url, body, {}, now=now)
    if isinstance(answer, Answer):
        return answer
    said = reply(answer)
    code = said.get(codes.code)
    if answer.status != 200 and code is None:
        return by_status(answer.status)
    if not isinstance(code, int):
        return Unsure(_("对方的回答看不懂，没有说收没收下。"))
    if code == 0:
        return Taken(_("对方已收下"))
    return _refusal(code, str(said.get(codes.words, ""))[:120], codes)


def _refusal(code: int, words: str, codes: Codes) -> Answer:
    told = _("对方没有收：%(words)s（%(code)d）") % {"words": words, "code": code}
    if code in codes.too_fast:
        return Later(told, rest=codes.too_fast[code])
    if code in codes.remedies:
        return Never(f"{told}。{codes.remedies[code]}")
    return Later(told) if code in codes.busy else Never(told)


def send(url: str, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Fetched | Answer:
    """Post and return the answer, or what became of the call where there is none."""
    allow = [ip_network(network) for network in settings.CHANNEL_NETWORKS]
    try:
        return post(url, body, headers=headers, now=now, allow=allow, limits=LIMITS)
    except AnswerLost as lost:
        return Unsure(lost.sentence)
    except AddressRefused as inward:
        remedy = _("公司内部的网关，请管理员在环境变量 CHANNEL_NETWORKS 里写明它的网段。")
        return Never(f"{inward.sentence}{remedy}")
    except FetchRefused as refused:
        return Later(refused.sentence)


def reply(answer: Fetched) -> dict[str, Any]:
    """Return the answer's JSON object, or an empty one."""
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def by_status(status: int) -> Answer:
    """Return what an answer without a code means: a server's trouble leaves it open whether it was taken."""
    told = _("对方回答 HTTP %(status)d。") % {"status": status}
    if status == 429:
        return Later(told, rest=60)
    if status >= 500 or status == 408:
        return Unsure(told)
    return Never(told + _("请管理员核对渠道的地址。"))
