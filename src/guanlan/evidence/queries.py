"""Where kept bytes lie, and whether they are still what they were."""

import hashlib

from django.core.files.storage import default_storage

from guanlan.evidence.models import KeptFile


def place_of(sha256: str) -> str:
    """Return where the bytes with this hash lie below the files folder."""
    return f"evidence/{sha256[:2]}/{sha256}"


def content_of(kept: KeptFile) -> bytes:
    """Return the bytes as they were handed in."""
    with default_storage.open(place_of(kept.sha256)) as stored:
        return bytes(stored.read())


def is_unchanged(kept: KeptFile) -> bool:
    """Say whether the stored bytes are there and still have their hash."""
    place = place_of(kept.sha256)
    return default_storage.exists(place) and hashlib.sha256(content_of(kept)).hexdigest() == kept.sha256
