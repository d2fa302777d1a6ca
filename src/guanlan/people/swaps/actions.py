"""Asking for a swap, and the other's answer; an agreed one changes the roster at once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.people.models import DutyShift, Group, Person, ShiftSwap
from guanlan.people.queries import members


class NotYours(NotAllowed):
    """One swaps one's own shift, and answers only what one was asked."""


class NotAColleague(Refused):
    """A shift goes to another member of the same group."""


class ShiftBegun(Refused):
    """What has begun is served by whoever began it."""


class Replanned(Refused):
    """The roster has changed since the swap was asked for."""


class AskedAlready(Refused):
    """One asks one colleague at a time."""


class AnsweredAlready(Refused):
    """The swap has its answer."""


class OnlyForReal(Refused):
    """The roster is the real one; a drill leaves it alone."""


def ask_swap(
    *,
    shift: DutyShift,
    other: Person,
    back: DutyShift | None,
    words: str,
    stream: Stream,
    asker: Person,
    now: datetime,
) -> ShiftSwap:
    """Ask a colleague to take a shift, against `back` of theirs if it is given; return the swap.

    Raises OnlyForReal, NotYours, NotAColleague, ShiftBegun, AskedAlready.
    """
    if stream.kind == Stream.Kind.DRILL:
        raise OnlyForReal(_("演练里不换真的班。请切回正式数据再换。"))
    if shift.person_id != asker.pk:
        raise NotYours(_("这一班由%(who)s值，只能由本人提出换班。") % {"who": shift.person.name})
    if back is not None and (back.person_id != other.pk or back.group_id != shift.group_id):
        raise NotAColleague(_("要换回的那一班不是%(who)s在同一组的班，请重选。") % {"who": other.name})
    for one in filter(None, (shift, back)):
        _refuse_begun(one.starts_at, now)
    _refuse_stranger(shift.group, asker, other, now)
    try:
        with transaction.atomic():
            swap = ShiftSwap.objects.create(
                stream=stream,
                group=shift.group,
                asker=asker,
                other=other,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                back_starts_at=back.starts_at if back else None,
                back_ends_at=back.ends_at if back else None,
                words=words.strip()[:200],
                asked_at=now,
                changed_seq=touch(stream),
            )
            _record("ask_swap", swap, asker, now)
    except IntegrityError as asked:
        raise AskedAlready(_("这一班已经在等人答复换班，对方答复后再找别人。")) from asked
    return swap


def agree_swap(*, swap: ShiftSwap, person: Person, now: datetime) -> ShiftSwap:
    """Take the shift, and give the other in return; return the swap.

    Raises NotYours, AnsweredAlready, ShiftBegun, Replanned, NotAColleague.
    """
    with transaction.atomic():
        swap = _asked(swap, person)
        _refuse_begun(swap.starts_at, now)
        _refuse_stranger(swap.group, swap.asker, swap.other, now)
        given = _shift(swap, swap.asker, swap.starts_at, swap.ends_at)
        back = None
        if swap.back_starts_at is not None and swap.back_ends_at is not None:
            _refuse_begun(swap.back_starts_at, now)
            back = _shift(swap, swap.other, swap.back_starts_at, swap.back_ends_at)
        _give(given, swap.other)
        if back is not None:
            _give(back, swap.asker)
        _answer(swap, ShiftSwap.State.AGREED, now)
        _record("agree_swap", swap, person, now)
    return swap


def decline_swap(*, swap: ShiftSwap, person: Person, now: datetime) -> ShiftSwap:
    """Say that one does not swap; the roster stays. Raises NotYours, AnsweredAlready."""
    with transaction.atomic():
        swap = _asked(swap, person)
        _answer(swap, ShiftSwap.State.DECLINED, now)
        _record("decline_swap", swap, person, now)
    return swap


def _asked(swap: ShiftSwap, person: Person) -> ShiftSwap:
    rows = ShiftSwap.objects.select_for_update(of=("self",))
    swap = rows.select_related("stream", "group", "asker", "other").get(pk=swap.pk)
    if person != swap.other:
        raise NotYours(_("这次换班问的是%(who)s，由本人答复。") % {"who": swap.other.name})
    if swap.state != ShiftSwap.State.ASKED:
        raise AnsweredAlready(
            _("这次换班现在是“%(state)s”，没有改动。") % {"state": swap.get_state_display()}
        )
    return swap


def _refuse_begun(starts_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise ShiftBegun(_("这一班已经开始，不能再换。请直接找组长安排。"))


def _refuse_stranger(group: Group, asker: Person, other: Person, now: datetime) -> None:
    if other == asker or not members(group, at=now).filter(person=other).exists():
        raise NotAColleague(_("不能换给%(who)s：要换给同组的另一位成员。") % {"who": other.name})


def _shift(swap: ShiftSwap, person: Person, starts_at: datetime, ends_at: datetime) -> DutyShift:
    rows = DutyShift.objects.select_for_update().filter(
        group=swap.group, person=person, starts_at=starts_at, ends_at=ends_at
    )
    shift = rows.first()
    if shift is None:
        raise Replanned(_("%(who)s的那一班已经改排，换不成了。请对方看过值班表再提。") % {"who": person.name})
    return shift


def _give(shift: DutyShift, person: Person) -> None:
    """Let the person serve the shift; whoever stood in for it then changes places with who leaves."""
    if shift.deputy_id == person.pk:
        shift.deputy_id = shift.person_id
    shift.person = person
    shift.save(update_fields=["person", "deputy"])


def _answer(swap: ShiftSwap, state: str, now: datetime) -> None:
    swap.state, swap.answered_at, swap.changed_seq = state, now, touch(swap.stream)
    swap.save(update_fields=["state", "answered_at", "changed_seq"])


def _record(step: str, swap: ShiftSwap, person: Person, now: datetime) -> None:
    record(
        actor=person.key,
        verb=f"people.{step}",
        kind="swap",
        subject=swap.key,
        stream=swap.stream_id,
        at=now,
        facts={"group": swap.group.key, "asker": swap.asker.key, "other": swap.other.key},
    )
