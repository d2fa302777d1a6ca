"""What a matter cost, in sum: before the response, while it lasted, and after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanlan.incidents.models import Incident, Loss
from guanlan.people.models import Person
from guanlan.people.weeks import local_day
from guanlan.watch.models import Event

NAMES: dict[str, tuple[Promise, Promise]] = {
    Loss.Kind.COMPENSATION: (_("赔付"), _("元")),
    Loss.Kind.REFUND: (_("退款"), _("元")),
    Loss.Kind.CHURN: (_("流失客户"), _("人")),
    Loss.Kind.HOURS: (_("投入工时"), _("小时")),
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


def totals(losses: Iterable[Loss], incident: Incident | None) -> list[Total]:
    """Sum what stands up by kind: before the day of activation, up to the day it ended, and after."""
    found: dict[str, tuple[list[Decimal], list[Decimal], list[Decimal]]] = {
        kind: ([], [], []) for kind in Loss.Kind.values
    }
    for loss in losses:
        if loss.struck_at is None:
            found[loss.kind][_stretch(loss, incident)].append(loss.amount)
    return [
        Total(kind, sum(map(len, parts)), *(sum(part, Decimal()) if part else None for part in parts))
        for kind, parts in found.items()
    ]


def _stretch(loss: Loss, incident: Incident | None) -> int:
    if incident is None or loss.day < local_day(incident.opened_at):
        return 0
    ended = incident.stood_down_at
    return 1 if ended is None or loss.day <= local_day(ended) else 2


def amount_words(amount: Decimal) -> str:
    """Write an amount with thousands separators, without cents that are none."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}" if whole else f"{amount:,.2f}"


def figure_of(loss: Loss) -> str:
    """Say one loss: 赔付 1,200 元."""
    name, unit = NAMES[loss.kind]
    return f"{name} {amount_words(loss.amount)} {unit}"
