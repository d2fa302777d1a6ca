"""A form as a browser would send it: what stands in its boxes, changed in places."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Boxes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._inside, self._area, self._select = False, "", ""
        self._options: list[tuple[str, bool]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == "sheet"
        if not self._inside:
            return
        if tag == "textarea":
            self._area, self._text = given["name"], ""
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option":
            self._options.append((given["value"], "selected" in given))
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.sent.append((given["name"], given.get("value", "on")))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area:
            self.sent.append((self._area, self._text.replace("\n", "\r\n")))
            self._area = ""
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self.sent.append((self._select, (chosen or [self._options[0][0]])[0]))
            self._select = ""


def boxes(answer: Any) -> dict[str, list[str]]:
    """Return what the form of a page would send if nobody touched it."""
    parser = _Boxes()
    parser.feed(answer.content.decode())
    sent: dict[str, list[str]] = {}
    for name, value in parser.sent:
        sent.setdefault(name, []).append(value)
    return sent


def send(browser: Client, address: str, opened: Any = None, **changes: Any) -> Any:
    """Send the form that stood on `opened` (or is opened now), with changes; `__` in a name is a dot."""
    sent: dict[str, Any] = boxes(opened if opened is not None else browser.get(address))
    for name, value in changes.items():
        name = name.replace("__", ".")
        if value is None:
            sent.pop(name, None)
        else:
            sent[name] = value
    return browser.post(address, sent)
