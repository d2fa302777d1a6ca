"""Reading booked hours: in all, by person, and as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from guanlan.incidents.models import Hours, Incident
from guanlan.people.models import Person

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def booked(incident: Incident, person: Person) -> QuerySet[Hours]:
    """Return the bookings on an incident that stand, the latest day first."""
    return Hours.visible_to(person).filter(incident=incident, withdrawn_at=None).select_related("person")


def hours_sheet(incident: Incident, person: Person) -> dict[str, Any]:
    """Return what the page of hours shows: the bookings, the sum, and each person's."""
    rows = booked(incident, person)
    by_person = rows.order_by().values("person__name").annotate(minutes=Sum("minutes")).order_by("-minutes")
    return {
        "incident": incident,
        "rows": rows,
        "by_person": by_person,
        "minutes": sum(row["minutes"] for row in by_person),
    }


def table(rows: Iterable[Hours]) -> Iterator[str]:
    """Yield the bookings as lines of CSV for Excel: with a byte-order mark, no cell a formula."""
    yield "\ufeff" + _line([_("日期"), _("姓名"), _("小时"), _("做了什么")])
    for row in rows:
        yield _line([row.day.isoformat(), row.person.name, f"{row.minutes / 60:.2f}", row.what])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()
