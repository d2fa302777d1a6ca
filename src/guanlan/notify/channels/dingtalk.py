"""A DingTalk group's bot (钉钉群机器人): signed markdown that mentions each number in text and `at`."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext_lazy as _

from guanlan.notify.channels.answers import Answer
from guanlan.notify.channels.calling import Codes, call
from guanlan.notify.channels.letters import Letter, written
from guanlan.notify.sealing import Access

LIMIT = 5000  # bytes of text; the vendor takes 20,000 of the whole body
PATH, TOKEN = "/robot/send", "access_token"
_WRONG_ADDRESS = _("机器人的地址不对或已被移出群，请在群里重新复制地址，在这个渠道里换上。")
CODES = Codes(
    code="errcode",
    words="errmsg",
    too_fast={130101: 600, 410100: 600, 90030: 600},
    busy=frozenset({-1}),
    remedies={
        310000: _("请核对机器人的安全设置：关键词填“观澜”，加签密钥与渠道里的一致，或放行本机的 IP。"),
        300001: _WRONG_ADDRESS,
        300005: _WRONG_ADDRESS,
        400013: _("群已解散，请换一个群的机器人。"),
        400101: _WRONG_ADDRESS,
        400102: _("机器人已停用，请在群里启用。"),
    },
)


def deliver(access: Access, letters: Sequence[Letter], *, now: datetime) -> Answer:
    """Send the letters as one markdown message."""
    shown = written(letters, limit=LIMIT, mention=True)
    body = {
        "msgtype": "markdown",
        "markdown": {"title": shown.title, "text": shown.text},
        "at": {"atMobiles": [letter.phone for letter in letters if letter.phone], "isAtAll": False},
    }
    url = f"{access.address}&{urlencode(signed(access.secret, now))}" if access.secret else access.address
    return call(url, orjson.dumps(body), CODES, now=now)


def signed(secret: str, now: datetime) -> dict[str, str]:
    """Return what is added to the address: milliseconds, and their HMAC under the secret."""
    timestamp = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
