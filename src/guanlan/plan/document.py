"""The shape of one plan version; `reading.read` makes one from YAML.

Whether what is written can work is for `check`; here stands only what may be written.
Every `key` is unique in the plan and stable across versions. Parts point at each other
by key. `source` says where a value comes from.
"""

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from guanlan.clocks.calendar import Calendar
from guanlan.plan.fields import (
    Channel,
    Checker,
    Count,
    Delay,
    Flag,
    Function,
    GroupKey,
    Key,
    Keyed,
    Minutes,
    Months,
    Name,
    Part,
    Positive,
    Purpose,
    ShortName,
    Step,
    Text,
    Years,
)
from guanlan.plan.levels import Criterion, Level, Trigger


class Meta(Keyed):
    """`company` is a placeholder until the plan is adopted."""

    name: Name
    company: Text
    version: ShortName
    summary: Text
    announcement: Text


class Role(Keyed):
    """A post, never a person; `deputies` are the roles that stand in, first one first."""

    name: Text
    lead: Flag = False
    deputies: tuple[Key, ...] = ()


class Group(Keyed):
    """`function` decides what its members may do; `part_of` is the group above it."""

    key: GroupKey
    name: ShortName
    function: Function
    purpose: Text
    part_of: Key | None = None
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class Organisation(Part):
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]


class Times(Part):
    """Minutes from the duty's start until it must be accepted, and done."""

    accept_minutes: Delay
    due_minutes: Minutes
    calendar: Calendar = "natural"


class Duty(Keyed):
    """What one group does at the levels in `times`.

    A `first_step` (先期处置) starts with the signal, before anybody decides; `aftermath`
    (善后) when the incident is stood down, so it never holds that up; the others when the
    level is confirmed. `meets` names the level's clock that this duty keeps. What is
    `checked_by` somebody is done only when they accept it: the group's lead, or the command.
    """

    clause: Key
    group: Key
    title: Text
    action: Text
    times: Annotated[dict[Key, Times], Field(min_length=1)]
    mandatory: Flag = False
    evidence: Text | None = None
    first_step: Flag = False
    aftermath: Flag = False
    meets: Step | None = None
    checked_by: Checker | None = None

    @property
    def start(self) -> Literal["signal", "confirmed", "stood_down"]:
        """What its minutes count from."""
        if self.first_step:
            return "signal"
        return "stood_down" if self.aftermath else "confirmed"


class Notification(Keyed):
    """Who hears, how long after the signal, and how often again until they have read it."""

    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    roles: Annotated[tuple[Key, ...], Field(min_length=1)]
    after_minutes: Delay
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    repeat_minutes: Minutes | None = None
    repeat_times: Count = 0
    all_must_read: Flag = False


class ApprovalStep(Keyed):
    role: Key
    minutes: Minutes


class Chain(Keyed):
    """Who approves, in this order; the person who wrote the text never does."""

    name: Text
    purpose: Purpose
    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    authors: Annotated[tuple[Key, ...], Field(min_length=1)]
    steps: Annotated[tuple[ApprovalStep, ...], Field(min_length=1)]

    @property
    def minutes(self) -> int:
        return sum(step.minutes for step in self.steps)


class StatementTemplate(Keyed):
    name: Text
    stage: Literal["holding", "full", "progress", "correction", "closing"]
    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    body: Text


class AnswerTemplate(Keyed):
    name: Text
    situation: Text
    body: Text
    never_say: tuple[Text, ...] = ()


class Drill(Keyed):
    name: Text
    kind: Literal["tabletop", "live", "reachability"]
    every_months: Months
    groups: Annotated[tuple[Key, ...], Field(min_length=1)]
    aim: Text


class Survey(Keyed):
    """`follow_up_below`: a score under this one gets a call."""

    name: Text
    kind: Literal["csat", "ces", "nps"]
    every_months: Months
    audience: Text
    follow_up_below: Count


class Training(Keyed):
    name: Text
    every_months: Months
    groups: Annotated[tuple[Key, ...], Field(min_length=1)]
    content: Text
    pass_percent: Annotated[int, Field(strict=True, ge=0, le=100)]


class StandDown(Keyed):
    """One condition for standing down that the machine can test.

    `value` by kind: negative_share_at_baseline, per mille above the baseline still
    allowed; quiet_hours, hours without a new negative original (copies do not count);
    complaints_settled, per mille settled; mandatory_tasks_done (all but the aftermath's)
    and inquiries_answered take none.
    """

    name: Text
    kind: Literal[
        "negative_share_at_baseline",
        "quiet_hours",
        "complaints_settled",
        "mandatory_tasks_done",
        "inquiries_answered",
    ]
    levels: Annotated[tuple[Key, ...], Field(min_length=1)]
    value: Count | None = None
    source: str = ""


class Clause(Keyed):
    title: Text
    text: Text


class Chapter(Keyed):
    title: Text
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]


class Validity(Part):
    """`effective_on` is set at publication; the plan then holds for `years`."""

    years: Years
    effective_on: datetime.date | None = None
    review_every_months: Months
    remind_before_days: tuple[Positive, ...]
    revise_when: tuple[Text, ...]

    @property
    def expires_on(self) -> datetime.date | None:
        """The first day on which the plan no longer holds."""
        start = self.effective_on
        if start is None:
            return None
        leap_day = (start.month, start.day) == (2, 29)
        return start.replace(year=start.year + self.years, **({"month": 3, "day": 1} if leap_day else {}))


class Interpretation(Part):
    group: Key
    text: Text


class PlanDocument(Part):
    """One version of a plan, whole."""

    meta: Meta
    organisation: Organisation
    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
    criteria: tuple[Criterion, ...]
    triggers: tuple[Trigger, ...]
    duties: tuple[Duty, ...]
    notifications: tuple[Notification, ...]
    approvals: tuple[Chain, ...]
    statements: tuple[StatementTemplate, ...]
    answers: tuple[AnswerTemplate, ...]
    drills: tuple[Drill, ...]
    surveys: tuple[Survey, ...]
    training: tuple[Training, ...]
    stand_down: tuple[StandDown, ...]
    rewards: tuple[Clause, ...]
    accountability: tuple[Clause, ...]
    support: tuple[Clause, ...]
    chapters: tuple[Chapter, ...]
    validity: Validity
    interpretation: Interpretation

    @property
    def by_rank(self) -> tuple[Level, ...]:
        """The levels, gravest first."""
        return tuple(sorted(self.levels, key=lambda level: level.rank))

    @property
    def roles(self) -> dict[str, Role]:
        """Every role by its key."""
        return {role.key: role for group in self.organisation.groups for role in group.roles}

    @property
    def groups(self) -> dict[str, Group]:
        """Every group by its key."""
        return {group.key: group for group in self.organisation.groups}

    def duties_at(self, level: str) -> tuple[tuple[Duty, Times], ...]:
        """The duties of a level with their times, in the plan's order."""
        return tuple((duty, duty.times[level]) for duty in self.duties if level in duty.times)

    def chain_for(self, purpose: Purpose, level: str) -> Chain | None:
        """Who approves texts of this purpose at this level; None when the plan names nobody."""
        return next((c for c in self.approvals if c.purpose == purpose and level in c.levels), None)


def keys(part: Part) -> Iterator[str]:
    """Yield every key in the plan, in the order in which they are written; repeats too."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name == "key":
            yield value
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Part):
                yield from keys(child)


def digest(document: PlanDocument) -> str:
    """SHA-256 over the content, hexadecimal: comments and layout of the YAML do not count."""
    canonical = json.dumps(
        document.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
