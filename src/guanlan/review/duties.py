"""Duties held against the plan: by clause, by group, and by incident what the pinned version asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.audit.models import Entry
from guanlan.incidents.models import Decision, Incident, Task
from guanlan.plan.queries import document
from guanlan.review.cases import Case, Outcome, Summary, summary
from guanlan.review.kpis.commanding import link
from guanlan.review.kpis.working import accepted_case, done_case, tasks_of
from guanlan.review.matters import Matter, rank


@dataclass(frozen=True)
class DutyRow:
    """The tasks of one clause or group: `done` against due times, `accepted` against accept-by times."""

    code: str
    name: str
    done: Summary
    accepted: Summary


@dataclass(frozen=True)
class Deviation:
    """Where a response left the pinned plan, and why, as far as somebody said."""

    words: str
    link: str
    how: str
    reason: str


@dataclass(frozen=True)
class Adherence:
    """How far one incident kept to the plan version it is pinned to: to its mandatory duties."""

    incident: Incident
    required: int
    kept: int
    running: int
    deviations: tuple[Deviation, ...]

    @property
    def kept_permille(self) -> int | None:
        """The share of the steps owed so far that were done in time; None when none is owed yet."""
        owed = self.required - self.running
        return self.kept * 1000 // owed if owed else None


def by_clause(matters: Sequence[Matter], now: datetime) -> list[DutyRow]:
    """Return every clause that gave tasks, in the clauses' order, with how they went."""
    titles: dict[str, str] = {}
    for one in matters:
        for incident in one.incidents:
            for chapter in document(incident.plan_version).chapters:
                titles |= {clause.key: clause.title for clause in chapter.clauses}
    rows = _rows(matters, now, lambda task: (task.clause, titles.get(task.clause, "")))
    order = {key: place for place, key in enumerate(titles)}
    return sorted(rows, key=lambda row: (order.get(row.code, len(order)), row.code))


def by_group(matters: Sequence[Matter], now: datetime) -> list[DutyRow]:
    """Return every group that had tasks, in the order in which they were opened."""
    groups = {task.group.key: task.group_id for task in tasks_of(matters)}
    rows = _rows(matters, now, lambda task: (task.group.key, task.group.name))
    return sorted(rows, key=lambda row: groups[row.code])


def _rows(matters: Sequence[Matter], now: datetime, of: Callable[[Task], tuple[str, str]]) -> list[DutyRow]:
    found: dict[tuple[str, str], list[Task]] = {}
    for task in tasks_of(matters):
        found.setdefault(of(task), []).append(task)
    return [
        DutyRow(
            code,
            name or _("未写条款"),
            summary(done_case(task, now) for task in tasks),
            summary(accepted_case(task, now) for task in tasks),
        )
        for (code, name), tasks in found.items()
    ]


def adherences(matters: Iterable[Matter], now: datetime) -> list[Adherence]:
    """Return how far each incident kept to its plan, in the order of opening."""
    return [_adherence(one, incident, now) for one in matters for incident in one.incidents]


def _adherence(matter: Matter, incident: Incident, now: datetime) -> Adherence:
    plan, tasks = document(incident.plan_version), {task.duty: task for task in incident.tasks.all()}
    wanted = {duty.key: duty for level in _levels(matter, incident) for duty, _t in plan.duties_at(level)}
    after = incident.stood_down_at is not None
    required = [duty for duty in wanted.values() if duty.mandatory and (after or not duty.aftermath)]
    cases = [done_case(tasks[duty.key], now) for duty in required if duty.key in tasks]
    missing = [duty for duty in required if duty.key not in tasks]
    deviations = [one for case in cases for one in _deviation(case)]
    deviations += [
        Deviation(duty.title, link(incident), _("没有派出"), _("预案要求，没有派成任务")) for duty in missing
    ]
    return Adherence(
        incident,
        len(required),
        sum(case.outcome == Outcome.KEPT for case in cases),
        sum(case.outcome == Outcome.RUNNING for case in cases),
        (*deviations, *_overridden(matter, incident)),
    )


def _levels(matter: Matter, incident: Incident) -> list[str]:
    """Return the levels whose duties the response owed: at opening, and each that it rose to."""
    own = [change for change in matter.changes if change.incident_id == incident.pk]
    rises = [
        change.level
        for change in own
        if change.at > incident.opened_at
        and rank(matter.plan, change.level) < rank(matter.plan, change.previous_level)
    ]
    return [own[0].level if own else incident.level, *rises]


def _deviation(case: Case) -> Iterator[Deviation]:
    if case.outcome == Outcome.EXCUSED:
        yield Deviation(case.words, case.link, _("免办"), case.note)
    elif case.outcome == Outcome.LATE:
        how = _("超时未办") if case.is_open else _("超时办结")
        yield Deviation(case.words, case.link, how, "")


def _overridden(matter: Matter, incident: Incident) -> Iterator[Deviation]:
    """Yield that the response ended although a condition did not hold, as the record has it."""
    ended = Entry.objects.filter(verb="incidents.stand_down", subject=incident.key)
    for facts in ended.values_list("facts", flat=True):
        decision = next(
            (
                one
                for one in matter.decisions
                if one.key == facts.get("decision") and one.kind == Decision.Kind.STAND_DOWN
            ),
            None,
        )
        if facts.get("overridden") and decision is not None:
            yield Deviation(_("解除响应"), link(incident), _("条件未达仍解除"), decision.reason)
