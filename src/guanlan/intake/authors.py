"""What is kept of an author: a keyed hash that tells authors apart, and a masked name."""

import hmac

from django.conf import settings


def author_hash(name: str | None) -> str:
    """Return 32 hex digits that are the same for the same name here, and mean nothing elsewhere."""
    if not name:
        return ""
    key = f"guanlan author {settings.SECRET_KEY}".encode()
    return hmac.digest(key, name.strip().casefold().encode(), "sha256").hex()[:32]


def masked(name: str | None) -> str:
    """Return the name with all but its first character hidden: 陈晓 as 陈**. Empty stays empty."""
    return f"{name.strip()[0]}**" if name and name.strip() else ""
