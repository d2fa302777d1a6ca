"""What goes out: one message for a person, or several as a digest, within a channel's length."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Letter:
    """One message on its way out; `key` stays the same in every round of it."""

    key: str
    title: str
    body: str
    link: str
    urgent: bool
    may_repeat: bool
    name: str
    late: bool = False
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Written:
    """A title and a text that ends with its links, as they are shown."""

    title: str
    text: str


def written(letters: Sequence[Letter], *, limit: int, mention: bool = False) -> Written:
    """Return the letters as one text of at most `limit` bytes: what does not fit is cut, never the link.

    With `mention` each person's number stands in the text behind an @, as DingTalk wants it.
    """
    if len(letters) > 1:
        return _digest(letters, limit, mention)
    letter = letters[0]
    title = headline(letter)
    to = _to(letter, mention)
    frame = _bytes("\n\n".join((title, to, "", letter.link)))
    body = fitted(letter.body, limit - frame)
    return Written(title, "\n\n".join(part for part in (title, to, body, letter.link) if part))


def headline(letter: Letter) -> str:
    """Return the title with what must not be missed before it; 观澜 may serve as a bot's keyword."""
    marks = ((letter.urgent, _("紧急")), (letter.late, _("迟发")), (letter.may_repeat, _("可能重复")))
    told = "·".join(mark for holds, mark in marks if holds)
    return f"{_('【观澜】')}{told}{'：' if told else ''}{letter.title}"


def fitted(text: str, limit: int) -> str:
    """Return as much of the text as fits into so many bytes, and say where it was cut."""
    if _bytes(text) <= limit:
        return text
    end = _("…（太长，余下的点开看）")
    kept = text.encode()[: max(0, limit - _bytes(end))].decode(errors="ignore")
    return kept + end if limit >= _bytes(end) else ""


def _digest(letters: Sequence[Letter], limit: int, mention: bool) -> Written:
    title = _("【观澜】%(count)d 条消息") % {"count": len(letters)}
    room = (limit - _bytes(title)) // len(letters) - 2
    return Written(title, "\n\n".join([title, *(_line(letter, room, mention) for letter in letters)]))


def _line(letter: Letter, room: int, mention: bool) -> str:
    to = _to(letter, mention)
    rest = room - _bytes(f"{to} \n{letter.link}")
    return f"{to} {fitted(headline(letter), rest)}\n{letter.link}"


def _to(letter: Letter, mention: bool) -> str:
    return f"@{letter.phone} {letter.name}" if mention and letter.phone else f"@{letter.name}"


def _bytes(text: str) -> int:
    return len(text.encode())
