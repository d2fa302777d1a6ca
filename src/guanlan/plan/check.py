"""Finds what in a plan would fail on the night it is needed."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from guanlan.plan import duties, grading, organisation, signing, timing, upkeep
from guanlan.plan.document import PlanDocument, keys
from guanlan.plan.remark import Remark


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where (key, and line if the plan was read from a file), what, how."""

    key: str
    line: int | None
    sentence: str
    remedy: str


def check(
    document: PlanDocument,
    *,
    today: datetime.date,
    lines: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[Finding, ...]:
    """Return every finding, in the plan's order; none means the plan can be published.

    `lines` as in `reading.Reading`. `today` is for the plan's expiry.
    """
    remarks = chain(
        organisation.remarks(document),
        grading.remarks(document),
        timing.remarks(document),
        signing.remarks(document),
        duties.remarks(document),
        upkeep.remarks(document, today),
    )
    order = {key: place for place, key in reversed(list(enumerate(keys(document))))}
    ranked = sorted(remarks, key=lambda remark: order.get(remark.key, len(order)))
    return tuple(_findings(ranked, lines or {}))


def _findings(remarks: list[Remark], lines: Mapping[str, tuple[int, ...]]) -> Iterator[Finding]:
    for remark in remarks:
        places = lines.get(remark.key, ())
        line = places[min(remark.occurrence, len(places) - 1)] if places else None
        yield Finding(remark.key, line, remark.sentence, remark.remedy)
