"""Audit entries with the names of those who acted."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.people.models import Person

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def actors() -> dict[str, str]:
    """Return everybody's name by key."""
    return dict(Person.objects.order_by("name").values_list("key", "name"))


def named(entries: Iterable[Entry]) -> list[tuple[Entry, str, str]]:
    """Return each entry with the actor's name and, if it is about a person, the person's."""
    entries = list(entries)
    keys = {entry.actor for entry in entries} | {entry.subject for entry in entries}
    names = dict(Person.objects.filter(key__in=keys).values_list("key", "name"))
    return [(entry, _actor(entry, names), names.get(entry.subject, "")) for entry in entries]


def rows(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the entries as lines of CSV for Excel: with a byte-order mark, no cell a formula."""
    names = actors()
    head = [_("编号"), _("时间"), _("谁"), _("办了什么"), _("对象"), _("对象编号"), _("细节"), _("封印")]
    yield "\ufeff" + _line(head)
    for entry in entries:
        yield _line(
            [
                entry.number,
                timezone.localtime(entry.at).isoformat(timespec="seconds"),
                _actor(entry, names),
                entry.verb,
                entry.kind,
                entry.subject,
                json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
                entry.seal,
            ]
        )


def _actor(entry: Entry, names: dict[str, str]) -> str:
    return names.get(entry.actor) or (_("系统") if entry.actor == "system" else entry.actor)


def _line(cells: list[Any]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_inert(cell) for cell in cells])
    return written.getvalue()


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
