"""Audit entries with the names of those who acted."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.documents.sheet import sheet
from guanlan.people.models import Person


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
    """Return the entries as lines of CSV for Excel: with a byte-order mark, no cell a formula."""
    names = actors()
    head = [_("编号"), _("时间"), _("谁"), _("办了什么"), _("对象"), _("对象编号"), _("细节"), _("封印")]
    return sheet(head, (_cells(entry, names) for entry in entries))


def _cells(entry: Entry, names: dict[str, str]) -> list[Any]:
    return [
        entry.number,
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        _actor(entry, names),
        entry.verb,
        entry.kind,
        entry.subject,
        json.dumps(entry.facts, ensure_ascii=False, sort_keys=True),
        entry.seal,
    ]


def _actor(entry: Entry, names: dict[str, str]) -> str:
    return names.get(entry.actor) or (_("系统") if entry.actor == "system" else entry.actor)
