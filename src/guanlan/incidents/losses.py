"""What a matter cost, in sum: before the response, while it lasted, and after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanlan.incidents.models import Hours, Incident, Loss
from guanlan.people.models import Person
from guanlan.people.weeks import local_day
from guanlan.watch.models import Event

# Not put down on the ledger but booked (工时), and summed beside it.
HOURS = "HOURS"
_MINUTES = 60

NAMES: dict[str, tuple[Promise, Promise]] = {
    Loss.Kind.COMPENSATION: (_("赔付"), _("元")),
    Loss.Kind.REFUND: (_("退款"), _("元")),
    Loss.Kind.CHURN: (_("流失客户"), _("人")),
    HOURS: (_("投入工时"), _("小时")),
}


@dataclass(frozen=True)
class Total:
    """One kind of loss in sum; None where nobody put anything down, which is not nothing lost."""

    kind: str
    count: int
    before: Decimal | None
    during: Decimal | None
    after: Decimal | None

    @property
    def name(self) -> str:
        """What it is, and in what it is counted."""
        name, unit = NAMES[self.kind]
        return f"{name}（{unit}）"

    @property
    def words(self) -> str:
        """Say the whole sum in a headline."""
        name, unit = NAMES[self.kind]
        if self.whole is None:
            return str(_("%(name)s未填")) % {"name": name}
        return f"{name} {amount_words(self.whole)} {unit}"

    @property
    def parts(self) -> tuple[Decimal | None, ...]:
        """The three stretches, in time's order."""
        return self.before, self.during, self.after

    @property
    def whole(self) -> Decimal | None:
        """All of it; None if nobody put anything down."""
        known = [part for part in self.parts if part is not None]
        return sum(known, Decimal()) if known else None


def ledger(event: Event, person: Person) -> QuerySet[Loss]:
    """Return what was put down for an event, as far as the person may see it, by day."""
    rows = Loss.visible_to(person).filter(event=event)
    return rows.select_related("person", "struck_by", "file", "incident")


def totals(losses: Iterable[Loss], incident: Incident | None, *, hours: Iterable[Hours] = ()) -> list[Total]:
    """Sum what stands up by kind: before the day of activation, up to the day it ended, and after.

    `hours` are the bookings of the responses.
    """
    found: dict[str, tuple[list[Decimal], list[Decimal], list[Decimal]]] = {
        kind: ([], [], []) for kind in NAMES
    }
    for loss in losses:
        if loss.struck_at is None:
            found[loss.kind][_stretch(loss.day, incident)].append(loss.amount)
    for booking in hours:
        if booking.withdrawn_at is None:
            worked = (Decimal(booking.minutes) / _MINUTES).quantize(Decimal("0.01"))
            found[HOURS][_stretch(booking.day, incident)].append(worked)
    return [
        Total(kind, sum(map(len, parts)), *(sum(part, Decimal()) if part else None for part in parts))
        for kind, parts in found.items()
    ]


def _stretch(day: date, incident: Incident | None) -> int:
    if incident is None or day < local_day(incident.opened_at):
        return 0
    ended = incident.stood_down_at
    return 1 if ended is None or day <= local_day(ended) else 2


def amount_words(amount: Decimal) -> str:
    """Write an amount with thousands separators, without cents that are none."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}" if whole else f"{amount:,.2f}"


def figure_of(loss: Loss) -> str:
    """Say one loss: 赔付 1,200 元."""
    name, unit = NAMES[loss.kind]
    return f"{name} {amount_words(loss.amount)} {unit}"
