"""Judging a post's stance and category, moving it to another event, taking it out.

A correction changes what is shown and counted from now on. What was decided before stands: frozen
reports, confirmed levels, assessments and audit rows are never touched. The engine hears of
it through the journal, so that a replay counts the same.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.watch import folding, journal
from guanlan.watch.categories import CATEGORY_NAMES, STANCE_NAMES
from guanlan.watch.corrections.queries import events_for, judgement, unjudged_copies
from guanlan.watch.models import Correction, Event, Reading
from guanlan.watch.permissions import CORRECT_POST

Kind = Correction.Kind


class UnknownWord(BadInput):
    """No such stance or category."""


class NoComplaint(BadInput):
    """Only a negative post complains of something."""


class JudgedMeanwhile(Refused):
    """Somebody else judged the post after the page was read."""


class JudgedAlready(Refused):
    """The post was judged so before, and nothing is different now."""


class WrongEvent(Refused):
    """The post cannot go to that event, or leave one where it has none."""


def judge_post(
    *, reading: Reading, seen: str, stance: str, category: str = "", person: Person, now: datetime
) -> Reading:
    """Say which stance a post has and, if it is negative, what it complains of; return the reading.

    `seen` is the stance that stood on the page: said again, it is confirmed. Copies that nobody
    judged follow. Raises JudgedMeanwhile, JudgedAlready, NoComplaint, UnknownWord.
    """
    require(person, CORRECT_POST, at=now)
    _refuse_words(stance, category)
    with transaction.atomic():
        reading = _locked(reading)
        before = judgement(reading.post)
        if reading.stance_now != seen:
            raise JudgedMeanwhile(
                _("这条帖文刚被改为“%(stance)s”，您看到的已经不是现在的。请看过再核对。")
                % {"stance": STANCE_NAMES.get(reading.stance_now, _("未知"))}
            )
        recategorised = stance == "negative" and category not in ("", reading.category_now)
        judged_so = before is not None and before.after == stance
        if before is not None and judged_so and not recategorised:
            raise JudgedAlready(
                _("这条帖文已由%(name)s核对为“%(stance)s”，没有再记一次。")
                % {"name": before.person.name, "stance": STANCE_NAMES[stance]}
            )
        if not judged_so:
            kind = Kind.CONFIRMED if stance == seen else Kind.STANCE
            _keep(reading, kind, seen, stance, person, now)
            change = {"kind": "stance", "negative": stance == "negative"}
            _tell_engine(reading, change, now)
            reading.corrected_stance = stance
            unjudged_copies(reading.post).update(corrected_stance=stance)
        if recategorised:
            _keep(reading, Kind.CATEGORY, reading.category_now, category, person, now)
            reading.corrected_category = category
        _save(reading, "corrected_stance", "corrected_category")
        _record("watch.judge_post", reading, person, now, stance=stance, category=category)
    return reading


def move_post(*, reading: Reading, into: Event | None, person: Person, now: datetime) -> None:
    """Put a post into another event of a watch that took it, or (None) out of its event.

    The engine moves it when the worker takes the journal's next entry. Raises WrongEvent.
    """
    require(person, CORRECT_POST, at=now)
    with transaction.atomic():
        reading = _locked(reading)
        stood = reading.event
        if into is None and stood is None:
            raise WrongEvent(_("这条帖文不在任何事件里，不用拆出。"))
        if into is not None and not events_for(reading).filter(pk=into.pk).exists():
            raise WrongEvent(
                _("不能移到“%(name)s”：只能移到同一监测方案下、没有并入别处的另一个事件。请重选。")
                % {"name": into.name}
            )
        target = into or stood
        assert target is not None
        change = {"kind": "move", "watch": target.watch.name, "event": into.code if into else ""}
        _tell_engine(reading, change, now)
        reading.not_ours = False
        _save(reading, "not_ours")
        before, after = stood.key if stood else "", into.key if into else ""
        _keep(reading, Kind.MOVED if into else Kind.SPLIT, before, after, person, now)
        _record("watch.move_post", reading, person, now, before=before, after=after)


def drop_post(*, reading: Reading, person: Person, now: datetime) -> None:
    """Say that a post does not concern us: it leaves its events and counts nowhere. Raises WrongEvent."""
    require(person, CORRECT_POST, at=now)
    with transaction.atomic():
        reading = _locked(reading)
        if reading.not_ours:
            raise WrongEvent(_("这条帖文已判为与我无关，没有再记一次。"))
        before = reading.event.key if reading.event else ""
        _tell_engine(reading, {"kind": "drop"}, now)
        reading.not_ours = True
        _save(reading, "not_ours")
        _keep(reading, Kind.NOT_OURS, before, "", person, now)
        _record("watch.drop_post", reading, person, now, before=before)


def _refuse_words(stance: str, category: str) -> None:
    if stance not in STANCE_NAMES or category not in ("", *CATEGORY_NAMES):
        raise UnknownWord(_("请在负面、中性、正面里选立场，在列出的类别里选投诉类别。"))
    if category and stance != "negative":
        raise NoComplaint(_("只有负面帖文才分投诉类别。请把立场改为负面，或不选类别。"))


def _locked(reading: Reading) -> Reading:
    found = Reading.objects.select_for_update(of=("self",))
    return found.select_related("stream", "post", "event__watch").get(pk=reading.pk)


def _keep(reading: Reading, kind: str, before: str, after: str, person: Person, now: datetime) -> None:
    Correction.objects.create(
        stream=reading.stream,
        post=reading.post,
        event=reading.event,
        kind=kind,
        before=before,
        after=after,
        fingerprint=folding.in_force(reading.stream).fingerprint,
        person=person,
        at=now,
    )


def _tell_engine(reading: Reading, change: dict[str, Any], now: datetime) -> None:
    named = change | {"platform": reading.post.platform, "id": reading.post.external_id}
    journal.append(reading.stream, kind=journal.Kind.CHANGE, at=now, change=named)


def _save(reading: Reading, *fields: str) -> None:
    touch(reading.stream)
    reading.save(update_fields=fields)
    reading.refresh_from_db(fields=["stance_now", "category_now"])


def _record(verb: str, reading: Reading, person: Person, now: datetime, **facts: str) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="post",
        subject=reading.post.key,
        stream=reading.stream_id,
        at=now,
        facts=facts,
    )
