"""Who covers which hours, and which hours nobody covers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from guanlan.people.models import DutyShift, Function, Group, Membership, Person
from guanlan.people.queries import members, on_duty, open_groups, services_of

AHEAD = timedelta(days=7)
FORTNIGHT = timedelta(days=14)
# These are nobody's part in the plan; who fills them is the company's own matter.
_OUTSIDE_THE_PLAN = (Function.ADMINISTRATOR, Function.AUDITOR)


@dataclass(frozen=True)
class Span:
    """A stretch of time, from and until."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Cover:
    """A group's duty: who leads, who watches now, what the days ahead lack.

    `needs_cover` says whether the plan wants somebody at every hour.
    """

    group: Group
    members: list[Membership]
    shift: DutyShift | None
    covered: list[Span]
    gaps: list[Span]
    needs_cover: bool
    since: datetime
    ahead: timedelta = AHEAD

    @property
    def minutes(self) -> int:
        """How long the stretch ahead is."""
        return _minutes(self.ahead)

    @property
    def days(self) -> list[int]:
        """Where each day after the first begins, in minutes from now."""
        return list(range(1440, self.minutes, 1440))

    @property
    def bars(self) -> list[tuple[int, int]]:
        """The covered stretches as (start, length) in minutes from now."""
        return [(_minutes(span.starts_at - self.since), _minutes(span.length)) for span in self.covered]

    @property
    def lead(self) -> Person | None:
        """Who answers for the group, or None."""
        return self._first(Membership.Role.LEAD)

    @property
    def deputies(self) -> list[Person]:
        """Who stands in for the lead."""
        return [serving.person for serving in self.members if serving.role == Membership.Role.DEPUTY]

    @property
    def missing(self) -> timedelta:
        """The uncovered time, in all."""
        return sum((gap.length for gap in self.gaps), timedelta())

    def _first(self, role: str) -> Person | None:
        return next((serving.person for serving in self.members if serving.role == role), None)


@dataclass(frozen=True)
class Vacancy:
    """What a group lacks: a lead, a deputy, people at some hours."""

    group: Group
    no_lead: bool
    no_deputy: bool
    gaps: tuple[Span, ...]

    @property
    def words(self) -> str:
        """What is missing, in one clause each."""
        parts = [_("没有组长")] if self.no_lead else []
        parts += [_("没有副手")] if self.no_deputy else []
        if self.gaps:
            missing = sum((gap.length for gap in self.gaps), timedelta())
            parts.append(_("空 %(missing)s值班") % {"missing": _hours(missing)})
        return "，".join(parts)


def covers(*, at: datetime, ahead: timedelta = AHEAD) -> list[Cover]:
    """Return the duty of every open group for some days from `at`, seven unless said otherwise."""
    return [_cover(group, at, ahead) for group in open_groups()]


def vacancies(found: Iterable[Cover]) -> list[Vacancy]:
    """Return which of the plan's groups lack a lead, a deputy, or somebody on watch."""
    rows = [
        Vacancy(
            cover.group,
            no_lead=cover.lead is None,
            no_deputy=not cover.deputies,
            gaps=tuple(cover.gaps) if cover.needs_cover else (),
        )
        for cover in found
        if cover.group.function not in _OUTSIDE_THE_PLAN
    ]
    return [row for row in rows if row.words]


def vacancies_for(person: Person, *, at: datetime) -> list[Vacancy]:
    """Return what a lead's own groups lack in the next fourteen days; the command's are all of them."""
    serving = services_of(person, at=at)
    commands = serving.filter(group__function=Function.COMMAND).exists()
    led = set(serving.exclude(role=Membership.Role.MEMBER).values_list("group", flat=True))
    if not commands and not led:
        return []
    found = vacancies(covers(at=at, ahead=FORTNIGHT))
    return [row for row in found if commands or row.group.pk in led]


def watch_gaps(found: Iterable[Cover]) -> list[tuple[Group, Span]]:
    """Return the hours at which nobody watches, of the groups that watch round the clock."""
    return [(cover.group, gap) for cover in found if cover.needs_cover for gap in cover.gaps]


def headline(found: Sequence[Cover]) -> str:
    """Return the sentence that says who watches now and what the days ahead lack."""
    watching = [cover for cover in found if cover.needs_cover]
    if not watching:
        return _("还没有监测组：先选用并发布预案，再排值班")
    on_duty_now = "、".join(cover.shift.person.name for cover in watching if cover.shift)
    missing = _hours(sum((cover.missing for cover in watching), timedelta()))
    facts = {"name": on_duty_now, "missing": missing, "days": watching[0].ahead.days}
    if not on_duty_now:
        return _("现在无人值班监测，未来 %(days)d 天共空 %(missing)s") % facts
    if any(cover.gaps for cover in watching):
        return _("%(name)s在值班监测，未来 %(days)d 天还空 %(missing)s") % facts
    return _("%(name)s在值班监测，未来 %(days)d 天时时有人") % facts


def uncovered(shifts: Iterable[DutyShift], *, since: datetime, until: datetime) -> Iterator[Span]:
    """Yield the stretches between two moments that no shift covers; `shifts` in order of their start."""
    reached = since
    for shift in shifts:
        if shift.starts_at > reached:
            yield Span(reached, min(shift.starts_at, until))
        reached = max(reached, shift.ends_at)
        if reached >= until:
            return
    yield Span(reached, until)


def _cover(group: Group, at: datetime, ahead: timedelta) -> Cover:
    until = at + ahead
    shifts = list(DutyShift.objects.filter(group=group, ends_at__gt=at, starts_at__lt=until))
    return Cover(
        group=group,
        members=list(members(group, at=at)),
        shift=on_duty(group, at=at),
        covered=[Span(max(shift.starts_at, at), min(shift.ends_at, until)) for shift in shifts],
        gaps=list(uncovered(shifts, since=at, until=until)),
        needs_cover=group.function == Function.MONITORING,
        since=at,
        ahead=ahead,
    )


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def _hours(length: timedelta) -> str:
    return _("%(hours)d 小时") % {"hours": -(-_minutes(length) // 60)}
