"""The clocks that a level starts: from when, until when, kept by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanlan.clocks.deadlines import counted, deadline
from guanlan.clocks.models import Counted
from guanlan.incidents.models import Incident, Task
from guanlan.plan.fields import Start, Step
from guanlan.plan.levels import Clock
from guanlan.plan.queries import document
from guanlan.watch.models import Signal

STEP_WORDS: dict[Step, Promise] = {
    "assess": _("研判定级"),
    "report_to_command": _("上报指挥部"),
    "first_response": _("首次对外回应"),
    "full_response": _("完整说明"),
    "facts": _("查明事实"),
    "measures_published": _("公布整改措施"),
}
START_WORDS: dict[Start, Promise] = {
    "published": _("首帖发布起算"),
    "taken_in": _("收到起算"),
    "signal": _("信号起算"),
    "confirmed": _("确认等级起算"),
}


@dataclass(frozen=True)
class LevelClock:
    """One clock; `done_at` is None while it runs."""

    words: str | Promise
    start_words: str | Promise
    started_at: datetime
    deadline: datetime
    done_at: datetime | None
    counted: Counted

    @property
    def kept(self) -> bool:
        """Whether it was done in time; a running clock has not been."""
        return self.done_at is not None and self.done_at <= self.deadline


def level_clocks(incident: Incident) -> list[LevelClock]:
    """Return the clocks of the incident's level, the earliest deadline first.

    A clock is kept by the first finished task whose duty says that it keeps it; grading
    by the confirmed level, and the report to the command at the latest by its decision. What
    was revoked has none.
    """
    if incident.state == Incident.State.REVOKED:
        return []
    plan = document(incident.plan_version)
    level = next(level for level in plan.levels if level.key == incident.level)
    starts, done = _starts(incident), _done(incident)
    clocks = [_level_clock(clock, starts[clock.start], done.get(clock.step)) for clock in level.clocks]
    return sorted(clocks, key=lambda clock: clock.deadline)


def _level_clock(clock: Clock, start: datetime, done_at: datetime | None) -> LevelClock:
    due = deadline(start, clock.minutes, clock.calendar)
    how = counted(start, due, clock.calendar)
    return LevelClock(STEP_WORDS[clock.step], START_WORDS[clock.start], start, due, done_at, how)


def _starts(incident: Incident) -> dict[Start, datetime]:
    event = incident.event
    signal = Signal.objects.filter(event=event, kind=Signal.Kind.LEVEL, level__in=_as_grave(incident))
    return {
        "published": event.first_at,
        "taken_in": event.readings.aggregate(at=Min("post__taken_at"))["at"] or event.first_at,
        # Activated without a signal: its clocks begin with the decision.
        "signal": signal.aggregate(at=Min("at"))["at"] or incident.opened_at,
        "confirmed": event.confirmed_at or incident.opened_at,
    }


def _as_grave(incident: Incident) -> list[str]:
    """The incident's level and those above it: a slighter signal before starts no clock of this one."""
    ranks = {level.key: level.rank for level in document(incident.plan_version).levels}
    return [key for key, rank in ranks.items() if rank <= ranks[incident.level]]


def _done(incident: Incident) -> dict[str, datetime]:
    meets = {duty.key: duty.meets for duty in document(incident.plan_version).duties if duty.meets}
    kept: dict[str, list[datetime]] = {}
    first_confirmed = min(incident.event.confirmed_at or incident.opened_at, incident.opened_at)
    for task in incident.tasks.filter(state=Task.State.DONE, duty__in=meets):
        if task.finished_at is not None:
            kept.setdefault(str(meets[task.duty]), []).append(task.finished_at)
    done = {step: min(moments) for step, moments in kept.items()} | {"assess": first_confirmed}
    done["report_to_command"] = min(done.get("report_to_command", incident.opened_at), incident.opened_at)
    return done
