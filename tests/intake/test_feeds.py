"""RSS, Atom and JSON Feed, and what only claims to be one; all entries are invented."""

import http.server
import json
import threading
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from guanlan.engine.posts import check
from guanlan.errors import BadInput
from guanlan.fetch import fetch
from guanlan.intake.reading import Refusal
from guanlan.intake.reading.feeds import Channel, read_feed, words_of

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AT = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
CHANNEL = Channel(name="某报", platform="某报", media_type="news")

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>某报</title>
<item><guid>g1</guid><title>退款 &amp;amp; 投诉</title><link>https://news.example/1</link>
<description><![CDATA[<p>第一段
<script>alert(1)</script></p><p>1 &lt; 2<br/>末行</p><style>p{}</style>]]></description>
<author>记者甲</author><pubDate>Fri, 20 Nov 2026 14:05:00 +0800</pubDate></item>
<item><title>没有时间</title><link>https://news.example/2</link></item>
<item><title>没有编号</title><link>https://news.example/3</link><pubDate>2026-11-20 14:05:00</pubDate></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>某报</title><id>urn:f</id><updated>2026-11-20T06:05:00Z</updated>
<entry><id>urn:1</id><title>退款</title><link href="https://news.example/1"/><author><name>记者甲</name></author>
<published>2026-11-20T14:05:00+08:00</published><updated>2026-11-21T00:00:00Z</updated>
<summary>摘要</summary><content type="html">&lt;b&gt;正文&lt;/b&gt;</content></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "某报",
    "items": [
        {
            "id": "1",
            "url": "https://news.example/1",
            "title": "退款",
            "content_html": "<p>正文<img src=x onerror=alert(1)></p>",
            "date_published": "2026-11-20T14:05:00+08:00",
            "authors": [{"name": "记者甲"}],
        },
        {"id": "2", "content_text": "1 < 2", "date_modified": "2026-11-20T06:05:00Z"},
    ],
}


def entries(body: bytes) -> list[dict[str, object]]:
    return list(check(read_feed(body, CHANNEL, now=NOW).posts).to_pylist())


def test_reads_rss() -> None:
    batch = read_feed(RSS.encode(), CHANNEL, now=NOW)
    first, third = check(batch.posts).to_pylist()
    assert {name: value for name, value in first.items() if value is not None} == {
        "id": "g1",
        "platform": "某报",
        "media_type": "news",
        "url": "https://news.example/1",
        "title": "退款 & 投诉",
        "text": "第一段\n1 < 2\n末行",
        "author": "记者甲",
        "published_at": AT,
    }
    assert (third["id"], third["published_at"]) == (
        "https://news.example/3",
        AT,
    )  # Beijing where no zone is told
    assert batch.refused == (Refusal(2, "published_at", "没有发布时间，请补上"),)


def test_reads_rss_in_gb18030() -> None:
    body = RSS.replace('encoding="UTF-8"', 'encoding="GB18030"').encode("gb18030")
    assert entries(body)[0]["title"] == "退款 & 投诉"


def test_reads_atom() -> None:
    (entry,) = entries(ATOM.encode())
    assert (entry["id"], entry["title"], entry["text"], entry["author"]) == (
        "urn:1",
        "退款",
        "正文",
        "记者甲",
    )
    assert (entry["url"], entry["published_at"]) == ("https://news.example/1", AT)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf", b"\n "])
def test_reads_json_feed(bom: bytes) -> None:
    first, second = entries(bom + json.dumps(JSON_FEED).encode())
    assert (first["id"], first["text"], first["author"], first["published_at"]) == ("1", "正文", "记者甲", AT)
    assert (second["text"], second["url"], second["published_at"]) == ("1 < 2", None, AT)


def test_repairs_a_feed_that_is_not_well_formed() -> None:
    broken = RSS.replace("<title>某报</title>", "<title>某报 & 某社</title>")
    assert [entry["id"] for entry in entries(broken.encode())] == ["g1", "https://news.example/3"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"<html><body>404</body></html>",
        b"not a feed",
        b"{}",
        b'{"items": []}',
        b"{broken",
        b"<rss",
        b"\0\1\2",
    ],
)
def test_refuses_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(BadInput, match="“某报”给的不是 RSS、Atom 或 JSON Feed"):
        read_feed(body, CHANNEL, now=NOW)


def test_a_feed_may_be_empty_and_of_no_known_encoding() -> None:
    assert entries(b'<?xml version="1.0" encoding="none-such"?><rss version="2.0"><channel/></rss>') == []


def test_a_body_that_is_a_path_or_an_address_opens_nothing(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.xml"
    hidden.write_text(RSS, encoding="utf-8")
    with pytest.raises(BadInput, match="给的不是"):
        read_feed(str(hidden).encode(), CHANNEL, now=NOW)


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize(("head", "tail"), [("", ""), ("", "<"), ("\n", "")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_refuses_entities_also_where_the_rest_is_broken(
    declared: str, head: str, tail: str, encoding: str
) -> None:
    body = head + RSS.replace("UTF-8", encoding).replace("<rss", declared + "<rss", 1) + tail
    with pytest.raises(BadInput, match="“某报”的内容含有会撑爆内存的 XML"):
        read_feed(body.encode(encoding), CHANNEL, now=NOW)


def test_refuses_elements_without_end() -> None:
    deep = b"<rss version='2.0'>" + b"<a>" * 100_000
    for body in (deep, deep + b"</a>" * 100_000 + b"</rss>"):
        with pytest.raises(BadInput, match="“某报”"):
            read_feed(body, CHANNEL, now=NOW)


def test_takes_a_thousand_entries_at_most() -> None:
    item = {"content_text": "退款", "date_published": "2026-11-20T06:05:00Z"}
    feed = JSON_FEED | {"items": [item | {"id": str(number)} for number in range(1500)]}
    assert len(entries(json.dumps(feed).encode())) == 1000


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("a &amp;lt;b&amp;gt;", "a &lt;b&gt;"),
        ("<scr<script>ipt>alert(1)</script>甲", "甲"),
        ("甲<!-- 乙 -->", "甲"),
        ("\ud800甲", "?甲"),
        ("<p></p>", None),
        ("", None),
        (None, None),
    ],
)
def test_words_of_markup(markup: str | None, words: str | None) -> None:
    found = words_of(markup)
    assert found == words or (
        found is not None and words is not None and found.endswith(words) and "<" not in found
    )


def test_a_page_fetched_in_place_of_a_feed_is_refused() -> None:
    """The whole way over HTTP: the address answers, but with a page."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write("<!doctype html><title>请登录</title>".encode())

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.handle_request, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    answer = fetch(url, now=NOW, allow=(ip_network("127.0.0.1/32"),))
    server.server_close()
    with pytest.raises(BadInput, match="给的不是 RSS"):
        read_feed(answer.body, CHANNEL, now=NOW)
