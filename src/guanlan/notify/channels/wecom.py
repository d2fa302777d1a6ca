"""A WeCom group's bot (企业微信群机器人): text, with the person's number to be mentioned."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from django.utils.translation import gettext_lazy as _

from guanlan.notify.channels.answers import Answer
from guanlan.notify.channels.calling import Codes, call
from guanlan.notify.channels.letters import Letter, written
from guanlan.notify.sealing import Access

LIMIT = 2048  # bytes of a text
PATH, TOKEN = "/cgi-bin/webhook/send", "key"
_WRONG_ADDRESS = _("机器人的地址不对或已被移出群，请在群里重新复制地址，在这个渠道里换上。")
CODES = Codes(
    code="errcode",
    words="errmsg",
    too_fast={45009: 60, 45033: 60},
    busy=frozenset({-1}),
    remedies={93000: _WRONG_ADDRESS, 93008: _WRONG_ADDRESS, 40058: _("请把这句话告诉管理员。")},
)


def deliver(access: Access, letters: Sequence[Letter], *, now: datetime) -> Answer:
    """Send the letters as one text."""
    text = {
        "content": written(letters, limit=LIMIT).text,
        "mentioned_mobile_list": [letter.phone for letter in letters if letter.phone],
    }
    return call(access.address, orjson.dumps({"msgtype": "text", "text": text}), CODES, now=now)
