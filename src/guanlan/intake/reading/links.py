"""Addresses of posts: what may be kept of them, and which platform they belong to."""

from functools import cache
from urllib.parse import urlsplit

from guanlan.intake.reading.lexicon import table

# They open the note in the name of whoever copied the link, and differ on every copy.
_TOKENS = ("xsec_token", "xsec_source")


def kept(url: str) -> str | None:
    """Return `url` without share tokens, or None if it is no http(s) address."""
    address = f"https:{url}" if url.startswith("//") else url
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    if not any(token in parts.query for token in _TOKENS):
        return address
    query = [pair for pair in parts.query.split("&") if pair.partition("=")[0] not in _TOKENS]
    return parts._replace(query="&".join(query)).geturl()


def platform_of(url: str | None) -> str | None:
    """Return the key of the platform whose host (or a subdomain of it) `url` names."""
    if not url:
        return None
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    labels = host.lower().split(".")
    hosts = _hosts()
    return next(
        (hosts[tail] for tail in (".".join(labels[i:]) for i in range(len(labels))) if tail in hosts), None
    )


def platform_key(name: str) -> str:
    """Return the key of a platform by any of its names; an unknown name stays as it is."""
    return _names().get(name.strip().lower(), name.strip())


def platform_called(platform: str) -> str:
    """Return what people call a platform; a name that is no key of ours stays as it is."""
    known = table("platforms").get(platform)
    return str(known["name"]) if known else platform


def medium_of(platform: str) -> str | None:
    """Return the medium of a platform's posts where they do not say their own."""
    known = table("platforms").get(platform)
    return known["media_type"] if known else None


@cache
def _hosts() -> dict[str, str]:
    return {host: key for key, platform in table("platforms").items() for host in platform["hosts"]}


@cache
def _names() -> dict[str, str]:
    platforms = table("platforms")
    return {name: key for key, platform in platforms.items() for name in (key, *platform["aliases"])}
