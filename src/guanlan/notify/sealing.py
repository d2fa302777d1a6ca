"""Addresses and secrets of channels, kept sealed with a key made from the installation's secret."""

import base64
from dataclasses import asdict, dataclass
from functools import cache

import orjson
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from guanlan.errors import Refused


class SealBroken(Refused):
    """It was sealed under another SECRET_KEY."""


@dataclass(frozen=True)
class Access:
    """Where a channel is called, and the secret its calls are signed with, if any."""

    address: str = ""
    secret: str = ""


def seal(access: Access) -> str:
    """Return what is stored."""
    return _fernet(settings.SECRET_KEY).encrypt(orjson.dumps(asdict(access))).decode()


def unseal(sealed: str) -> Access:
    """Return what was sealed; nothing gives an empty one. Raises SealBroken."""
    if not sealed:
        return Access()
    try:
        return Access(**orjson.loads(_fernet(settings.SECRET_KEY).decrypt(sealed.encode())))
    except InvalidToken:
        raise SealBroken(
            _("这个渠道的地址读不出来：SECRET_KEY 换过了。请管理员在渠道里重新填上地址和密钥。")
        ) from None


@cache
def _fernet(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"guanlan.notify.channel").derive(
        secret.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
