"""Feeds that go wrong, on a real server: each is told as that source's failure and leaves no batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from fetch.loopback import LOCAL, QUICK, Answer, Site, endless, says
from guanlan.clocks.models import Stream
from guanlan.fetch import fetch
from guanlan.intake.actions import open_source
from guanlan.intake.jobs import poll_next_source, read_next_batch
from guanlan.intake.models import Batch, Post, Source
from guanlan.people.models import Person

ENTRY = "<item><title>退款没到</title><link>https://a.example/1</link><pubDate>{}</pubDate></item>"
AT = "Fri, 20 Nov 2026 13:00:00 +0800"
FEED = f"<rss version='2.0'><channel><title>甲</title>{ENTRY.format(AT)}</channel></rss>".encode()
BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel>&b;</channel></rss>'

BAD: dict[str, tuple[Callable[[Site], Answer], str]] = {
    "redirects inward": (
        lambda site: says(b"", status=301, Location=f"http://127.0.0.2:{site.port}/admin"),
        "127.0.0.2：它指向本机或内部网络",
    ),
    "redirects to a file": (
        lambda _site: says(b"", status=302, Location="file:///etc/passwd"),
        "只能访问 http",
    ),
    "never ends": (endless, "内容超过"),
    "is a page": (
        lambda _site: says(b"<!doctype html><html><body>404</body></html>"),
        "不是 RSS、Atom 或 JSON Feed",
    ),
    "is empty": (lambda _site: says(b""), "不是 RSS、Atom 或 JSON Feed"),
    "holds entities": (lambda _site: says(BOMB), "会撑爆内存的 XML 写法"),
    "is gone": (lambda _site: says(b"gone", status=410), "对方回答 410"),
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server, and the worker's client opened for its address alone."""
    monkeypatch.setattr("guanlan.intake.jobs.fetch", partial(fetch, allow=LOCAL, limits=QUICK))
    running = Site()
    yield running
    running.over.set()
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def source(cast: Cast, stream: Stream, site: Site, hands: object) -> Source:
    return open_source(
        stream=stream,
        unit=cast.wang.unit,
        kind=Source.Kind.FEED,
        name="甲报",
        person=cast.wang,
        now=NOW,
        url=site.url("/feed"),
        every_minutes=10,
    )


@pytest.mark.parametrize("name", BAD)
def test_is_told_as_the_sources_failure(
    name: str, source: Source, site: Site, cast: Cast, sign_in: Callable[[Person], Client]
) -> None:
    answer, sentence = BAD[name]
    site.routes["/feed"] = answer(site)

    assert poll_next_source()

    source.refresh_from_db()
    assert source.failing_since == NOW
    assert sentence in source.failure
    assert (Batch.objects.count(), Post.objects.count()) == (0, 0)
    shown = sign_in(cast.wang).get(reverse("sources")).content.decode()
    assert source.failure in shown


def test_an_entry_without_a_time_is_told_and_the_others_are_kept(source: Source, site: Site) -> None:
    broken = FEED.replace(b"</channel>", ENTRY.format("gestern").replace("/1", "/2").encode() + b"</channel>")
    site.routes["/feed"] = says(broken)

    assert poll_next_source()
    assert read_next_batch()

    batch = Batch.objects.get()
    assert (batch.taken, batch.refused) == (1, 1)
    assert "gestern" in batch.refused_lines.get().sentence


def test_mended_it_is_read_again(source: Source, site: Site) -> None:
    site.routes["/feed"] = says(b"oops")
    poll_next_source()
    Source.objects.update(next_at=NOW)
    site.routes["/feed"] = says(FEED)

    assert poll_next_source()
    assert read_next_batch()

    source.refresh_from_db()
    assert (source.failing_since, Post.objects.get().title) == (None, "退款没到")
