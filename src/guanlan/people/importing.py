"""Reads people from an XLSX sheet; whatever is wrong is said with its row."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from guanlan.errors import BadInput
from guanlan.people.models import Membership

LARGEST_FILE = 5_000_000
MOST_ROWS = 5_000
# A workbook is packed; this is what it may grow to.
_LARGEST_UNPACKED = 100_000_000

COLUMNS = {
    "name": gettext_lazy("姓名"),
    "username": gettext_lazy("登录名"),
    "phone": gettext_lazy("手机"),
    "email": gettext_lazy("邮箱"),
    "group": gettext_lazy("组"),
    "role": gettext_lazy("角色"),
    "deputy": gettext_lazy("副手"),
}
_NEEDED = ("name", "username")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,39}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}")


@dataclass(frozen=True)
class Line:
    """One row of the sheet; `number` counts from 1 as Excel does.

    `group` is the group's code, `role` a Membership.Role, `deputy` the login name of
    whoever stands in; each is empty if the row does not say.
    """

    number: int
    name: str
    username: str
    phone: str
    email: str
    group: str
    role: str
    deputy: str


class BadSheet(BadInput):
    """The sheet cannot be taken in; `problems` holds a sentence for every bad row."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        sentence = self.problems[0]
        if len(self.problems) > 1:
            sentence += _("（另有 %(count)d 处问题。）") % {"count": len(self.problems) - 1}
        super().__init__(sentence)


def read_people(content: bytes, *, groups: Mapping[str, str], known: Mapping[str, str]) -> tuple[Line, ...]:
    """Return the sheet's rows, or raise BadSheet with everything that is wrong in it.

    `groups` gives the code for the name of every open group, `known` the name for the
    login name of every person there is already.
    """
    rows = _rows(content)
    places = _header(rows[0]) if rows else {}
    filled = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(map(_text, row))]
    if not filled:
        raise BadSheet([_("表里没有人员：请从第 2 行起每人写一行，再导入。")])
    if len(filled) > MOST_ROWS:
        raise BadSheet([_("表里超过 %(limit)d 行，请拆成几个文件导入。") % {"limit": MOST_ROWS}])
    written = [_Row(number, places, row) for number, row in filled]
    problems = sorted(
        (row.number, sentence)
        for row in written
        for sentence in _problems(row, groups=groups, persons=_persons(written, known))
    )
    problems += sorted(_contradictions(written))
    if problems:
        raise BadSheet([_at(number, sentence) for number, sentence in sorted(problems)])
    return tuple(row.line(groups, _persons(written, known)) for row in written)


class _Row:
    """A row with its cells as text, found by their column."""

    def __init__(self, number: int, places: Mapping[str, int], cells: Sequence[Any]) -> None:
        self.number = number
        self._texts = {field: _text(cells[at]) if at < len(cells) else "" for field, at in places.items()}

    def __getitem__(self, field: str) -> str:
        return self._texts.get(field, "")

    def line(self, groups: Mapping[str, str], persons: Mapping[str, str]) -> Line:
        return Line(
            number=self.number,
            name=self["name"],
            username=self["username"].lower(),
            phone=self["phone"],
            email=self["email"],
            group=groups.get(self["group"], ""),
            role=_roles().get(self["role"], ""),
            deputy=_login_of(self["deputy"], persons) or "",
        )


