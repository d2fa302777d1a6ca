"""What the engine brought, stored: readings, hits, events, signals. One transaction an entry."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db.models import Q

from guanlan.clocks.inserting import insert
from guanlan.clocks.models import Stream
from guanlan.engine.heads import because
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.results import EventView, Moved, PostResult, Results
from guanlan.engine.results import Signal as Raised
from guanlan.engine.stance import stance_of
from guanlan.engine.tasks import CATEGORY
from guanlan.engine.text import normalise
from guanlan.intake.models import Post
from guanlan.plan.document import PlanDocument
from guanlan.watch.models import Event, Hit, JournalEntry, Reading, Signal, Watch


def said_of(posts: Iterable[Post]) -> dict[int, str]:
    """Return the stances that people gave to some of the posts; their copies say the same."""
    judged = Reading.objects.filter(post__in=list(posts)).exclude(corrected_stance="")
    return dict(judged.values_list("post_id", "corrected_stance"))


def _telling(reasons: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the reasons that are words; single characters only where there is nothing else."""
    return [reason for reason in reasons if len(reason[0]) > 1] or reasons


def _work(event: Event) -> tuple[bool, bool]:
    """Return how far people have gone with an event; the greater, the further."""
    return event.under_incident, event.state == Event.State.CONFIRMED


class Keeper:
    """Stores what one journal entry brought to one stream."""

    def __init__(
        self, stream: Stream, analyser: Analyser, model: Model, plan: PlanDocument | None, seq: int
    ) -> None:
        self.stream, self.analyser, self.model, self.plan, self.seq = stream, analyser, model, plan, seq
        self.watches = {watch.name: watch for watch in Watch.objects.filter(stream=stream).order_by("pk")}
        self.events: dict[str, Event] = {}
        self.said: dict[int, str] = {}  # post -> stance, where a person judged what is copied now

    def keep(self, results: Results, entry: JournalEntry) -> None:
        """Store everything; events first, since the others point at them."""
        silent = entry.batch is not None and entry.batch.history
        self._events(results)
        self._readings([post for post in results.posts if not post.seen_before], entry)
        self._moves(results.moved)
        for merged in results.merged:
            self._merge(merged.gone, merged.into)
        for raised in results.signals:
            self._signal(raised, silent=silent)

    def _events(self, results: Results) -> None:
        named = {post_event for post in results.posts for post_event in post.events if post_event}
        named |= {signal.event for signal in results.signals} | {merged.into for merged in results.merged}
        codes = sorted(set(results.changed) | named)
        stored = Event.objects.filter(stream=self.stream, code__in=codes)
        self.events = {event.code: event for event in stored}
        fresh: list[Event] = []
        known: list[Event] = []
        for code in codes:
            view = self._view(code)
            if view is None:
                continue
            event = self.events.get(code)
            (fresh if event is None else known).append(self._event(event, view))
        Event.objects.bulk_create(fresh)
        Event.objects.bulk_update(
            known,
            ["name", "terms", "last_at", "first_at", "posts", "negative_permille", "measures", "changed_seq"],
        )
        self.events |= {event.code: event for event in fresh}

    def _view(self, code: str) -> EventView | None:
        try:
            return self.analyser.event(code)
        except KeyError:  # merged away within the same entry
            return None

    def _event(self, event: Event | None, view: EventView) -> Event:
        event = event or Event(stream=self.stream, watch=self.watches[view.watch], code=view.event)
        event.terms = list(view.terms)
        # A confirmed event keeps the name that people have learnt.
        if event.state == Event.State.OPEN:
            event.name = view.name[:120]
        event.first_at, event.last_at = view.first_at, view.last_at
        event.posts, event.negative_permille = view.posts, view.negative_permille
        event.measures = dict(view.measures)
        event.changed_seq = self.seq
        return event

    def _readings(self, posts: Sequence[PostResult], entry: JournalEntry) -> None:
        rows = self._posts({(post.platform, post.id) for post in posts})
        originals = {post.duplicate_of for post in posts if post.duplicate_of}
        copied = {post.external_id: post for post in self._by_id(originals)}
        self.said = said_of(copied.values())
        readings, hits = [], []
        for post in posts:
            row = rows[post.platform, post.id]
            readings.append(self._reading(post, row, copied.get(post.duplicate_of or "")))
            hits += [
                {
                    "stream_id": self.stream.pk,
                    "post_id": row.pk,
                    "watch_id": self.watches[hit.watch].pk,
                    "term": hit.term[:60],
                    "field": hit.field,
                    "position": hit.at,
                }
                for hit in post.hits
            ]
        insert(Reading, readings)
        insert(Hit, hits)

    def _reading(self, post: PostResult, row: Post, original: Post | None) -> dict[str, Any]:
        event = self.events.get(post.event or "")
        stance = stance_of(post.stance, self.model.negative_from(post.platform))
        texts = normalise(pa.array([row.title]), pa.array([row.text])) if stance == "negative" else None
        return {
            "stream_id": self.stream.pk,
            "post_id": row.pk,
            "event_id": event.pk if event else None,
            "copy_of_id": original.pk if original else None,
            **{name: post.stance[name] for name in ("negative", "neutral", "positive")},
            "stance": stance,
            "category": post.category or "",
            "emotion": max(post.emotion, key=post.emotion.__getitem__, default=""),
            "abusive": post.abusive,
            "advertisement": post.advertisement,
            "because": _telling(because(texts, 0, self.model)) if texts else [],
            "because_category": _telling(because(texts, 0, self.model, head=CATEGORY)) if texts else [],
            "harms": [sign._asdict() for sign in post.harms],
            "demands": [sign._asdict() for sign in post.demands],
            "published_at": row.published_at,
            "corrected_stance": self.said.get(original.pk, "") if original else "",
            "changed_seq": self.seq,
        }

    def _moves(self, moved: Iterable[Moved]) -> None:
        for move in moved:
            under = Q(event=None) | Q(event__watch__name=move.watch)
            Reading.objects.filter(
                under, stream=self.stream, post__platform=move.platform, post__external_id=move.id
            ).update(event=self.events.get(move.event or "") or self._stored(move.event))

    def _stored(self, code: str | None) -> Event | None:
        return Event.objects.filter(stream=self.stream, code=code).first() if code else None

    def _merge(self, gone: str, into: str) -> None:
        lost, kept = self._stored(gone), self.events.get(into) or self._stored(into)
        if lost is None or kept is None:
            return
        if _work(lost) > _work(kept):
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
        view = self._view(worked.code)
        (self._event(worked, view) if view else worked).save()
        self.events |= {worked.code: worked, other.code: other}

    def _signal(self, raised: Raised, *, silent: bool) -> None:
        event = self.events[raised.event]
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
            told_at=told,
            settled_at=told,
            changed_seq=self.seq,
        )

    def _rank(self, level: str | None) -> int:
        ranks = {found.key: found.rank for found in self.plan.levels} if self.plan else {}
        return ranks.get(level or "", 99)

    def _confirm_by(self, level: str | None, at: datetime) -> datetime | None:
        found = next((found for found in self.plan.levels if found.key == level), None) if self.plan else None
        clock = next((clock for clock in found.clocks if clock.step == "assess"), None) if found else None
        return at + timedelta(minutes=clock.minutes) if clock else None

    def _posts(self, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], Post]:
        found = self._by_id({external_id for _platform, external_id in wanted})
        return {(post.platform, post.external_id): post for post in found}

    def _by_id(self, ids: Iterable[Any]) -> Iterable[Post]:
        return Post.objects.filter(stream=self.stream, external_id__in=list(ids))
