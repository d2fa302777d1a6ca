"""A Feishu group's bot (飞书群机器人): a signed post with the link; its bots mention nobody by number."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

import orjson
from django.utils.translation import gettext_lazy as _

from guanlan.notify.channels.answers import Answer
from guanlan.notify.channels.calling import Codes, call
from guanlan.notify.channels.letters import Letter, written
from guanlan.notify.sealing import Access

LIMIT = 5000  # bytes of text; the vendor takes 20 KB of the whole body
PATH, TOKEN = "/open-apis/bot/v2/hook/", ""
CODES = Codes(
    code="code",
    words="msg",
    too_fast={11232: 60, 9499: 60},
    busy=frozenset(),
    remedies={
        19001: _("机器人的地址不对或已被移出群，请在群里重新复制地址，在这个渠道里换上。"),
        19021: _("请核对签名密钥与机器人安全设置里的一致，并核对服务器的时间。"),
        19022: _("请在机器人的安全设置里放行本机的 IP。"),
        19024: _("请把机器人安全设置里的关键词改为“观澜”。"),
    },
)


def deliver(access: Access, letters: Sequence[Letter], *, now: datetime) -> Answer:
    """Send the letters as one post."""
    shown = written(letters, limit=LIMIT)
    lines = [[{"tag": "text", "text": shown.text}]]
    post = {"zh_cn": {"title": shown.title, "content": lines}}
    body: dict[str, object] = {"msg_type": "post", "content": {"post": post}}
    if access.secret:
        body |= signed(access.secret, now)
    return call(access.address, orjson.dumps(body), CODES, now=now)


def signed(secret: str, now: datetime) -> dict[str, str]:
    """Return what is added to the body: seconds, and the HMAC of nothing under them and the secret."""
    timestamp = str(int(now.timestamp()))
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
