"""The vendors' contracts over real HTTP: what a bot or gateway takes, and how it refuses.

Each refusal answers HTTP 200 with a code, as the vendors do. What was taken stands in `taken`.
Written from the vendors' documents, with a signature, age, keyword and rate of their own.
"""

import base64
import hashlib
import hmac
import http.server
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

KEYWORD = "观澜"
SECRET = "SEC-of-the-double"
AN_HOUR = 3600
Said = dict[str, Any]
# What goes wrong with a call: before it is taken, or after it was taken and before it is answered.
Fault = str
DROPPED, TAKEN_AND_DROPPED, FAILED, BUSY = "dropped", "taken and dropped", "500", "busy"
MOVED = "moved to itself"


@dataclass
class Doubles:
    """One server for all vendors. `fault` says what goes wrong with a call, by its number and text."""

    clock: Callable[[], float] = lambda: datetime.now(UTC).timestamp()  # noqa: TID251 - the vendor's own
    fault: Callable[[int, str], Fault | None] = lambda _number, _text: None
    seconds: float = 0.0  # how long every answer takes
    per_minute: int = 20
    # Called when a call has come in, was taken, and was answered, with its number.
    on_step: Callable[[str, int], None] = lambda _step, _number: None
    taken: list[Said] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # of each call to the gateway
    calls: int = 0
    _stamps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    @property
    def wecom(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin/webhook/send?key=a-key"

    @property
    def dingtalk(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token=a-token"

    @property
    def feishu(self) -> str:
        return f"http://127.0.0.1:{self.port}/open-apis/bot/v2/hook/a-hook"

    @property
    def gateway(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"

    def texts(self) -> list[str]:
        return [said["text"] for said in self.taken]

    def answer(
        self, number: int, path: str, query: Said, headers: Said, raw: bytes
    ) -> tuple[Said, Fault | None]:
        body = orjson.loads(raw)
        bot = path + "".join(query.get("key", []) + query.get("access_token", []))
        with self._lock:
            judge = {
                "/cgi-bin/webhook/send": self._wecom,
                "/robot/send": self._dingtalk,
                "/sms": self._gateway,
            }.get(path, self._feishu)
            text = judge_text(body)
            fault = self.fault(number, text)
            if fault in (DROPPED, FAILED, MOVED):
                return {}, fault
            if fault == BUSY:
                return busy(path), None
            refused = judge(query | {"hook": [path]}, headers, body, raw)
            if refused is None:
                self.taken.append({"path": path, "bot": bot, "text": text, "body": body})
        return refused or fine(path), fault

    def count(self) -> int:
        with self._lock:
            self.calls += 1
            return self.calls

    def _over(self, bot: str) -> bool:
        now = self.clock()
        recent = [at for at in self._stamps[bot] if at > now - 60]
        self._stamps[bot] = [*recent, now]
        return len(recent) >= self.per_minute

    def _wecom(self, query: Said, _headers: Said, body: Said, _raw: bytes) -> Said | None:
        if not query.get("key", [""])[0].startswith("a-key"):
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        if self._over(query["key"][0]):
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        content = body.get("text", {}).get("content") if body.get("msgtype") == "text" else None
        if not isinstance(content, str):
            return {"errcode": 40008, "errmsg": "invalid message type"}
        if len(content.encode()) > 2048:
            return {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
        return None

    def _dingtalk(self, query: Said, _headers: Said, body: Said, _raw: bytes) -> Said | None:
        if not query.get("access_token", [""])[0].startswith("a-token"):
            return {"errcode": 300005, "errmsg": "token is not exist"}
        stamp, sign = query.get("timestamp", ["0"])[0], query.get("sign", [""])[0]
        wanted = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if not stamp.isdigit() or abs(self.clock() - int(stamp) / 1000) > AN_HOUR:
            return {"errcode": 310000, "errmsg": "invalid timestamp"}
        if sign != base64.b64encode(wanted).decode():
            return {"errcode": 310000, "errmsg": "sign not match"}
        if self._over(query["access_token"][0]):
            return {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
        part = body.get(body.get("msgtype", ""), {})
        text = part.get("text") if body["msgtype"] == "markdown" and part.get("title") else None
        if not isinstance(text, str):
            return {"errcode": 40035, "errmsg": "不合法的参数"}
        if KEYWORD not in text:
            return {"errcode": 310000, "errmsg": "keywords not in content"}
        if any(f"@{mobile}" not in text for mobile in body.get("at", {}).get("atMobiles", [])):
            return {"errcode": 1, "errmsg": "nobody would be mentioned"}  # the vendor is silent here
        return None

    def _feishu(self, query: Said, _headers: Said, body: Said, raw: bytes) -> Said | None:
        stamp = str(body.get("timestamp", ""))
        wanted = hmac.new(f"{stamp}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
        fresh = stamp.isdigit() and abs(self.clock() - int(stamp)) <= AN_HOUR
        if not fresh or body.get("sign") != base64.b64encode(wanted).decode():
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if self._over(query["hook"][0]):
            return {"code": 11232, "msg": "frequency limited"}
        if body.get("msg_type") != "post" or "post" not in body.get("content", {}) or len(raw) > 20_000:
            return {"code": 9499, "msg": "Bad Request"}
        if KEYWORD not in judge_text(body):
            return {"code": 19024, "msg": "Key Words Not Found"}
        return None

    def _gateway(self, _query: Said, headers: Said, body: Said, raw: bytes) -> Said | None:
        key, stamp = headers.get("Webhook-Id", ""), headers.get("Webhook-Timestamp", "0")
        self.keys.append(headers.get("Idempotency-Key", ""))
        signed = hmac.new(SECRET.encode(), f"{key}.{stamp}.".encode() + raw, hashlib.sha256).digest()
        if abs(self.clock() - int(stamp)) > 300:
            return {"accepted": False, "message": "too old"}
        if headers.get("Webhook-Signature") != f"v1,{base64.b64encode(signed).decode()}":
            return {"accepted": False, "message": "wrong signature"}
        return None if body.get("to") else {"accepted": False, "message": "no number"}


def judge_text(body: Said) -> str:
    """Return the text of a body of any vendor's."""
    if "msgtype" in body:
        part = body.get(body["msgtype"], {})
        return str(part.get("content") or part.get("text") or "")
    if "msg_type" in body:
        lines = body["content"].get("post", {}).get("zh_cn", {}).get("content", [])
        return "\n".join(str(piece.get("text", "")) for line in lines for piece in line)
    return str(body.get("text", ""))


def fine(path: str) -> Said:
    if path == "/sms":
        return {"accepted": True}
    return {"code": 0, "msg": "success"} if path.startswith("/open-apis") else {"errcode": 0, "errmsg": "ok"}


def busy(path: str) -> Said:
    if path == "/sms":
        return {"accepted": False, "message": "busy"}
    if path.startswith("/open-apis"):
        return {"code": 11232, "msg": "frequency limited"}
    return {"errcode": -1, "errmsg": "system busy"}


@contextmanager
def doubles(**given: Any) -> Iterator[Doubles]:
    """Serve the doubles on the loopback."""
    found = Doubles(**given)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            number = found.count()
            found.on_step("come in", number)
            said, fault = found.answer(number, parts.path, parse_qs(parts.query), dict(self.headers), raw)
            found.on_step("taken", number)
            threading.Event().wait(found.seconds)
            try:
                self._say(said, fault)
                self.wfile.flush()
                found.on_step("answered", number)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _say(self, said: Said, fault: Fault | None) -> None:
            if fault in (DROPPED, TAKEN_AND_DROPPED):
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True
                return
            self.send_response({FAILED: 500, MOVED: 307}.get(fault or "", 200))
            if fault == MOVED:
                self.send_header("Location", self.path)
            self.end_headers()
            self.wfile.write(b"oops" if fault == FAILED else orjson.dumps(said))

        def log_message(self, *_words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
