"""Whether people read what they were told, and how soon."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse

from guanlan.notify.models import Message
from guanlan.reports.models import Receipt, Report
from guanlan.review.cases import Case
from guanlan.review.matters import Matter


def first_receipt(matter: Matter, now: datetime) -> Iterator[Case]:
    """From sending a report until the first of its readers acknowledged it."""
    for report, receipts in _sent(matter):
        yield _receipt_case(report, receipts, min(_read(receipts), default=None), now)


def all_receipts(matter: Matter, now: datetime) -> Iterator[Case]:
    """From sending a report until the last of its readers had acknowledged it."""
    for report, receipts in _sent(matter):
        read = _read(receipts)
        yield _receipt_case(report, receipts, max(read) if len(read) == len(receipts) else None, now)


def _sent(matter: Matter) -> Iterator[tuple[Report, Sequence[Receipt]]]:
    """Yield each report with those it was sent to at first; who got it later was not waited for."""
    for report in matter.reports:
        first = min((one.sent_at for one in report.receipts.all()), default=None)
        receipts = [one for one in report.receipts.all() if one.sent_at == first]
        if receipts:
            yield report, receipts


def _read(receipts: Iterable[Receipt]) -> list[datetime]:
    return [one.read_at for one in receipts if one.read_at is not None]


def _receipt_case(
    report: Report, receipts: Sequence[Receipt], stopped: datetime | None, now: datetime
) -> Case:
    note = f"{len(_read(receipts))}/{len(receipts)}"
    where = reverse("report", args=[report.key])
    return Case(report.title, where, receipts[0].sent_at, stopped, now, receipts[0].read_by, note=note)


def urgent_reading(matter: Matter, now: datetime) -> Iterator[Case]:
    """From an urgent message until the person had read it, by whatever way."""
    for message in matter.messages:
        if message.urgency == Message.Urgency.URGENT:
            yield Case(message.title, message.link, message.created_at, message.read_at, now)


def first_reading(matter: Matter, now: datetime) -> Iterator[Case]:
    """From an urgent call until the first of those called had read it: one case a cause and step."""
    called: dict[str, list[Message]] = {}
    for message in matter.messages:
        if message.urgency == Message.Urgency.URGENT:
            called.setdefault(message.once.rpartition("|")[0], []).append(message)
    for messages in called.values():
        read = min((one.read_at for one in messages if one.read_at is not None), default=None)
        first = messages[0]
        yield Case(first.title, first.link, first.created_at, read, now)
