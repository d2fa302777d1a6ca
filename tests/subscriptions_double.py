"""Another system, over real HTTP, as the specification says it: verifies signature and age, tells repeats."""

import base64
import hashlib
import hmac
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

TOLERANCE = 300


@dataclass
class Receiver:
    """`answers` are the status codes of the next calls, 200 when they are used up; 0 hangs up unanswered."""

    clock: Callable[[], float]
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/guanlan"

    def judge(self, headers: dict[str, str], raw: bytes) -> int:
        key, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        self.ids.append(key)
        wanted = hmac.new(
            base64.b64decode(self.secret.split("_", 1)[1]),
            b".".join([key.encode(), stamp.encode(), raw]),
            hashlib.sha256,
        ).digest()
        if not stamp.isdigit() or abs(self.clock() - int(stamp)) > TOLERANCE:
            return self._refuse("too old")
        if "v1," + base64.b64encode(wanted).decode() not in headers.get("webhook-signature", "").split():
            return self._refuse("wrong signature")
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(orjson.loads(raw))
        return status

    def _refuse(self, why: str) -> int:
        self.refused.append(why)
        return 400


@contextmanager
def receiver(clock: Callable[[], float]) -> Iterator[Receiver]:
    found = Receiver(clock)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.judge({name.lower(): value for name, value in self.headers.items()}, raw)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
