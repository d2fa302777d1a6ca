"""Merging two events, splitting one, taking a merge back; naming a precedent.

Events are the engine's: it merges and splits when the worker takes the journal's next entry, so that
a replay ends in the same.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.watch import journal
from guanlan.watch.models import Event, Precedent, Reading, Regrouping
from guanlan.watch.permissions import ASSESS_EVENT, CORRECT_POST
from guanlan.watch.storing import work_of

Kind, State = Regrouping.Kind, Regrouping.State


class ReasonMissing(BadInput):
    """Whoever reads it later must see why."""


class CannotMerge(Refused):
    """These two cannot become one, or not this way round."""


class CannotSplit(Refused):
    """Nothing would be split off, or nothing would be left."""


class AskedAlready(Refused):
    """It was asked for, and the worker has yet to do it, or it was taken back before."""


class NoPrecedent(Refused):
    """An event is no precedent of itself, nor of one that came before it."""


def merge_events(*, gone: Event, into: Event, reason: str, person: Person, now: datetime) -> Regrouping:
    """Put all of one event into another of the same watch, and return what was asked.

    The one that people have gone further with goes on: the other way round it is refused. Raises
    CannotMerge, AskedAlready, ReasonMissing.
    """
    require(person, CORRECT_POST, at=now)
    _refuse_no_reason(reason)
    with transaction.atomic():
        gone, into = _locked(gone), _locked(into)
        _refuse_merge(gone, into)
        return _ask(
            Regrouping(kind=Kind.MERGED, event=into, other=gone, was=gone.state),
            {"kind": "merge", "gone": gone.code, "into": into.code},
            reason,
            person,
            now,
            verb="watch.merge_events",
        )


def split_event(
    *, event: Event, posts: Collection[int], reason: str, person: Person, now: datetime
) -> Regrouping:
    """Make an event of its own of some of an event's posts (by number), and return what was asked.

    Raises CannotSplit, AskedAlready, ReasonMissing.
    """
    require(person, CORRECT_POST, at=now)
    _refuse_no_reason(reason)
    with transaction.atomic():
        event = _locked(event)
        asked = Regrouping(kind=Kind.SPLIT, event=event, posts=_standing(event, posts))
        return _ask_split(asked, reason, person, now, verb="watch.split_event")


def undo_merge(*, merge: Regrouping, reason: str, person: Person, now: datetime) -> Regrouping:
    """Take a merge back: its posts that still stand there become the old event again.

    Raises AskedAlready, CannotSplit, ReasonMissing.
    """
    require(person, CORRECT_POST, at=now)
    _refuse_no_reason(reason)
    with transaction.atomic():
        merge = Regrouping.objects.select_related("other").get(pk=merge.pk)
        event = _locked(merge.event)
        undone = Regrouping.objects.filter(undoes=merge).exists()
        if merge.kind != Kind.MERGED or merge.state != State.DONE or undone:
            raise AskedAlready(_("这次合并还没有办成，或已经撤销过，不能再撤销。"))
        asked = Regrouping(
            kind=Kind.SPLIT,
            event=event,
            other=merge.other,
            posts=_standing(event, merge.posts),
            undoes=merge,
        )
        return _ask_split(asked, reason, person, now, verb="watch.undo_merge")


def link_precedent(*, event: Event, earlier: Event, note: str, person: Person, now: datetime) -> Precedent:
    """Name an earlier event as a precedent, with what is alike. Raises NoPrecedent, ReasonMissing."""
    require(person, ASSESS_EVENT, at=now)
    if not note.strip():
        raise ReasonMissing(_("请写明哪里相似、可以借鉴什么。"))
    gone = earlier.state == Event.State.MERGED
    if earlier.stream_id != event.stream_id or gone or earlier.first_at >= event.first_at:
        raise NoPrecedent(_("先例要是更早开始、没有并入别处的另一个事件。请重选。"))
    try:
        with transaction.atomic():
            seq = touch(event.stream)
            kept = Precedent.objects.create(
                stream=event.stream,
                event=event,
                earlier=earlier,
                note=note.strip(),
                person=person,
                at=now,
                changed_seq=seq,
            )
            _record("watch.link_precedent", event, person, now, earlier=earlier.key)
    except IntegrityError as twice:
        raise NoPrecedent(_("“%(name)s”已经是先例，没有再记一次。") % {"name": earlier.name}) from twice
    return kept


def unlink_precedent(*, precedent: Precedent, person: Person, now: datetime) -> None:
    """Let an event be no precedent any more. Raises NoPrecedent if it is none."""
    require(person, ASSESS_EVENT, at=now)
    with transaction.atomic():
        standing = Precedent.objects.filter(pk=precedent.pk, closed_at=None)
        if not standing.update(closed_at=now, changed_seq=touch(precedent.stream)):
            raise NoPrecedent(_("这个先例已经撤下了。"))
        _record("watch.unlink_precedent", precedent.event, person, now, earlier=precedent.earlier.key)


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(_("请写明理由，以后复盘要看为什么合并或拆分。"))


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update(of=("self",)).select_related("stream", "watch").get(pk=event.pk)


def _refuse_merge(gone: Event, into: Event) -> None:
    if gone.pk == into.pk or gone.watch.name != into.watch.name or gone.stream_id != into.stream_id:
        raise CannotMerge(_("只能并入同一监测方案下的另一个事件。请重选。"))
    if Event.State.MERGED in (gone.state, into.state):
        raise CannotMerge(_("其中一个已经并入别的事件，请在并入的那个事件上办。"))
    if gone.under_incident and into.under_incident:
        raise CannotMerge(_("两个事件都在由指挥部处理，不能合并。请指挥部先解除其中一个的响应。"))
    if work_of(gone) > work_of(into):
        raise CannotMerge(
            _("“%(gone)s”已经确认或启动响应，不能并走。请打开“%(into)s”，把它并入“%(gone)s”。")
            % {"gone": gone.name, "into": into.name}
        )


def _standing(event: Event, posts: Collection[int]) -> list[int]:
    """Return those of the posts that stand in the event."""
    return sorted(Reading.objects.filter(event=event, post__in=posts).values_list("post_id", flat=True))


def _ask_split(asked: Regrouping, reason: str, person: Person, now: datetime, *, verb: str) -> Regrouping:
    if asked.event.state == Event.State.MERGED:
        raise CannotSplit(_("这个事件已并入别的事件，请在并入的那个事件上拆。"))
    if not asked.posts:
        raise CannotSplit(_("没有选中这个事件的帖文，没有可拆的。请至少选一条。"))
    if len(asked.posts) == asked.event.readings.count():
        raise CannotSplit(_("不能把全部帖文都拆出去，请至少留一条；要换名字或判误报，在事件页办。"))
    change = {"kind": "split", "event": asked.event.code, "posts": asked.posts}
    return _ask(asked, change, reason, person, now, verb=verb)


def _ask(
    asked: Regrouping, change: dict[str, Any], reason: str, person: Person, now: datetime, *, verb: str
) -> Regrouping:
    """Keep what is asked, and put it into the journal."""
    event = asked.event
    if Regrouping.objects.filter(event=event, state=State.WAITING).exists():
        raise AskedAlready(_("这个事件刚有一次合并或拆分正在办，几秒后再试。"))
    asked.stream, asked.reason, asked.person, asked.at = event.stream, reason.strip(), person, now
    asked.changed_seq = touch(event.stream)
    asked.save()
    named = change | {"regrouping": asked.key}
    journal.append(event.stream, kind=journal.Kind.CHANGE, at=now, change=named)
    other = {"other": asked.other.key} if asked.other else {}
    _record(verb, event, person, now, regrouping=asked.key, **other)
    return asked


def _record(verb: str, event: Event, person: Person, now: datetime, **facts: str) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="event",
        subject=event.key,
        stream=event.stream_id,
        at=now,
        facts=facts,
    )
