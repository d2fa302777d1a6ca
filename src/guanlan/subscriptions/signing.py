"""The headers of Standard Webhooks: who sent a body, and when."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def make_secret() -> str:
    """Return a secret as the receivers' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(secret: str, key: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Return id, time and signature; the id stays the same in every attempt, so a repeat can be told."""
    timestamp = str(int(now.timestamp()))
    content = f"{key}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), content, hashlib.sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
