"""A frozen document as one message to paste into a group chat."""

from collections.abc import Iterator
from gettext import gettext as _
from typing import Any

MOST_BYTES = 2048  # of UTF-8: a text message of WeCom; DingTalk and Feishu take more


def group_message(frozen: dict[str, Any], link: str, most: int = MOST_BYTES) -> str:
    """Return the document in words, line by line, at most `most` bytes long, its link at the end.

    What does not fit is left out from the end on, by whole lines, and the message says so; a
    title that alone is too long is cut. Tables and charts are left to the document.
    """
    level = frozen.get("level")
    named = f"{level['numeral']} {frozen['title']}" if level else frozen["title"]
    head = _("【{label}】{title}").format(label=frozen["label"], title=named)
    end = _("截至 {as_of}，全文与签收：{link}").format(as_of=frozen["as_of"], link=link)
    more = _("……其余见全文")
    room = most - _size(f"\n{more}\n{end}")
    kept = [_cut(head, room)]
    for line in _lines(frozen["blocks"]):
        if _size("\n".join([*kept, line])) > room:
            return "\n".join([*kept, more, end])
        kept.append(line)
    return "\n".join([*kept, end])


def _lines(blocks: list[dict[str, Any]]) -> Iterator[str]:
    heading = ""
    for block in blocks:
        if block["kind"] == "heading":
            heading = _("■ {words}").format(words=block["words"])
            continue
        for line in _told(block):
            if heading:
                yield heading
            heading = ""
            yield line


def _told(block: dict[str, Any]) -> Iterator[str]:
    if block["kind"] == "paragraph":
        yield _words(block["text"])
    elif block["kind"] == "key_values":
        yield from (f"{label} {_words(text)}" for label, text in block["rows"])
    elif block["kind"] == "figures":
        yield from (f"{one['label']} {one['value']} {one['unit']}".rstrip() for one in block["items"])
    elif block["kind"] == "chart":
        yield block["title"]


def _words(text: list[dict[str, Any]]) -> str:
    return "".join(run["words"] for run in text).replace("\n", " ").strip()


def _size(words: str) -> int:
    return len(words.encode())


def _cut(words: str, most: int) -> str:
    return words if _size(words) <= most else words.encode()[: most - 3].decode(errors="ignore") + "…"
