"""What is known of a stream: its posts, events and hours, and what there is to tell."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from guanlan.engine import spread
from guanlan.engine.bursts import Bursts
from guanlan.engine.events import CLOSED_US, Event, figures
from guanlan.engine.forecast import Forecaster
from guanlan.engine.gather import Gather
from guanlan.engine.hours import HOUR_US, Hours
from guanlan.engine.ledger import NO_EVENT, Ledger
from guanlan.engine.lexicon import Lexicon
from guanlan.engine.lifecycle import lifecycle
from guanlan.engine.measures import carriers, harm_voices
from guanlan.engine.naming import name_of, wants, words_of
from guanlan.engine.placing import Subjects
from guanlan.engine.query import Watch, subject
from guanlan.engine.reading import Reading
from guanlan.engine.results import (
    EventRow,
    EventView,
    Merged,
    Moved,
    PostResult,
    Results,
    Signal,
    Split,
    Surge,
    WatchHour,
)
from guanlan.engine.seen import Seen, fingerprints
from guanlan.engine.severity import Criterion, HardTrigger, Table
from guanlan.engine.text import encode

LATE_US = HOUR_US  # a post further behind event time is late
SECOND_US = 1_000_000
PATH = 500  # edges of an event that are shown
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(at: int) -> datetime:
    """Return the time, in UTC, of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


