"""Fetch one public address, with every limit that strangers' servers make necessary."""

import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import gettext as _

import httpcore
import httpx

from guanlan.fetch.addresses import Allowed
from guanlan.fetch.refusals import (
    AddressRefused,
    AnswerLost,
    NotConnected,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from guanlan.fetch.wire import Deadline, GuardedBackend

REDIRECTS = 3
_REDIRECTING = (301, 302, 303, 307, 308)
_SENT = {"User-Agent": "Guanlan/0.1", "Content-Type": "application/json; charset=utf-8"}
_ASKED = {
    "User-Agent": "Guanlan/0.1 (feed reader)",
    "Accept": "application/feed+json, application/rss+xml, application/atom+xml, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True)
class Limits:
    """The most that one fetch may take: bytes of body, packed or unpacked, and seconds in all."""

    size: int = 5_000_000
    seconds: float = 20.0


@dataclass(frozen=True)
class Fetched:
    """An answer: `url` after redirects; `body` unpacked, empty for 304; `at` is the caller's now."""

    status: int
    body: bytes
    url: str
    etag: str | None
    last_modified: str | None
    content_type: str | None
    at: datetime


def fetch(
    url: str,
    *,
    now: datetime,
    etag: str | None = None,
    last_modified: str | None = None,
    allow: Allowed = (),
    limits: Limits = Limits(),
) -> Fetched:
    """GET `url` and return the answer, whatever its status.

    Only http(s) to public addresses, judged anew at each of at most three redirects;
    `allow` lists networks that are permitted all the same. No cookies, no proxy or
    password taken from the environment. Raises a FetchRefused otherwise.
    """
    deadline = Deadline(limits.seconds)
    asked = _conditions(etag, last_modified)
    target = _checked(url)
    with _pool(allow, deadline) as pool:
        for _hop in range(REDIRECTS + 1):
            with _answer(pool, httpx.Request("GET", target, headers=asked)) as answer:
                if answer.status not in _REDIRECTING:
                    return _fetched(answer, target, limits, now)
                target = _checked(_next(answer, target))
    raise TooManyRedirects(_("{host} 连续跳转超过 3 次，没有再跟下去。").format(host=target.host))


def post(
    url: str,
    body: bytes,
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    allow: Allowed = (),
    limits: Limits = Limits(),
) -> Fetched:
    """POST JSON to `url`, once, and return the answer, whatever its status; no redirect is followed.

    AnswerLost when the connection stood and no whole answer came: it may or may not have been
    taken. Any other FetchRefused: nothing was sent.
    """
    target = _checked(url)
    sent = _SENT | dict(headers or {})
    request = httpx.Request("POST", target, headers=sent, content=body)
    with _pool(allow, Deadline(limits.seconds)) as pool:
        try:
            with _answer(pool, request) as answer:
                return _fetched(answer, target, limits, now)
        except NotConnected:
            raise
        except (TooSlow, Unreachable, TooLarge):
            sentence = _("{host} 没有答完就断了，对方收没收到不知道。").format(host=target.host)
            raise AnswerLost(sentence) from None


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    given = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return _ASKED | {name: value for name, value in given.items() if value}


def _checked(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise AddressRefused(_("这不是一个完整的网址，请以 https:// 开头。")) from None
    if target.scheme not in ("http", "https") or not target.host:
        raise AddressRefused(_("只能访问 http:// 或 https:// 开头的网址。"))
    if target.userinfo:
        raise AddressRefused(_("网址里不能带用户名和密码，请去掉 @ 之前的部分。"))
    return target


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _pool(allow: Allowed, deadline: Deadline) -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=_trust(),
        max_keepalive_connections=0,
        network_backend=GuardedBackend(allow, deadline),
    )


@contextmanager
def _answer(pool: httpcore.ConnectionPool, request: httpx.Request) -> Iterator[httpcore.Response]:
    host = request.url.host
    content = request.content or None
    try:
        with pool.stream(
            request.method, str(request.url), headers=request.headers.raw, content=content
        ) as answer:
            yield answer
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol):
        raise NotConnected(_("连不上 {host}，或它的回答不是正确的 HTTP。").format(host=host)) from None
    except httpcore.TimeoutException:
        raise TooSlow(_("{host} 太久没有答完，已放弃，稍后会再试。").format(host=host)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise Unreachable(_("连不上 {host}，或它的回答不是正确的 HTTP。").format(host=host)) from None


def _next(answer: httpcore.Response, target: httpx.URL) -> str:
    location = httpx.Headers(answer.headers).get("Location")
    if not location:
        raise TooManyRedirects(_("{host} 要求跳转却没有说跳到哪里。").format(host=target.host))
    try:
        return str(target.join(location))
    except httpx.InvalidURL:
        raise AddressRefused(_("{host} 跳转到了一个不正确的网址。").format(host=target.host)) from None


def _fetched(answer: httpcore.Response, target: httpx.URL, limits: Limits, now: datetime) -> Fetched:
    headers = httpx.Headers(answer.headers)
    body = _unpacked(_body(answer, target, limits), headers, target, limits)
    return Fetched(
        status=answer.status,
        body=body,
        url=str(target),
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        content_type=headers.get("Content-Type"),
        at=now,
    )


def _body(answer: httpcore.Response, target: httpx.URL, limits: Limits) -> bytes:
    body = bytearray()
    for part in answer.iter_stream():
        body += part
        if len(body) > limits.size:
            raise _too_large(target, limits)
    return bytes(body)


def _unpacked(body: bytes, headers: httpx.Headers, target: httpx.URL, limits: Limits) -> bytes:
    packing = headers.get("Content-Encoding", "identity").strip().lower()
    if packing in ("", "identity") or not body:
        return body
    if packing not in ("gzip", "x-gzip"):
        raise Unreachable(_("{host} 用了没有要求过的压缩方式，读不了。").format(host=target.host))
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacking.decompress(body, limits.size + 1)
    except zlib.error:
        raise Unreachable(_("{host} 的回答压缩有误，读不了。").format(host=target.host)) from None
    if len(plain) > limits.size:
        raise _too_large(target, limits)
    return plain


def _too_large(target: httpx.URL, limits: Limits) -> TooLarge:
    sentence = _("{host} 的内容超过 {size} MB，没有读入。")
    return TooLarge(sentence.format(host=target.host, size=f"{limits.size / 1e6:g}"))
