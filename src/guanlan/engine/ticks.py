"""What happens when event time passes a minute: topics settle, bursts show, levels move."""

from guanlan.engine.bursts import Burst
from guanlan.engine.events import Event, explain, figures, regrade
from guanlan.engine.results import Signal, Surge
from guanlan.engine.stream import Stream, moment
from guanlan.engine.taking import SHORT

HALF_HOUR_US = 1_800_000_000
DAY_US = 48 * HALF_HOUR_US
FIRST_NAME = 3  # posts


def tick(stream: Stream, at: int) -> None:
    """Bring a stream to `at` (microseconds since 1970, a whole minute), before any post of that minute."""
    stream.clock = max(stream.clock, at)
    for merge in stream.gather.settle(at):
        stream.merge(merge.from_number, merge.into_number, at)
    for burst in stream.bursts.tick(at):
        _surge(stream, burst, at)
    due = dict(stream.touched)
    if at % HALF_HOUR_US == 0:
        due = dict.fromkeys(stream.open_levels(at), False) | due
    stream.touched = {}
    for number in sorted(due):
        _judge(stream, stream.events[number], at, late=due[number])
    if at // DAY_US > stream.day:
        _tidy(stream, at)


def _surge(stream: Stream, burst: Burst, at: int) -> None:
    """Tell of a surge or a silence; short posts that surge together become an event."""
    watch, platform = burst.series[0], burst.series[-1] if len(burst.series) > 1 else None
    if platform != SHORT:
        name = None if platform is None else stream.platform_of(platform)
        told = (burst.silent, burst.count, burst.limit, burst.minutes)
        stream.surges.append(Surge(moment(burst.at), stream.name_of(watch), name, *told))
        return
    gathered = stream.gather.short_surge(watch, at)
    number, rows = gathered or (0, [])
    for row in rows:
        if stream.event_of(row) is None:
            stream.join(number, row, moved=True)


def _judge(stream: Stream, event: Event, at: int, *, late: bool) -> None:
    """Name the event anew when it has doubled; grade it; signal a change of level."""
    if len(event.rows) >= max(FIRST_NAME, 2 * event.named_at):
        stream.name(event)
    if stream.table is None:
        return
    found = figures(event, stream.ledger, stream.hours, at)
    level, changed = regrade(event, found, stream.table, at, late=late)
    if not changed:
        return
    reasons = explain(event, found, stream.table, stream.ledger, at).reasons
    watch = stream.name_of(event.watch)
    stream.signals.append(Signal(moment(at), event.key, watch, level, event.level, reasons))
    event.level = level
    event.peak = stream.table.highest((level, event.peak))
    stream.standing.pop(event.number, None)
    if level is not None:
        stream.standing[event.number] = None
    stream.tell(event.number)


def _tidy(stream: Stream, at: int) -> None:
    """Once a day: let old threads go, learn how busy each hour of the week is."""
    stream.day = at // DAY_US
    stream.gather.forget(at)
    for watch, week in stream.hours.weeks():
        stream.bursts.load(watch, week)