class Stream:
    """All state that grows with the posts. `clock` is event time in microseconds since 1970."""

    def __init__(self, watches: Sequence[Watch], table: Table | None, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.clock = self.day = 0
        self.table = table
        self.names: dict[str, int] = {}  # of watches, past ones too: their number in every column
        self.subjects: dict[int, tuple[str, ...]] = {}  # of watches: whom each is about
        self.change_watches(watches)
        self.platforms: dict[str, int] = {}
        self.events: dict[int, Event] = {}
        self.standing: dict[int, None] = {}  # events that have a level
        self.hours = Hours()
        self.seen, self.ledger, self.gather = Seen(), Ledger(), Gather()
        self.bursts, self.spread = Bursts(), spread.Spread()
        self.touched: dict[int, bool] = {}  # events to grade at the next tick: by late posts only?
        self.taken: list[tuple[int, int]] = []  # of the batch being fed: (post, its row), in order
        self.signals: list[Signal] = []
        self.surges: list[Surge] = []
        self._moved: dict[int, None] = {}
        self._merged: list[Merged] = []
        self._split: list[Split] = []
        self._changed: dict[int, None] = {}

    def change_watches(self, watches: Sequence[Watch]) -> None:
        """Match with these from now on; a name keeps its number, events and history."""
        self.watches = tuple(watches)
        self.owners: dict[str, set[int]] = {}  # an author's name: the watches whose owner it is
        for watch in watches:
            number = self.names.setdefault(watch.name, len(self.names))
            self.subjects[number] = subject(watch)
        self.subject_codes = _subject_codes(self.subjects)
        for name, accounts in {watch.name: watch.own_accounts for watch in watches}.items():
            for account in accounts:
                self.owners.setdefault(account, set()).add(self.names[name])

    def name_of(self, watch: int) -> str:
        """Return a watch's name."""
        return list(self.names)[watch]

    def platform_of(self, platform: int) -> str:
        """Return a platform's name."""
        return list(self.platforms)[platform]

    def row_under(self, row: int, watch: int) -> int:
        """Return the row, under a watch, of the post that has `row`; -1 if there is none."""
        return next((r for r in self.ledger.rows(row) if self.ledger["watch"][r] == watch), -1)

    def event_of(self, row: int) -> int | None:
        """Return the number of a row's event."""
        number = int(self.ledger["event"][row]) if row >= 0 else NO_EVENT
        return None if number == NO_EVENT else number

    def by_key(self, key: str) -> Event:
        """Return an event; raise KeyError if there is none of that key."""
        head = key.partition("-")[0]
        event = self.events.get(int(head)) if head.isdigit() else None
        if event is None or event.key != key:
            raise KeyError(key)
        return event

    def row_of(self, platform: str, post: str, watch: str) -> int:
        """Return the row of a post under a watch; raise KeyError if there is none."""
        number = self.names[watch]
        for row in self.rows_of(platform, post):
            if self.ledger["watch"][row] == number:
                return row
        raise KeyError(post)

    def rows_of(self, platform: str, post: str) -> list[int]:
        """Return a post's rows, one a watch; raise KeyError if no watch ever took it."""
        first = self.seen.row(int(fingerprints(pa.array([platform]), pa.array([post]))[0]))
        if first < 0:  # met so long ago that it is forgotten there
            first = self._row_far_back(platform, post)
        return self.ledger.rows(first)

    def _row_far_back(self, platform: str, post: str) -> int:
        number = self.platforms[platform]
        for row, name in enumerate(self.ledger.ids):
            if name == post and self.ledger["platform"][row] == number:
                return row
        raise KeyError(post)

    def join(self, number: int, row: int, *, moved: bool = False) -> None:
        """Put a row into an event, opening the event with its first row."""
        at = int(self.ledger["at"][row])
        event = self.events.get(number)
        if event is None:
            watch = int(self.ledger["watch"][row])
            event = self.events[number] = Event(number, self._key(number, row), watch, at, at)
        event.rows.append(row)
        event.first_at, event.last_at = min(event.first_at, at), max(event.last_at, at)
        self.ledger["event"][row] = number
        self.touch(number, late=at < self.clock - LATE_US)
        if moved:
            self._moved[row] = None

    def join_all(self, numbers: Sequence[int], first: int, posts: Sequence[int], reading: Reading) -> None:
        """Put rows `first` and following, of these posts, into events; NO_EVENT stands for none."""
        titles, texts = reading.words["title"], reading.words["text"]
        ats = reading.at[posts]
        watches = self.ledger["watch"][first : first + len(posts)].tolist()
        late = ats < reading.clocks[posts] - LATE_US
        for row, (number, post, watch, at) in enumerate(
            zip(numbers, posts, watches, ats.tolist(), strict=True), first
        ):
            if number == NO_EVENT:
                continue
            event = self.events.get(number)
            if event is None:
                event = self.events[number] = Event(number, self._key(number, row), watch, at, at)
            event.rows.append(row)
            if at < event.first_at:
                event.first_at = at
            elif at > event.last_at:
                event.last_at = at
            if wants(len(event.rows)):
                event.unread += (titles[post], texts[post])
        placed = np.array(numbers)
        self.touched |= dict.fromkeys(placed[(placed != NO_EVENT) & ~late].tolist(), False)
        for number in placed[(placed != NO_EVENT) & late].tolist():
            self.touched.setdefault(number, True)
        self._changed |= dict.fromkeys(placed[placed != NO_EVENT].tolist())

    def leave(self, row: int) -> None:
        """Take a row out of its event."""
        number = self.event_of(row)
        if number is not None:
            event = self.events[number]
            event.rows.remove(row)
            if event.rows:
                times = self.ledger["at"][event.posts()]
                event.first_at, event.last_at = int(times.min()), int(times.max())
            self.touch(number, late=False)
        self.ledger["event"][row] = NO_EVENT
        self._moved[row] = None

    def touch(self, number: int, *, late: bool) -> None:
        """Have an event graded at the next tick."""
        self.touched[number] = self.touched.get(number, True) and late
        self.tell(number)

    def tell(self, number: int) -> None:
        """Name the event among those that changed."""
        self._changed[number] = None

    def merge(self, gone: int, into: int, at: int) -> None:
        """Put all of one event into another; the former is no event any more."""
        if gone not in self.events or into not in self.events:
            return
        lost, event = self.events.pop(gone), self.events[into]
        self.ledger["event"][lost.posts()] = into
        event.rows.extend(lost.rows)
        event.first_at, event.last_at = min(event.first_at, lost.first_at), max(event.last_at, lost.last_at)
        event.facts = lost.facts | event.facts
        event.said()
        event.hear(lost.said())
        self.standing.pop(gone, None)
        self.touched.pop(gone, None)
        self._changed.pop(gone, None)
        self.touch(into, late=False)
        self._merged.append(Merged(moment(at), lost.key, event.key))

    def split(self, number: int, rows: Sequence[int]) -> int:
        """Put rows of an event into a new one, and return its number."""
        founded = self.gather.open()
        for row in rows:
            self.leave(row)
            self.join(founded, row, moved=True)
        self.gather.part(number, founded)
        self._split.append(Split(self.events[number].key, self.events[founded].key))
        return founded

    def open_levels(self, at: int) -> list[int]:
        """Return the events whose level may still fall."""
        return [n for n in self.standing if self.events[n].last_at > at - CLOSED_US]

    def results(self, posts: list[PostResult]) -> Results:
        """Return what there is to tell beside these posts, and begin anew."""
        told = Results(
            posts,
            self.signals,
            [self._move(row) for row in self._moved],
            self._merged,
            self.surges,
            tuple(self.events[number].key for number in self._changed if number in self.events),
            self._split,
        )
        self.signals, self.surges, self._merged, self._split = [], [], [], []
        self._moved, self._changed, self.taken = {}, {}, []
        return told

    def name(self, event: Event) -> None:
        """Name an event after what its posts say now; once they are old it keeps its name."""
        told = self.gather.topics.told(event.number)
        subject = self.subjects[event.watch]
        event.terms = words_of(told, self.lexicon) or event.terms
        event.name = name_of(event.said(), told, event.watch, subject, self.lexicon) or event.name
        event.named_at = len(event.rows)
        self.tell(event.number)

    def view(self, event: Event) -> EventView:
        """Return an event as it stands at event time."""
        row = self.row(event)
        times, now = self.ledger["at"][event.posts()] // SECOND_US, self.clock // SECOND_US
        forecaster = Forecaster.load()
        return EventView(
            *row[:-1],
            event.level,
            row.measures,
            event.facts,
            self._path(event),
            forecaster.forecast(times, now),
            lifecycle(times, now, forecaster.day),
            harm_voices(self.ledger.columns(), event.posts()),
        )

    def row(self, event: Event) -> EventRow:
        """Return what is stored of an event at event time."""
        found = figures(event, self.ledger, self.hours, self.clock)
        name = event.name or next(iter(event.said()), event.key)
        first, last = moment(event.first_at), moment(event.last_at)
        told = (event.key, self.name_of(event.watch), name, event.terms, first, last, len(event.rows))
        return EventRow(*told, found["negative_permille"], found)

    def told_hours(self) -> list[WatchHour]:
        """Return the hours that `Hours.changed` tells."""
        return [
            WatchHour(self.name_of(watch), moment(hour * HOUR_US), posts, negative)
            for watch, hour, posts, negative in self.hours.changed()
        ]

    def carriers(self, event: Event) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return the posts, as (platform, id), behind each measure of an event at event time."""
        found = carriers(self.ledger.columns(), event.posts(), self.clock)
        names, ids = list(self.platforms), self.ledger.ids
        platforms = self.ledger["platform"]
        return {
            measure: tuple((names[platforms[row]], ids[row]) for row in rows)
            for measure, rows in found.items()
        }

    def _key(self, number: int, row: int) -> str:
        name = f"{self.platform_of(int(self.ledger['platform'][row]))}\0{self.ledger.ids[row]}"
        return f"{number}-{blake2b(name.encode(), digest_size=4).hexdigest()}"

    def _move(self, row: int) -> Moved:
        number = self.event_of(row)
        platform = self.platform_of(int(self.ledger["platform"][row]))
        watch = self.name_of(int(self.ledger["watch"][row]))
        return Moved(
            platform, self.ledger.ids[row], watch, None if number is None else self.events[number].key
        )

    def _path(self, event: Event) -> tuple[spread.Edge, ...]:
        kinds, sources, ids = self.ledger["edge"], self.ledger["source"], self.ledger.ids
        rows = [row for row in event.rows if kinds[row]] or [int(row) for row in event.rows[:1]]
        return tuple(
            spread.Edge(ids[row], ids[sources[row]] if sources[row] >= 0 else None, spread.KINDS[kinds[row]])
            for row in rows[:PATH]
        )

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and plain values; nothing may wait to be told."""
        return {
            "clock": self.clock,
            "day": self.day,
            "table": asdict(self.table) if self.table else None,
            "watches": [asdict(watch) for watch in self.watches],
            "names": self.names,
            "subjects": {str(watch): list(words) for watch, words in self.subjects.items()},
            "platforms": self.platforms,
            "events": [event.snapshot() for event in self.events.values()],
            "standing": list(self.standing),
            "touched": list(self.touched.items()),
            "hours": self.hours.snapshot(),
            "seen": self.seen.snapshot(),
            "ledger": self.ledger.snapshot(),
            "gather": self.gather.snapshot(),
            "bursts": self.bursts.snapshot(),
            "spread": self.spread.snapshot(),
        }

    @classmethod
    def restore(cls, state: dict[str, Any], lexicon: Lexicon) -> "Stream":
        """Return the stream that `snapshot` described."""
        watches = [_watch(watch) for watch in state["watches"]]
        stream = cls(watches, _table(state["table"]), lexicon)
        stream.clock, stream.day = state["clock"], state["day"]
        stream.names, stream.platforms = state["names"], state["platforms"]
        stream.subjects = {int(watch): tuple(words) for watch, words in state["subjects"].items()}
        stream.subject_codes = _subject_codes(stream.subjects)
        stream.events = {event["number"]: Event.restore(event) for event in state["events"]}
        stream.standing = dict.fromkeys(state["standing"])
        stream.touched = {number: late for number, late in state["touched"]}
        stream.hours = Hours.restore(state["hours"])
        stream.seen, stream.ledger = Seen.restore(state["seen"]), Ledger.restore(state["ledger"])
        stream.gather = Gather.restore(state["gather"])
        stream.bursts, stream.spread = Bursts.restore(state["bursts"]), spread.Spread.restore(state["spread"])
        return stream


def _subject_codes(subjects: dict[int, tuple[str, ...]]) -> Subjects:
    """Return the words that each watch is about as the placing loop needs them."""
    by_watch = [subjects.get(watch, ()) for watch in range(max(subjects, default=-1) + 1)]
    words = [word for found in by_watch for word in found]
    return Subjects(
        encode("".join(words)),
        np.cumsum([len(word) for word in words], dtype=np.int64),
        np.cumsum([0, *map(len, by_watch)], dtype=np.int64),
    )


def _watch(state: dict[str, Any]) -> Watch:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in state.items()}
    return Watch(**values)


def _table(state: dict[str, Any] | None) -> Table | None:
    if state is None:
        return None
    criteria = tuple(_criterion(criterion) for criterion in state["criteria"])
    return Table(tuple(state["levels"]), criteria, tuple(HardTrigger(**t) for t in state["triggers"]))


def _criterion(state: dict[str, Any]) -> Criterion:
    thresholds = tuple((level, least) for level, least in state["thresholds"])
    fallback = _criterion(state["fallback"]) if state["fallback"] else None
    return Criterion(**{**state, "thresholds": thresholds, "fallback": fallback})
