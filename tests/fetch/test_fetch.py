"""The guarded client against real servers on the loopback, which only `allow` opens."""

import gzip
import http.server
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest

from fetch.loopback import LOCAL, NOW, Site, endless, says
from guanlan.fetch import (
    AddressRefused,
    Fetched,
    Limits,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    fetch,
)
from guanlan.fetch.addresses import is_permitted


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.over.set()
    running.server.shutdown()
    running.server.server_close()


def test_gives_the_body_and_what_the_next_visit_needs(site: Site) -> None:
    site.routes["/feed"] = says(
        b"<rss/>", ETag='"a1"', Last_Modified="Fri, 20 Nov 2026 05:00:00 GMT", Content_Type="text/xml"
    )
    assert site.get("/feed") == Fetched(
        200, b"<rss/>", site.url("/feed"), '"a1"', "Fri, 20 Nov 2026 05:00:00 GMT", "text/xml", NOW
    )


def test_asks_conditionally_and_takes_304(site: Site) -> None:
    site.routes["/feed"] = says(b"", status=304)
    answer = site.get("/feed", etag='"a1"', last_modified="Fri, 20 Nov 2026 05:00:00 GMT")
    assert (answer.status, answer.body) == (304, b"")
    headers = site.seen[0][1]
    assert headers["If-None-Match"] == '"a1"'
    assert headers["If-Modified-Since"] == "Fri, 20 Nov 2026 05:00:00 GMT"
    assert headers["User-Agent"].startswith("Guanlan/")


def test_follows_three_redirects_and_no_fourth(site: Site) -> None:
    for step in range(4):
        site.routes[f"/{step}"] = says(b"", status=302, Location=f"/{step + 1}")
    site.routes["/4"] = says(b"end")
    assert site.get("/1").body == b"end"
    assert site.get("/1").url == site.url("/4")
    with pytest.raises(TooManyRedirects, match="跳转超过 3 次"):
        site.get("/0")


def test_sends_no_cookie_back_within_a_redirect(site: Site) -> None:
    site.routes["/a"] = says(b"", status=302, Location="/b", Set_Cookie="session=1")
    site.routes["/b"] = says(b"end")
    site.get("/a")
    assert "Cookie" not in site.seen[1][1]


def test_refuses_the_loopback_unless_allowed(site: Site) -> None:
    site.routes["/"] = says(b"secret")
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1：它指向本机或内部网络"):
        fetch(site.url("/"), now=NOW)
    assert site.seen == []


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "2130706434", "0x7f000002", "127.2", "[::1]", "[::ffff:127.0.0.2]"]
)
def test_refuses_every_spelling_of_an_inner_address(
    site: Site, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.routes["/"] = says(b"secret")
    if host == "localhost":  # it is allowed by its address below, so lead it elsewhere
        monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.2"))
    with pytest.raises(AddressRefused):
        fetch(site.url("/", host), now=NOW, allow=LOCAL)
    assert site.seen == []


def test_refuses_a_redirect_inward(site: Site) -> None:
    site.routes["/feed"] = says(b"", status=301, Location=f"http://127.0.0.2:{site.port}/admin")
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.2：它指向本机或内部网络"):
        site.get("/feed")
    assert [path for path, _headers in site.seen] == ["/feed"]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/"])
def test_refuses_a_redirect_to_another_scheme(site: Site, location: str) -> None:
    site.routes["/feed"] = says(b"", status=302, Location=location)
    with pytest.raises(AddressRefused, match="只能访问 http"):
        site.get("/feed")


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("ftp://example.com/", "http"),
        ("example.com/feed", "http"),
        ("http://", "http"),
        ("http://a:b@example.com/", "用户名"),
        ("http://[::1", "完整的网址"),
    ],
)
def test_refuses_what_is_no_web_address(url: str, part: str) -> None:
    with pytest.raises(AddressRefused, match=part):
        fetch(url, now=NOW)


def answering(*answers: str) -> Callable[..., list[object]]:
    """Stand in for the resolver of names: the first call gets the first answer, and so on."""
    left = list(answers)
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *words: int, **kind: int) -> list[object]:
        numeric = host.replace(".", "").isdigit()
        return list(real(host if numeric else left.pop(0), port, *words, **kind))

    return resolve


def test_connects_to_the_address_that_was_judged(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere at its second look (rebinding) is looked up only once."""
    site.routes["/"] = says(b"public")
    monkeypatch.setattr(socket, "getaddrinfo", answering("127.0.0.1"))
    assert fetch(site.url("/", "rebinds.example"), now=NOW, allow=LOCAL).body == b"public"
    assert site.seen[0][1]["Host"] == f"rebinds.example:{site.port}"


def test_stops_at_a_body_that_never_ends(site: Site) -> None:
    site.routes["/endless"] = endless(site)
    with pytest.raises(TooLarge, match=r"127\.0\.0\.1 的内容超过 0\.01 MB"):
        site.get("/endless")


@pytest.mark.parametrize("part", ["status", "headers", "body"])
def test_stops_when_the_whole_takes_too_long(site: Site, part: str) -> None:
    beginning = {"status": b"", "headers": b"HTTP/1.1 200 OK\r\n", "body": b"HTTP/1.1 200 OK\r\n\r\n"}[part]

    def dripping(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning)
        while not site.over.wait(0.02):
            handler.wfile.write(b"X")

    site.routes["/slow"] = dripping
    with pytest.raises(TooSlow, match=r"127\.0\.0\.1 太久没有答完"):
        site.get("/slow", limits=Limits(seconds=0.3))


def test_unpacks_gzip_but_no_bomb(site: Site) -> None:
    site.routes["/plain"] = says(gzip.compress(b"<rss/>"), Content_Encoding="gzip")
    site.routes["/bomb"] = says(gzip.compress(b"\0" * 5_000_000), Content_Encoding="gzip")
    assert site.get("/plain").body == b"<rss/>"
    with pytest.raises(TooLarge):
        site.get("/bomb")


def test_refuses_a_packing_it_did_not_ask_for(site: Site) -> None:
    site.routes["/"] = says(b"\x1b", Content_Encoding="br")
    with pytest.raises(Unreachable, match="压缩方式"):
        site.get("/")


def test_says_when_nobody_answers_or_answers_no_http(site: Site) -> None:
    site.routes["/"] = lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n\r\n") and None
    with pytest.raises(Unreachable, match="连不上 127"):
        site.get("/")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable, match="连不上 127"):
        fetch(f"http://127.0.0.1:{port}/", now=NOW, allow=LOCAL)


def test_says_when_there_is_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_words: object, **_kind: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match=r"找不到网站 no\.example"):
        fetch("https://no.example/", now=NOW)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "198.18.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
        "ff02::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_no_inner_or_reserved_address_is_permitted(address: str) -> None:
    assert not is_permitted(address, ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_permitted(address: str) -> None:
    assert is_permitted(address, ())


def test_an_allowed_network_is_permitted_also_in_its_mapped_form() -> None:
    assert is_permitted("::ffff:10.0.0.9", (ip_network("10.0.0.0/24"),))
    assert not is_permitted("10.0.1.9", (ip_network("10.0.0.0/24"),))
