"""The whole method: a batch of posts in; results, signals and events out.

State inside, no clock of its own: event time is the latest publication seen, or what
`advance` says. Whatever is decided across posts is decided post by post in their order,
or at ticks of event time (one a minute); never at the end of a batch. So the same posts
bring the same results in batches of any size.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from guanlan.engine import corrections, posts
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.model import Model
from guanlan.engine.query import Watch, compile_watches
from guanlan.engine.reading import read
from guanlan.engine.results import (
    Change,
    EventRow,
    EventView,
    ModelChanged,
    Results,
    WatchesChanged,
    WatchHour,
)
from guanlan.engine.severity import Table
from guanlan.engine.state import pack, unpack
from guanlan.engine.stream import Stream, micros
from guanlan.engine.taking import Taker
from guanlan.engine.telling import post_results
from guanlan.engine.ticks import tick

MINUTE_US = 60_000_000
HALF_HOUR = 30  # minutes


class Analyser:
    """One stream of posts under a model, watches and a grading table (None: nothing is graded)."""

    def __init__(self, model: Model, watches: Sequence[Watch], table: Table | None = None) -> None:
        self._model = model
        self._matcher = compile_watches(watches)
        self._duplicates = Duplicates()
        self._stream = Stream(watches, table, model.lexicon)
        self._minute = -1  # of event time, counted from 1970; -1 before the first post

    def feed(self, batch: pa.RecordBatch) -> Results:
        """Take a batch of posts; raise posts.BadBatch, and take nothing, if it breaks the schema."""
        posts.check(batch)
        stream = self._stream
        reading = read(batch, stream.clock, stream.seen, self._matcher, self._model, self._duplicates)
        taker = Taker(stream, reading)
        for run in taker.runs():
            self._tick_to(int(reading.clocks[run[0]]))
            taker.take(run)
        return stream.results(post_results(stream, reading))

    def advance(self, until: datetime) -> Results:
        """Move event time on without posts: windows close, levels fall, silence is noticed."""
        self._tick_to(max(micros(until), self._stream.clock))
        return self._stream.results([])

    def apply(self, change: Change) -> Results:
        """Take a change of watches, table, model or background, or a person's correction.

        Raise KeyError if it names an event or watch that does not exist, and ValueError for a
        model with another lexicon: by other words every topic would have to be told anew.
        """
        if isinstance(change, ModelChanged):
            if change.model.lexicon.fingerprint != self._model.lexicon.fingerprint:
                raise ValueError("the model has another lexicon")
            self._model = change.model
        else:
            if isinstance(change, WatchesChanged):
                self._matcher = compile_watches(change.watches)
            corrections.apply(change, self._stream)
        return self._stream.results([])

    @property
    def model(self) -> Model:
        """The model that reads what comes next."""
        return self._model

    def events(self) -> list[EventView]:
        """Return every event, in the order in which they began."""
        return [self._stream.view(event) for event in self._stream.events.values()]

    def event(self, key: str) -> EventView:
        """Return one event; raise KeyError if there is none of that key."""
        return self._stream.view(self._stream.by_key(key))

    def row(self, key: str) -> EventRow:
        """Return what is stored of one event, at a tenth of the cost; KeyError as `event`."""
        return self._stream.row(self._stream.by_key(key))

    def hours(self) -> list[WatchHour]:
        """Return what each watch's hours came to, those that were counted otherwise when last asked."""
        return self._stream.told_hours()

    def carriers(self, key: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Return the posts, as (platform, id), behind each of an event's measures; KeyError as `event`."""
        return self._stream.carriers(self._stream.by_key(key))

    def snapshot(self) -> bytes:
        """Return all state but the model; `restore` goes on from it with the same results."""
        return pack(
            {
                "model": self._model.fingerprint,
                "minute": self._minute,
                "duplicates": self._duplicates.snapshot(),
                "stream": self._stream.snapshot(),
            }
        )

    @classmethod
    def restore(cls, snapshot: bytes, model: Model) -> "Analyser":
        """Return the analyser that `snapshot` described; raise ValueError for another model's."""
        state = unpack(snapshot)
        if state["model"] != model.fingerprint:
            raise ValueError(f"snapshot of model {state['model']}, not {model.fingerprint}")
        analyser = cls.__new__(cls)
        analyser._model = model
        analyser._duplicates = Duplicates.restore(state["duplicates"])
        analyser._stream = Stream.restore(state["stream"], model.lexicon)
        analyser._matcher = compile_watches(analyser._stream.watches)
        analyser._minute = state["minute"]
        return analyser

    def _tick_to(self, clock: int) -> None:
        """Move event time to `clock` (microseconds), ticking at the minutes that matter on the way.

        Those are the end of the last minute that had a post, each half-hour while some
        event has a level that may fall, and the beginning of the minute reached.
        """
        stream, minute, last = self._stream, clock // MINUTE_US, self._minute
        if last < 0 or minute == last:
            stream.clock, self._minute = clock, minute
            return
        tick(stream, (last + 1) * MINUTE_US)
        half = ((last + 1) // HALF_HOUR + 1) * HALF_HOUR
        while half < minute and stream.open_levels(half * MINUTE_US):
            tick(stream, half * MINUTE_US)
            half += HALF_HOUR
        if minute > last + 1:
            tick(stream, minute * MINUTE_US)
        stream.clock, self._minute = clock, minute