def is_login(text: str) -> bool:
    """Say whether a text can be a login name: 2 to 40 letters, digits and . _ @ -."""
    return _LOGIN.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Say whether a text looks like a telephone number."""
    return _PHONE.fullmatch(text) is not None


def _at(number: int, sentence: str) -> str:
    return _("第 %(number)d 行：%(sentence)s") % {"number": number, "sentence": sentence}


def _rows(content: bytes) -> list[list[Any]]:
    if len(content) > LARGEST_FILE:
        raise BadSheet([_("文件超过 5 MB，不像一份人员名单，请检查是否选错了文件。")])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > _LARGEST_UNPACKED:
            raise BadSheet([_("文件解压后超过 100 MB，不像一份人员名单，请检查是否选错了文件。")])
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except (zipfile.BadZipFile, ZipError, XmlError, PasswordError, CalamineError, ValueError) as bad:
        raise BadSheet([_("这个文件读不开：请用 Excel 另存为 .xlsx，不加密码，再导入。")]) from bad


def _header(cells: Sequence[Any]) -> dict[str, int]:
    names = {str(label): field for field, label in COLUMNS.items()}
    texts = [_text(cell) for cell in cells]
    known = "、".join(names)
    strange = [text for text in texts if text and text not in names]
    if strange:
        sentence = _("不认识列“%(name)s”，可用的列是%(known)s。") % {"name": strange[0], "known": known}
        raise BadSheet([_at(1, sentence)])
    places = {names[text]: at for at, text in enumerate(texts) if text}
    missing = [str(COLUMNS[field]) for field in _NEEDED if field not in places]
    if missing:
        sentence = _("缺少列“%(names)s”，请照样表补上。") % {"names": "、".join(missing)}
        raise BadSheet([_at(1, sentence)])
    twice = [text for text in texts if text and texts.count(text) > 1]
    if twice:
        raise BadSheet([_at(1, _("列“%(name)s”写了两遍，请只留一列。") % {"name": twice[0]})])
    return places


def _text(cell: Any) -> str:
    # Excel keeps a telephone number as a float.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _persons(rows: Sequence[_Row], known: Mapping[str, str]) -> dict[str, str]:
    """Return the name of everybody by login name in small letters, as signing in takes it."""
    there = {username.lower(): name for username, name in known.items()}
    return there | {row["username"].lower(): row["name"] for row in rows if row["username"]}


def _login_of(written: str, persons: Mapping[str, str]) -> str | None:
    """Return the login name meant by a login name or by a name that only one person has."""
    if written.lower() in persons:
        return written.lower()
    named = [username for username, name in persons.items() if name == written]
    return named[0] if len(named) == 1 else None


def _roles() -> dict[str, str]:
    return {str(role.label): role.value for role in Membership.Role}


def _problems(row: _Row, *, groups: Mapping[str, str], persons: Mapping[str, str]) -> Iterator[str]:
    if not row["name"] or len(row["name"]) > 40:
        yield _("姓名要填，最多 40 个字。")
    if not is_login(row["username"]):
        yield _("登录名“%(text)s”不能用，请用 2 到 40 个英文字母或数字，例如 wangfang。") % {
            "text": row["username"]
        }
    if row["phone"] and not is_phone(row["phone"]):
        yield _("手机“%(text)s”不像电话号码，请改正或留空。") % {"text": row["phone"]}
    if row["email"] and not _is_mail(row["email"]):
        yield _("邮箱“%(text)s”写得不对，请改正或留空。") % {"text": row["email"]}
    yield from _service_problems(row, groups, persons)


def _service_problems(row: _Row, groups: Mapping[str, str], persons: Mapping[str, str]) -> Iterator[str]:
    if row["group"] and row["group"] not in groups:
        yield _unknown(_("组"), row["group"], list(groups))
    if row["role"] and row["role"] not in _roles():
        yield _unknown(_("角色"), row["role"], list(_roles()))
    if (row["role"] or row["deputy"]) and not row["group"]:
        yield _("写了角色或副手，没有写组，请补上组。")
    if row["deputy"]:
        deputy = _login_of(row["deputy"], persons)
        if deputy is None:
            yield _("副手“%(text)s”不在表里也不在系统里，或有重名，请写登录名。") % {"text": row["deputy"]}
        elif deputy == row["username"].lower():
            yield _("副手是本人，请换一个人。")


def _unknown(kind: str, text: str, known: list[str]) -> str:
    guess = get_close_matches(text, known, n=1, cutoff=0.4)
    remedy = _("是不是“%(guess)s”？") % {"guess": guess[0]} if guess else ""
    known_names = "、".join(known) or _("还没有，请先发布预案")
    return _("没有“%(text)s”这个%(kind)s。%(remedy)s现有：%(known)s。") % {
        "text": text,
        "kind": kind,
        "remedy": remedy,
        "known": known_names,
    }


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _contradictions(rows: Sequence[_Row]) -> Iterator[tuple[int, str]]:
    """Say where one login name is two persons, or one person serves in one group twice."""
    yield from _repeats(
        rows,
        key=lambda row: row["username"].lower(),
        same=lambda one, other: one["name"] == other["name"],
        sentence=_("登录名“%(text)s”在第 %(first)d 行是另一个人，请换一个。"),
    )
    yield from _repeats(
        rows,
        key=lambda row: f"{row['username'].lower()} {row['group']}",
        same=lambda one, other: False,
        sentence=_("“%(text)s”在第 %(first)d 行已经写过，请删去一行。"),
    )


def _repeats(
    rows: Sequence[_Row],
    *,
    key: Callable[[_Row], str],
    same: Callable[[_Row, _Row], bool],
    sentence: str,
) -> Iterator[tuple[int, str]]:
    first: dict[str, _Row] = {}
    for row in rows:
        earlier = first.setdefault(key(row), row)
        if row["username"] and earlier is not row and not same(earlier, row):
            yield row.number, sentence % {"text": row["username"], "first": earlier.number}
