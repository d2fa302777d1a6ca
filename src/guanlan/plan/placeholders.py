"""What stands in double braces in a plan, and who puts what in its place.

`{{company}}` may stand anywhere; it gives way to the unit's name when a version is drafted.
`{{effective_on}}` may stand in the announcement; the day is known at publication. In the
bodies of statements and answers any word may stand: whoever drafts from them fills it in.
"""

import datetime
import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from gettext import gettext as _
from typing import Any

from guanlan.plan.document import PlanDocument

ANY = re.compile(r"\{\{\s*(.*?)\s*\}\}")
COMPANY = re.compile(r'("?)\{\{\s*company\s*\}\}\1')
EFFECTIVE_ON = re.compile(r"\{\{\s*effective_on\s*\}\}")

Path = tuple[str | int, ...]


def mistakes(plain: Any, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Yield (path, what is written there, sentence) for every placeholder that nobody would fill."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from mistakes(value, (*path, key))
    elif isinstance(plain, tuple):
        for index, value in enumerate(plain):
            yield from mistakes(value, (*path, index))
    elif isinstance(plain, str):
        yield from _in_text(plain, path)


def _in_text(text: str, path: Path) -> Iterator[tuple[Path, str, str]]:
    for found in ANY.finditer(text):
        if not _is_filled(found[1], path):
            yield path, found[0], _unknown(found[0], found[1])
    left = re.search(r"\{\{|\}\}", ANY.sub("", text))
    if left:
        yield path, left[0], _("双花括号“%(braces)s”没有成对，请补全或删去。") % {"braces": left[0]}


def _is_filled(name: str, path: Path) -> bool:
    if path[0] in ("statements", "answers") and path[-1] == "body":
        return bool(name)
    return name == "company" or (name == "effective_on" and path == ("meta", "announcement"))


def _unknown(written: str, name: str) -> str:
    if name != "company" and get_close_matches(name, ["company"], n=1):
        return _("不认识“%(written)s”，是不是“{{company}}”？") % {"written": written}
    return _(
        "“%(written)s”在这里没有人来填：请写成具体内容。公司名称写 {{company}}，"
        "公告里的施行日期写 {{effective_on}}，起草时才知道的只能写在声明和答复的 body 里。"
    ) % {"written": written}


def with_company(text: str, company: str) -> str:
    """Return the YAML with the company's name in place; in whole quotes it is escaped."""
    return COMPANY.sub(
        lambda found: json.dumps(company, ensure_ascii=False) if found[1] else company,
        text,
    )


def named(document: PlanDocument, company: str) -> PlanDocument:
    """Return the content with the company's name in place."""
    return PlanDocument.model_validate(_named(document.model_dump(mode="json"), company))


def _named(plain: Any, company: str) -> Any:
    if isinstance(plain, dict):
        return {key: _named(value, company) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_named(value, company) for value in plain]
    return (
        COMPANY.sub(lambda found: f"{found[1]}{company}{found[1]}", plain)
        if isinstance(plain, str)
        else plain
    )


def announcement(document: PlanDocument, effective_on: datetime.date | None) -> str:
    """Return the announcement with its day, as it is put up."""
    day = _("（施行日期，发布时填）")
    if effective_on is not None:
        day = _("%(year)d年%(month)d月%(day)d日") % {
            "year": effective_on.year,
            "month": effective_on.month,
            "day": effective_on.day,
        }
    return EFFECTIVE_ON.sub(day, document.meta.announcement)
