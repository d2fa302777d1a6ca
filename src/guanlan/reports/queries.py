"""Reading reports: who is to read them, who has, what stands in them."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from guanlan.clocks.models import Stream
from guanlan.incidents.models import Incident
from guanlan.people.models import Function, Person
from guanlan.people.queries import persons_with
from guanlan.reports.models import Receipt, Report
from guanlan.watch.models import Event


def active_incident(event: Event, person: Person) -> Incident | None:
    """Return the incident that is active on the event, if the person may see it."""
    return Incident.visible_to(person).filter(event=event, state=Incident.State.ACTIVE).first()


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
    reporters = report.event.readings.exclude(post__reported_by=None).values_list("post__reported_by")
    found = {pk for (pk,) in reporters.distinct()}
    if report.incident is not None:
        found |= {pk for pk in report.incident.tasks.values_list("owner", flat=True) if pk}
    return found - set(report.receipts.values_list("person", flat=True))


def blocks(report: Report) -> list[dict[str, Any]]:
    """Return the frozen blocks, tables with their `numeric` columns, charts with their `place`."""
    found = []
    for number, block in enumerate(report.frozen["blocks"]):
        table = block.get("table", block)
        numeric = [place for place, column in enumerate(table.get("columns", ())) if column["numeric"]]
        # A template would read the dictionary's own `items` otherwise.
        found.append(
            block | {"numeric": numeric, "place": f"chart-{number}", "figures": block.get("items", [])}
        )
    return found
