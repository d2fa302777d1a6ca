"""Ways out of the house, one module each: what it sends, how much, how often, and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from guanlan.notify.channels import dingtalk, feishu, mail, webhook, wecom
from guanlan.notify.channels.answers import Answer
from guanlan.notify.models import Channel

Deliver = Callable[..., Answer]
K = Channel.Kind


@dataclass(frozen=True)
class Sort:
    """What differs between kinds: who sends, how many calls a minute, how many letters fit one call.

    `path` and `token` are what an address of this kind must contain; empty where any will do.
    """

    deliver: Deliver
    per_minute: int | None = None
    together: int = 1
    path: str = ""
    token: str = ""


BOT = 20  # calls a minute that all three vendors take of one bot
SORTS: dict[str, Sort] = {
    K.MAIL: Sort(mail.deliver),
    K.WECOM: Sort(wecom.deliver, BOT, 8, wecom.PATH, wecom.TOKEN),
    K.DINGTALK: Sort(dingtalk.deliver, BOT, 20, dingtalk.PATH, dingtalk.TOKEN),
    K.FEISHU: Sort(feishu.deliver, BOT, 20, feishu.PATH, feishu.TOKEN),
    K.WEBHOOK: Sort(webhook.deliver),
}
