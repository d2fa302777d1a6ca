"""What the engine brought, stored: readings, hits, events, signals. One transaction an entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from guanlan.clocks.inserting import change, insert
from guanlan.clocks.models import Stream
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.results import EventRow, Moved, Results, WatchHour
from guanlan.engine.results import Signal as Raised
from guanlan.intake.models import Post
from guanlan.plan.document import PlanDocument
from guanlan.plan.levels import Level
from guanlan.watch.grouping import storing as regrouping
from guanlan.watch.models import Event, Hit, HourCount, JournalEntry, Reading, Signal, Watch
from guanlan.watch.preparing import Prepared, Read, prepared


def said_of(posts: Iterable[int]) -> dict[int, str]:
    """Return the stances that people gave to some of the posts; their copies say the same."""
    judged = Reading.objects.filter(post__in=posts).exclude(corrected_stance="")
    return dict(judged.values_list("post_id", "corrected_stance"))


def work_of(event: Event) -> tuple[bool, bool]:
    """Return how far people have gone with an event; the greater, the further."""
    return event.under_incident, event.state == Event.State.CONFIRMED


class Keeper:
    """Stores what one journal entry brought to one stream."""

    def __init__(
        self, stream: Stream, analyser: Analyser, model: Model, plan: PlanDocument | None, seq: int
    ) -> None:
        self.stream, self.analyser, self.model, self.plan, self.seq = stream, analyser, model, plan, seq
        self.watches = dict(Watch.objects.filter(stream=stream).order_by("pk").values_list("name", "pk"))
        self.events: dict[str, int] = {}  # code -> number, of those stored here

    def keep(self, results: Results, entry: JournalEntry, brought: Prepared | None = None) -> None:
        """Store everything; events first, since the others point at them."""
        silent = entry.batch is not None and entry.batch.history
        brought = brought or prepared(results, self.analyser, None)
        asked = regrouping.asked_by(entry)
        if asked is not None:
            regrouping.begin(asked, entry.change, results)
        self._events(brought.events)
        self._readings(brought.read)
        self._hours(brought.hours)
        self._moves(results.moved)
        for merged in results.merged:
            self._merge(merged.gone, merged.into)
        for raised in results.signals:
            self._signal(raised, silent=silent)
        if asked is not None:
            regrouping.end(asked, results, self.seq)

    def _events(self, rows: Mapping[str, EventRow]) -> None:
        stored = Event.objects.filter(stream=self.stream, code__in=rows)
        known = {
            code: (number, None if state == Event.State.OPEN else name)
            for code, number, state, name in stored.values_list("code", "pk", "state", "name")
        }
        fresh = {code: row for code, row in rows.items() if code not in known}
        insert(
            Event,
            [
                {
                    "stream_id": self.stream.pk,
                    "watch_id": self.watches[row.watch],
                    "code": code,
                    **self._figures(row),
                }
                for code, row in fresh.items()
            ],
        )
        change(Event, {number: self._figures(rows[code], name) for code, (number, name) in known.items()})
        self.events = {code: number for code, (number, _name) in known.items()} | self._numbers(fresh)

    def _figures(self, row: EventRow, learnt: str | None = None) -> dict[str, Any]:
        """Return what moves with an event's posts; it keeps a name that people have learnt."""
        return {
            "name": row.name[:120] if learnt is None else learnt,
            "terms": list(row.terms),
            "first_at": row.first_at,
            "last_at": row.last_at,
            "posts": row.posts,
            "negative_permille": row.negative_permille,
            "measures": dict(row.measures),
            "changed_seq": self.seq,
        }

    def _readings(self, read: Sequence[Read]) -> None:
        ids = {post.result.duplicate_of for post in read if post.result.duplicate_of}
        originals = dict(self._by_id(ids).values_list("external_id", "pk"))
        said = said_of(originals.values())
        readings, hits = [], []
        for post in read:
            original = originals.get(post.result.duplicate_of or "")
            readings.append(
                {
                    **post.columns,
                    "stream_id": self.stream.pk,
                    "event_id": self.events.get(post.result.event or ""),
                    "copy_of_id": original,
                    "corrected_stance": said.get(original, "") if original else "",
                }
            )
            hits += [
                {
                    "stream_id": self.stream.pk,
                    "post_id": post.number,
                    "watch_id": self.watches[hit.watch],
                    "term": hit.term[:60],
                    "field": hit.field,
                    "position": hit.at,
                }
                for hit in post.result.hits
            ]
        insert(Reading, readings)
        insert(Hit, hits)

    def _hours(self, hours: Sequence[WatchHour]) -> None:
        """Keep what the engine counted, hour by hour; alert rules are judged by it."""
        counted = {
            (self.watches[one.watch], one.hour): {"posts": one.posts, "negative": one.negative}
            for one in hours
            if one.watch in self.watches
        }
        if not counted:
            return
        since = min(hour for _watch, hour in counted)
        stored = HourCount.objects.filter(stream=self.stream, hour__gte=since)
        known = {(watch, hour): number for number, watch, hour in stored.values_list("pk", "watch", "hour")}
        fresh = [
            {"stream_id": self.stream.pk, "watch_id": watch, "hour": hour, **counts}
            for (watch, hour), counts in counted.items()
            if (watch, hour) not in known
        ]
        insert(HourCount, fresh)
        change(HourCount, {known[at]: counts for at, counts in counted.items() if at in known})

    def _moves(self, moved: Sequence[Moved]) -> None:
        """Put posts into other events; one that stands in an event of another watch stays there."""
        if not moved:
            return
        posts = {
            (platform, id_): number
            for platform, id_, number in self._by_id({move.id for move in moved}).values_list(
                "platform", "external_id", "pk"
            )
        }
        stand: dict[int, str | None] = dict(
            Reading.objects.filter(post__in=posts.values()).values_list("post_id", "event__watch__name")
        )
        codes = {move.event for move in moved if move.event} - self.events.keys()
        events = self.events | self._numbers(codes)
        goes: dict[int, dict[str, Any]] = {}
        for move in moved:
            post = posts.get((move.platform, move.id))
            if post is not None and post in stand and stand[post] in (None, move.watch):
                event = events.get(move.event or "")
                stand[post] = move.watch if event else None
                goes[post] = {"event_id": event}
        change(Reading, goes)

    def _merge(self, gone: str, into: str) -> None:
        lost, kept = self._stored(gone), self._stored(into)
        if lost is None or kept is None:
            return
        if work_of(lost) > work_of(kept):
            self._trade(lost, kept)
            lost, kept = kept, lost
        Reading.objects.filter(event=lost).update(event=kept)
        lost.state, lost.merged_into, lost.changed_seq = Event.State.MERGED, kept, self.seq
        lost.save(update_fields=["state", "merged_into", "changed_seq"])

    def _trade(self, worked: Event, other: Event) -> None:
        """Let the row that people work on stand for the matter that the engine goes on with."""
        Event.objects.filter(pk=worked.pk).update(code=f"{other.code}+")  # a code stands once in a stream
        worked.code, other.code = other.code, worked.code
        other.save(update_fields=["code"])
        worked.computed_level, worked.computed_at = other.computed_level, other.computed_at
        worked.save(update_fields=["code", "computed_level", "computed_at"])
        try:
            row = self.analyser.row(worked.code)
        except KeyError:  # merged on within the same entry
            return
        learnt = None if worked.state == Event.State.OPEN else worked.name
        change(Event, {worked.pk: self._figures(row, learnt)})

    def _signal(self, raised: Raised, *, silent: bool) -> None:
        event = self._stored(raised.event)
        if event is None:
            raise KeyError(raised.event)
        rose = self._rank(raised.level) < self._rank(raised.previous_level)
        event.computed_level, event.computed_at = raised.level or "", raised.at
        # The person who watches has the plan's time to confirm a rise; then it goes up.
        needs_confirming = (
            rose and not silent and self._rank(raised.level) < self._rank(event.confirmed_level)
        )
        if needs_confirming:
            event.confirm_by = self._confirm_by(raised.level, raised.at)
        event.save(update_fields=["computed_level", "computed_at", "confirm_by"])
        told = raised.at if silent or not rose else None
        Signal.objects.create(
            stream=self.stream,
            kind=Signal.Kind.LEVEL,
            at=raised.at,
            event=event,
            level=raised.level or "",
            previous_level=raised.previous_level or "",
            reasons=[asdict(reason) for reason in raised.reasons],
            call_minutes=self._call_minutes(raised.level) if needs_confirming else None,
            told_at=told,
            settled_at=told,
            changed_seq=self.seq,
        )

    def _rank(self, level: str | None) -> int:
        ranks = {found.key: found.rank for found in self.plan.levels} if self.plan else {}
        return ranks.get(level or "", 99)

    def _call_minutes(self, level: str | None) -> int | None:
        found = self._level(level)
        return found.call_minutes if found else None

    def _level(self, key: str | None) -> Level | None:
        return next((found for found in self.plan.levels if found.key == key), None) if self.plan else None

    def _confirm_by(self, level: str | None, at: datetime) -> datetime | None:
        found = self._level(level)
        clock = next((clock for clock in found.clocks if clock.step == "assess"), None) if found else None
        return at + timedelta(minutes=clock.minutes) if clock else None

    def _stored(self, code: str) -> Event | None:
        return Event.objects.filter(stream=self.stream, code=code).first()

    def _numbers(self, codes: Iterable[str]) -> dict[str, int]:
        return dict(Event.objects.filter(stream=self.stream, code__in=codes).values_list("code", "pk"))

    def _by_id(self, ids: Iterable[str]) -> QuerySet[Post]:
        return Post.objects.filter(stream=self.stream, external_id__in=ids)
