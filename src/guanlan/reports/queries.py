"""Reading reports: who is to read them, who has, what stands in them."""

import copy
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from guanlan.clocks.deadlines import deadline
from guanlan.clocks.models import Stream, new_key
from guanlan.documents.frozen import Frozen
from guanlan.documents.printed import is_wide, listed, resolve
from guanlan.incidents.models import Incident
from guanlan.incidents.states import RESPONDING
from guanlan.intake.models import Post, Volume
from guanlan.people.models import Function, Person
from guanlan.people.queries import persons_with
from guanlan.plan.queries import document, in_force
from guanlan.plan.timing import clock_of
from guanlan.reports.gathering import Issue
from guanlan.reports.models import Receipt, Report
from guanlan.watch.models import Event

# Keys asked for at once; databases take only so many.
PART = 5_000
# Minutes, where the plan has no clock for reporting to the command.
READ_WITHIN = 15


def active_incident(event: Event, person: Person) -> Incident | None:
    """Return the incident that is active on the event, if the person may see it."""
    return Incident.visible_to(person).filter(event=event, state__in=RESPONDING).first()


def numbered(kind: str, *, event: Event | None, stream: Stream) -> int:
    """Return how many reports of a kind there are: of an event, or of the stream's course."""
    return Report.objects.filter(stream=stream, event=event, kind=kind).count()


def coming_issue(kind: str, *, event: Event | None, stream: Stream, read_by: datetime | None = None) -> Issue:
    """Return which report the next one of a kind will be."""
    return Issue(new_key(), numbered(kind, event=event, stream=stream) + 1, read_by)


def read_within(event: Event, level: str, *, now: datetime) -> datetime:
    """Return by when the command is to read a report, by the plan's clock of the level."""
    version = in_force(event.watch.unit)
    levels = document(version).levels if version else ()
    found = next((one for one in levels if one.key == level), None)
    clock = clock_of(found, "report_to_command") if found else None
    return deadline(now, clock.minutes, clock.calendar) if clock else now + timedelta(minutes=READ_WITHIN)


def command_of(incident: Incident | None, *, at: datetime) -> list[Person]:
    """Return the command and the leaders, each once; of a restricted incident those let in."""
    found = {
        person.pk: person
        for function in (Function.COMMAND, Function.LEADER)
        for person in persons_with(function, at=at).order_by("pk")
    }
    if incident is None:
        return list(found.values())
    return [
        person for person in found.values() if Incident.visible_to(person).filter(pk=incident.pk).exists()
    ]


def reports(person: Person, stream: Stream) -> QuerySet[Report]:
    """Return the reports, newest first, with `sent` and `read`: receipts, and those acknowledged."""
    mine = Report.visible_to(person).filter(stream=stream).select_related("event", "written_by")
    return (
        mine.annotate(
            sent=Count("receipts"), read=Count("receipts", filter=Q(receipts__read_at__isnull=False))
        )
        .order_by("-written_at", "-pk")
        .defer("frozen")
    )


def waiting_receipts(person: Person, stream: Stream) -> QuerySet[Receipt]:
    """Return the receipts that this person has not acknowledged."""
    return Receipt.visible_to(person).filter(stream=stream, person=person, read_at=None)


def may_see(report: Report, person: Person) -> bool:
    """Say whether the person may see the report."""
    return Report.visible_to(person).filter(pk=report.pk).exists()


def concerned(report: Report) -> set[int]:
    """Return the keys of who had a part: owners of tasks, and who reported one of the posts."""
    found: set[int] = set()
    if report.event is not None:
        reporters = report.event.readings.exclude(post__reported_by=None).values_list("post__reported_by")
        found = {pk for (pk,) in reporters.distinct()}
    if report.incident is not None:
        found |= {pk for pk in report.incident.tasks.values_list("owner", flat=True) if pk}
    return found - set(report.receipts.values_list("person", flat=True))


def blocks(report: Report) -> list[dict[str, Any]]:
    """Return the frozen blocks: tables with `cells`, charts with `place`, marks with addresses."""
    found: list[dict[str, Any]] = copy.deepcopy(report.frozen["blocks"])
    resolve(found, {roll["code"]: roll for roll in rolls(report)})
    for number, block in enumerate(found):
        table = block.get("table", block)
        if "columns" in table:
            table |= by_cell(table)
        # A template would read the dictionary's own `items` otherwise.
        block |= {"place": f"chart-{number}", "figures": block.get("items", [])}
    return found


def by_cell(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table's rows with the column beside each cell; `wide` if a phone is too narrow for it."""
    columns = table["columns"]
    rows = [
        [{"column": column, "text": cell} for column, cell in zip(columns, row, strict=True)]
        for row in table["rows"]
    ]
    return {"cells": rows, "wide": is_wide(columns)}


def rolls(report: Report) -> list[dict[str, Any]]:
    """Return the rolls as they are listed: count, hash and address in place of the keys."""
    return [listed(roll, "") for roll in report.frozen.get("rolls", [])]


def roll(report: Report, code: str) -> dict[str, Any] | None:
    """Return one roll as it was frozen, with its keys; None if the report has none of that code."""
    return next((one for one in report.frozen.get("rolls", []) if one["code"] == code), None)


def frozen(report: Report) -> Frozen:
    """Return the report's bytes as they were frozen."""
    return Frozen(json.dumps(report.frozen, ensure_ascii=False, sort_keys=True, allow_nan=False).encode())


def is_unchanged(report: Report) -> bool:
    """Whether the stored report still has the hash that it was frozen with."""
    return frozen(report).sha256 == report.sha256


def posts_of(person: Person, keys: Sequence[str]) -> list[Post]:
    """Return the posts with these keys that this person may see, in the order of the keys."""
    found = {post.key: post for post in Post.visible_to(person).filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def days_of(person: Person, keys: Sequence[str]) -> list[Volume]:
    """Return the figures with these keys, in the order of the keys; corrected ones are among them."""
    found = Volume.visible_to(person).filter(key__in=keys).select_related("given_by")
    rows = {row.key: row for row in found}
    return [rows[key] for key in keys if key in rows]


def gone(person: Person, keys: Sequence[str]) -> int:
    """Return how many of the posts with these keys are not stored any more, or not shown to this person."""
    seen = Post.visible_to(person)
    parts = (keys[start : start + PART] for start in range(0, len(keys), PART))
    return len(keys) - sum(seen.filter(key__in=part).count() for part in parts)
