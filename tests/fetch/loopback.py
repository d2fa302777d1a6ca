"""A real server on the loopback, which only `allow` opens."""

import http.server
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network

from guanlan.fetch import Fetched, Limits, fetch

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
LOCAL = (ip_network("127.0.0.1/32"),)
QUICK = Limits(size=10_000, seconds=2.0)

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Site:
    """A real server; `routes` answer by path, `seen` keeps (path, headers) of every request."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append((self.path, dict(self.headers)))
                try:
                    site.routes[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def get(self, path: str, limits: Limits = QUICK, **conditions: str) -> Fetched:
        return fetch(self.url(path), now=NOW, allow=LOCAL, limits=limits, **conditions)


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(site: Site) -> Answer:
    """Answer with a feed that goes on as long as the site runs."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        says(b"<rss>")(handler)
        while not site.over.is_set():
            handler.wfile.write(b"<item/>" * 1000)

    return answer
