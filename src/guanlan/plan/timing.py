"""Rules: the clocks of a level follow each other, and a graver level is never the slower one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from itertools import pairwise
from typing import get_args

from guanlan.clocks.calendar import WORKING_DAY, Calendar
from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Step
from guanlan.plan.levels import Cadence, Clock, Level
from guanlan.plan.remark import Remark

DAY = 1440
STEPS: tuple[Step, ...] = get_args(Step)
EVERY_LEVEL: tuple[Step, ...] = ("assess", "report_to_command", "first_response", "facts")


@dataclass(frozen=True)
class Span:
    """A stretch of time since the signal, on a calendar."""

    minutes: int
    calendar: Calendar

    def __add__(self, other: "Span") -> "Span":
        calendar: Calendar = "working" if "working" in (self.calendar, other.calendar) else "natural"
        return Span(self.minutes + other.minutes, calendar)

    def surely_within(self, other: "Span") -> bool:
        """Whether this is over no later than `other`, at whatever hour both begin.

        Working time can last over a holiday, so it is never surely within natural time.
        """
        if self.calendar == other.calendar:
            return self.minutes <= other.minutes
        return self.calendar == "natural" and self.minutes <= other.shortest()

    def shortest(self) -> int:
        """The natural minutes this takes if no weekend or holiday falls into it."""
        if self.calendar == "natural":
            return self.minutes
        nights = (self.minutes - 1) // WORKING_DAY
        return nights * DAY + self.minutes - nights * WORKING_DAY


def clock_of(level: Level, step: Step) -> Clock | None:
    """The level's clock for a step, if it has one."""
    return next((clock for clock in level.clocks if clock.step == step), None)


def until_confirmed(level: Level) -> Span:
    """The time the level leaves for being confirmed."""
    clock = clock_of(level, "assess")
    return Span(clock.minutes, clock.calendar) if clock else Span(0, "natural")


def since_signal(clock: Clock, level: Level) -> Span:
    """A clock's time counted from the signal; what came before the signal is counted apart."""
    span = Span(clock.minutes, clock.calendar)
    confirmed = clock.start == "confirmed" and clock.step != "assess"
    return until_confirmed(level) + span if confirmed else span


def remarks(document: PlanDocument) -> Iterator[Remark]:
    """Yield what is wrong with the clocks of the levels."""
    for level in document.levels:
        yield from _complete(level)
        yield from _in_order(level)
        yield from _sources(level)
        yield from _calls(level)
    for graver, lighter in pairwise(document.by_rank):
        yield from _lighter_faster(graver, lighter)
        yield from _cadence(graver, lighter)
        yield from _lighter_calls(graver, lighter)


def _complete(level: Level) -> Iterator[Remark]:
    counts = Counter(clock.step for clock in level.clocks)
    for step in EVERY_LEVEL:
        if not counts[step]:
            yield Remark(
                level.key,
                _("“{level}”没有 {step} 的时限。").format(level=level.name, step=step),
                _("请在 clocks 里补上。"),
            )
    for step, count in counts.items():
        if count > 1:
            yield Remark(
                level.key,
                _("“{level}”给 {step} 写了 {count} 个时限。").format(
                    level=level.name, step=step, count=count
                ),
                _("请只留一个。"),
            )


def _in_order(level: Level) -> Iterator[Remark]:
    clocks = sorted(level.clocks, key=lambda clock: STEPS.index(clock.step))
    for earlier, later in pairwise(clocks):
        if not since_signal(earlier, level).surely_within(since_signal(later, level)):
            yield Remark(
                later.key,
                _("“{level}”的时限倒走：{later} 可能早于 {earlier} 到期。").format(
                    level=level.name, later=later.step, earlier=earlier.step
                ),
                _("请放宽 {later} 或收紧 {earlier}；前一步按工作时间算时，后一步也要按工作时间算。").format(
                    later=later.step, earlier=earlier.step
                ),
            )


def _sources(level: Level) -> Iterator[Remark]:
    parts: tuple[Clock | Cadence, ...] = (*level.clocks, level.cadence)
    for timed in parts:
        if not timed.source.strip():
            yield Remark(
                timed.key,
                _("“{level}”的时限“{key}”没有写出处。").format(level=level.name, key=timed.key),
                _("请在 source 写上出处；自己定的也请写明理由。"),
            )


def _lighter_faster(graver: Level, lighter: Level) -> Iterator[Remark]:
    for clock in lighter.clocks:
        above = clock_of(graver, clock.step)
        if above is None:
            yield Remark(
                graver.key,
                _("“{graver}”没有 {step} 的时限，更轻的“{lighter}”却有。").format(
                    graver=graver.name, step=clock.step, lighter=lighter.name
                ),
                _("请给更重的等级补上这个时限。"),
            )
        elif not since_signal(above, graver).surely_within(since_signal(clock, lighter)):
            yield Remark(
                clock.key,
                _("“{lighter}”的 {step} 比更重的“{graver}”还快。").format(
                    lighter=lighter.name, step=clock.step, graver=graver.name
                ),
                _("请让更重的等级时限更短或相等。"),
            )


def _cadence(graver: Level, lighter: Level) -> Iterator[Remark]:
    above, below = graver.cadence.minutes, lighter.cadence.minutes
    if below is not None and (above is None or above > below):
        yield Remark(
            lighter.cadence.key,
            _("“{lighter}”的续报比更重的“{graver}”还勤。").format(lighter=lighter.name, graver=graver.name),
            _("请让更重的等级续报更勤或相同。"),
        )


def _calls(level: Level) -> Iterator[Remark]:
    """The monitor on duty is called, then the deputy; the command must hear before the report is due."""
    report, window = clock_of(level, "report_to_command"), level.call_minutes
    if window is not None and report is not None and 2 * window > report.minutes:
        yield Remark(
            level.key,
            _("“{level}”每人有 {window} 分钟确认，叫过两人已超过上报的 {limit} 分钟。").format(
                level=level.name, window=window, limit=report.minutes
            ),
            _("请缩短 call_minutes，或放宽上报时限。"),
        )


def _lighter_calls(graver: Level, lighter: Level) -> Iterator[Remark]:
    above, below = graver.call_minutes, lighter.call_minutes
    if below is not None and (above is None or above > below):
        yield Remark(
            lighter.key,
            _("“{lighter}”升级叫人比更重的“{graver}”还快。").format(lighter=lighter.name, graver=graver.name),
            _("请让更重的等级 call_minutes 更短或相同。"),
        )
