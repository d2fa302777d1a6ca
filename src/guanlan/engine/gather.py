"""Finds the event a post goes to: its thread's, its original's, the nearest topic's, or a new one.

Short posts found nothing alone: a comment waits until its thread says enough, a short
post until enough like it come within the hour (bursts) that together they are an event.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guanlan.engine.placing import JOIN, SHORT_TERMS, WAIT_US
from guanlan.engine.terms import MOST_TERMS
from guanlan.engine.topics import Merge, Terms, Topics

THREAD_TERMS = 20  # distinct terms from which a thread's comments may join an event
FOUNDING_TERMS = 35  # and from which they found one
FORGET_US = 8 * 86_400_000_000


@dataclass
class Thread:
    """A thread under one watch; `terms` and `waiting` rows only until it has an event."""

    number: int | None
    last: int
    terms: Terms = field(default_factory=lambda: np.zeros(0, np.uint64))
    waiting: list[int] = field(default_factory=list)


class Gather:
    """Event numbers begin at 1 and grow; an event exists once a row was given its number."""

    def __init__(self) -> None:
        self.topics = Topics()
        self._last_number = 0
        self._threads: dict[int, dict[int, Thread]] = {}
        self._short: dict[int, list[tuple[int, int, Terms]]] = {}
        self._surging: dict[int, tuple[int, int]] = {}

    def thread(self, key: int) -> dict[int, Thread]:
        """Return what is known of a thread, by watch."""
        return self._threads.get(key, {})

    def holds(self, key: int) -> bool:
        """Say whether somebody wrote in a thread."""
        return key in self._threads

    @property
    def last_number(self) -> int:
        """The number of the latest event."""
        return self._last_number

    def founded(self, number: int, place: int) -> None:
        """Take over that an event was founded, its topic at `place`."""
        self._last_number = number
        self.topics.note(number, place)

    def surging(self, watches: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return, for each of so many watches, the event of its short posts, and until when."""
        numbers, untils = np.zeros(watches, np.int64), np.zeros(watches, np.int64)
        for watch, (number, until) in self._surging.items():
            numbers[watch], untils[watch] = number, until
        return numbers, untils

    def surged(self, untils: NDArray[np.int64]) -> None:
        """Take over until when short posts go to the event of their watch."""
        for watch, (number, _until) in self._surging.items():
            self._surging[watch] = number, int(untils[watch])

    def wait(self, watch: int, terms: Terms, at: int, row: int) -> None:
        """Let a short post wait for others like it; those that waited too long are dropped."""
        waiting = self._short.setdefault(watch, [])
        waiting.append((row, at, terms))
        while waiting[0][1] <= at - WAIT_US:
            waiting.pop(0)

    def post(self, watch: int, terms: Terms, at: int, row: int) -> int | None:
        """Return the event of a post that starts a thread; None if it is too short to found one.

        One post at a time, for those that `placing` leaves out.
        """
        number, cosine = self.topics.nearest(terms)
        if number is None or cosine < JOIN:
            if terms.size < SHORT_TERMS:
                return self._short_post(watch, terms, at, row)
            number = self._next_number()
        self.topics.add(number, terms, at)
        return number

    def _short_post(self, watch: int, terms: Terms, at: int, row: int) -> int | None:
        number, until = self._surging.get(watch, (0, 0))
        if at < until:
            self._surging[watch] = number, max(until, at + WAIT_US)
            return number
        self.wait(watch, terms, at, row)
        return None

    def comment(self, key: int, watch: int, terms: Terms, at: int, row: int) -> tuple[int | None, list[int]]:
        """Return (the event of a comment, rows that waited with it and now belong there)."""
        thread = self._threads.setdefault(key, {}).setdefault(watch, Thread(None, at))
        thread.last = max(thread.last, at)
        if thread.number is not None:
            return thread.number, []
        thread.waiting.append(row)
        thread.terms = np.union1d(thread.terms, terms)[:MOST_TERMS]
        if thread.terms.size < THREAD_TERMS:
            return None, []
        number, cosine = self.topics.nearest(thread.terms)
        if number is None or cosine < JOIN:
            if thread.terms.size < FOUNDING_TERMS:
                return None, []
            number = self._next_number()
        self.topics.add(number, thread.terms, at)
        return number, self.settle_thread(key, watch, number, at)

    def settle_thread(self, key: int, watch: int, number: int, at: int) -> list[int]:
        """Note the event of a thread; return the rows that waited for it."""
        thread = self._threads.setdefault(key, {}).setdefault(watch, Thread(None, at))
        rows, thread.waiting = thread.waiting, []
        thread.number, thread.terms = number, np.zeros(0, np.uint64)
        return rows

    def short_surge(self, watch: int, at: int) -> tuple[int, list[int]] | None:
        """Make one event of the short posts that waited; return (number, rows), or None if none waited."""
        waited = [row for row in self._short.pop(watch, []) if row[1] > at - WAIT_US]
        if not waited:
            return None
        number = self._next_number()
        for _row, taken, terms in waited:
            if terms.size:
                self.topics.add(number, terms, taken)
        self._surging[watch] = number, at + WAIT_US
        return number, [row for row, _taken, _terms in waited]

    def merge(self, gone: int, into: int) -> None:
        """Give all that leads to one event to another."""
        for thread in (one for by_watch in self._threads.values() for one in by_watch.values()):
            if thread.number == gone:
                thread.number = into
        for watch, (number, until) in self._surging.items():
            if number == gone:
                self._surging[watch] = into, until

    def open(self) -> int:
        """Return the number of an event that a person founds."""
        return self._next_number()

    def part(self, one: int, other: int) -> None:
        """Keep two events apart, whatever their posts have in common, as a person decided."""
        self.topics.part(one, other)

    def follow(self, key: int, watch: int, number: int) -> None:
        """Let what is still written in a thread go to another event."""
        thread = self._threads.get(key, {}).get(watch)
        if thread is not None:
            thread.number = number

    def settle(self, now: int) -> list[Merge]:
        """Let old threads and topics go, weigh terms anew; return the topics that became one."""
        merges = self.topics.settle(now)
        for merge in merges:
            self.merge(merge.from_number, merge.into_number)
        return merges

    def forget(self, now: int) -> None:
        """Drop the threads that nobody wrote in for FORGET_US; to be called once a day or so."""
        for key, by_watch in list(self._threads.items()):
            if all(thread.last < now - FORGET_US for thread in by_watch.values()):
                del self._threads[key]

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def snapshot(self) -> dict[str, Any]:
        """Return all state as arrays and plain values."""
        threads = [
            {
                "key": key,
                "watch": watch,
                "number": t.number,
                "last": t.last,
                "terms": t.terms,
                "waiting": t.waiting,
            }
            for key, by_watch in self._threads.items()
            for watch, t in by_watch.items()
        ]
        short = [
            {"watch": watch, "row": row, "at": at, "terms": terms}
            for watch, rows in self._short.items()
            for row, at, terms in rows
        ]
        surging = [[watch, *state] for watch, state in self._surging.items()]
        return {
            "topics": self.topics.snapshot(),
            "last_number": self._last_number,
            "threads": threads,
            "short": short,
            "surging": surging,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Gather":
        """Return what `snapshot` described."""
        gather = cls.__new__(cls)
        gather.topics = Topics.restore(state["topics"])
        gather._last_number = state["last_number"]
        gather._threads, gather._short = {}, {}
        for t in state["threads"]:
            by_watch = gather._threads.setdefault(t["key"], {})
            by_watch[t["watch"]] = Thread(t["number"], t["last"], t["terms"], t["waiting"])
        for s in state["short"]:
            gather._short.setdefault(s["watch"], []).append((s["row"], s["at"], s["terms"]))
        gather._surging = {watch: (number, until) for watch, number, until in state["surging"]}
        return gather
