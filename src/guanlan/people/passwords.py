"""First passwords: easy to read aloud, hard to guess. Called at the edge only."""

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.crypto import get_random_string

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def first_password() -> str:
    """Return three groups of four characters, about 59 bits, without letters that are misread."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(4)) for _group in range(3))


def seal_random(password: str) -> str:
    """Return what is stored of a first password, in some 10 ms.

    Its 59 random bits need no million rounds; a sheet with 500 people would take minutes.
    Django stores it with the full rounds when it is first used.
    """
    return PBKDF2PasswordHasher().encode(password, get_random_string(22), iterations=20_000)
