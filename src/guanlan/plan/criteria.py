"""Turns a plan's criteria into the table the engine grades by."""

from collections.abc import Iterator

from guanlan.engine import severity
from guanlan.engine.measures import HARM
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Criterion

# What the engine measures per event; a plan may use no other.
MEASURES = (
    "complaints_72h",
    "complaints_24h",
    "negative_24h",
    "growth_7d",
    "top_interactions",
    "top_reposts",
    "top_views",
    "top_plays",
    "top_video_likes",
    "negative_comments",
    "outlets",
    "large_accounts",
    "negative_permille",
    "posts",
    *HARM,
)

FACTS = (
    "death_or_injury",
    "central_media",
    "national_media",
    "national_hot_list",
    "regional_hot_list",
    "regulator_named",
    "mass_data_leak",
    "offline_gathering",
    "minor_injury",
    "fraud",
    "provincial_media",
)


def table(document: PlanDocument) -> severity.Table:
    """Return the grading table of a plan version."""
    return severity.Table(
        levels=tuple(level.key for level in document.by_rank),
        criteria=tuple(map(criterion, document.criteria)),
        triggers=tuple(
            severity.HardTrigger(trigger.key, trigger.name, trigger.fact, trigger.level)
            for trigger in document.triggers
        ),
    )


def criterion(written: Criterion) -> severity.Criterion:
    """Return the engine's form of one criterion, its fallback included."""
    return severity.Criterion(
        key=written.key,
        name=written.name,
        measure=written.measure,
        thresholds=tuple((cell.level, cell.at_least) for cell in written.cells),
        fallback=criterion(written.fallback) if written.fallback else None,
        minimum_posts=written.minimum_posts,
        minimum_negative_permille=written.minimum_negative_permille,
    )


def with_fallbacks(document: PlanDocument) -> Iterator[Criterion]:
    """Yield every criterion, each followed by its fallbacks."""
    for written in document.criteria:
        current: Criterion | None = written
        while current is not None:
            yield current
            current = current.fallback
