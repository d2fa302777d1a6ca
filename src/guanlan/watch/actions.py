"""Keeping watches; confirming, dismissing and judging events; stating facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.engine.query import Watch as EngineWatch
from guanlan.errors import BadInput, Refused
from guanlan.intake.models import Post
from guanlan.people.models import Person, Unit
from guanlan.people.permissions import require
from guanlan.plan.criteria import FACTS
from guanlan.watch import journal
from guanlan.watch.models import Assessment, Event, FactStated, Signal, Watch
from guanlan.watch.permissions import CONFIRM_LEVEL, DISMISS_EVENT, MANAGE_WATCHES
from guanlan.watch.queries import taken_names
from guanlan.watch.states import MOVES
from guanlan.watch.wording import check_query, query_of


class NameTaken(Refused):
    """Two open watches of a stream cannot share a name."""


class WrongState(Refused):
    """The event is not where this step can be taken."""


class UnderIncident(Refused):
    """An incident is active on the event: its command moves the level."""


class ReasonMissing(BadInput):
    """What differs from the computed level, or lowers one, needs a reason."""


class BackgroundOdd(BadInput):
    """Counts of past hours that cannot be."""


class UnknownLevel(BadInput):
    """The plan in force knows no such level."""


def keep_watch(
    *,
    stream: Stream,
    unit: Unit,
    name: str,
    person: Person,
    now: datetime,
    boxes: tuple[str, str, str] = ("", "", ""),
    query: str = "",
    own_accounts: tuple[str, ...] = (),
) -> Watch:
    """Open a watch from its three boxes (brand, matter, without) or a query, and return it.

    Posts are held against it from the next batch on. Raises BadInput with the column
    of what cannot be read, and NameTaken.
    """
    require(person, MANAGE_WATCHES, at=now)
    brand, matter, without = boxes
    query = query.strip() or query_of(brand=brand, matter=matter, without=without)
    check_query(query)
    try:
        with transaction.atomic():
            watch = Watch.objects.create(
                stream=stream,
                unit=unit,
                name=name,
                query=query,
                brand=brand,
                matter=matter,
                without=without,
                own_accounts=list(own_accounts),
                created_at=now,
                created_by=person,
            )
            _watches_changed(stream, now)
            _record("watch.keep_watch", "watch", watch.key, stream, person, now)
    except IntegrityError as taken:
        raise NameTaken(_("已经有叫“%(name)s”的监测方案，请换一个名字。") % {"name": name}) from taken
    return watch


def keep_watches(
    *, stream: Stream, unit: Unit, watches: Sequence[EngineWatch], person: Person, now: datetime
) -> list[Watch]:
    """Open several watches at once, all or none, and return them. Raises BadInput, NameTaken."""
    require(person, MANAGE_WATCHES, at=now)
    for watch in watches:
        check_query(watch.query)
    with transaction.atomic():
        taken = taken_names(stream, [watch.name for watch in watches])
        if taken:
            raise NameTaken(
                _("已经有叫“%(names)s”的监测方案，一个也没有保存。请先停用它，或在文件里改名。")
                % {"names": "”“".join(taken)}
            )
        kept = [
            Watch.objects.create(
                stream=stream,
                unit=unit,
                name=watch.name,
                query=watch.query,
                created_at=now,
                created_by=person,
            )
            for watch in watches
        ]
        _watches_changed(stream, now)
        record(
            actor=person.key,
            verb="watch.keep_watches",
            kind="stream",
            subject=stream.key,
            stream=stream.pk,
            at=now,
            facts={"watches": [watch.key for watch in kept]},
        )
    return kept


def close_watch(*, watch: Watch, person: Person, now: datetime) -> None:
    """Stop holding posts against a watch; its events stay."""
    require(person, MANAGE_WATCHES, at=now)
    with transaction.atomic():
        Watch.objects.filter(pk=watch.pk).update(closed_at=now, changed_seq=touch(watch.stream))
        _watches_changed(watch.stream, now)
        _record("watch.close_watch", "watch", watch.key, watch.stream, person, now)


def note_background(
    *,
    watch: Watch,
    first_hour: datetime,
    posts: Sequence[int],
    negative: Sequence[int],
    person: Person,
    now: datetime,
) -> None:
    """Note how much came under a watch, hour by hour from `first_hour`, before Guanlan watched.

    With it the growth of what comes now is known from the first day. Raises BackgroundOdd
    unless both are of one length and no hour holds more negative posts than posts, and all
    hours lie behind `now`.
    """
    require(person, MANAGE_WATCHES, at=now)
    _refuse_background(first_hour, posts, negative, now)
    with transaction.atomic():
        change = {
            "kind": "background",
            "watch": watch.name,
            "first_hour": first_hour.isoformat(),
            "posts": list(posts),
            "negative": list(negative),
        }
        journal.append(watch.stream, kind=journal.Kind.CHANGE, at=now, change=change)
        _record("watch.note_background", "watch", watch.key, watch.stream, person, now, hours=str(len(posts)))


def confirm_level(
    *,
    event: Event,
    level: str,
    levels: tuple[str, ...],
    person: Person,
    now: datetime,
    reason: str = "",
) -> Assessment:
    """Confirm the computed level or set another, and return the assessment.

    `levels` are the plan's level keys, gravest first; an empty `level` is below them.
    A level that differs from the computed
    one, or is lower than the confirmed one, raises ReasonMissing without a reason.
    While an incident is active on the event, raises UnderIncident.
    """
    require(person, CONFIRM_LEVEL, at=now)
    with transaction.atomic():
        event = _locked(event)
        _refuse_under_incident(event)
        _refuse_level(event, level, levels, reason)
        _move(event, "confirm")
        event.confirmed_level, event.confirmed_at, event.confirmed_by = level, now, person
        event.confirm_by = None
        event.changed_seq = touch(event.stream)
        event.save()
        Signal.objects.filter(event=event, settled_at=None).update(settled_at=now)
        assessment = Assessment.objects.create(
            stream=event.stream,
            event=event,
            level=level,
            computed_level=event.computed_level,
            reason=reason,
            person=person,
            at=now,
        )
        facts = {"level": level, "computed": event.computed_level}
        _record("watch.confirm_level", "event", event.key, event.stream, person, now, **facts)
    return assessment


def dismiss_event(*, event: Event, reason: str, person: Person, now: datetime) -> None:
    """Call an event a false alarm, with the reason; it is counted, and can be confirmed later.

    Raises ReasonMissing, WrongState, and UnderIncident while an incident is active on it.
    """
    require(person, DISMISS_EVENT, at=now)
    if not reason.strip():
        raise ReasonMissing(_("判为误报要写明理由，以后复盘会用到。"))
    with transaction.atomic():
        event = _locked(event)
        _refuse_under_incident(event)
        _move(event, "dismiss")
        event.confirm_by = None
        event.changed_seq = touch(event.stream)
        event.save()
        Signal.objects.filter(event=event, settled_at=None).update(settled_at=now)
        Assessment.objects.create(
            stream=event.stream,
            event=event,
            computed_level=event.computed_level,
            reason=reason,
            person=person,
            at=now,
        )
        _record("watch.dismiss_event", "event", event.key, event.stream, person, now)


def state_fact(
    *, event: Event, fact: str, ground: str, person: Person, now: datetime, post: Post | None = None
) -> FactStated:
    """State a listed fact with its ground, so that the engine grades by it; return the row."""
    require(person, CONFIRM_LEVEL, at=now)
    if fact not in FACTS or not ground.strip():
        raise ReasonMissing(_("请选一项预案列明的事实，并写明依据，例如报道链接或通报文号。"))
    with transaction.atomic():
        stated, _created = FactStated.objects.update_or_create(
            event=event,
            fact=fact,
            defaults={
                "stream": event.stream,
                "ground": ground,
                "post": post,
                "person": person,
                "at": now,
            },
        )
        posts = [post.external_id if post else stated.key]
        change = {"kind": "fact", "event": event.code, "fact": fact, "posts": posts}
        journal.append(event.stream, kind=journal.Kind.CHANGE, at=now, change=change)
        _record("watch.state_fact", "event", event.key, event.stream, person, now, fact=fact)
    return stated


def _refuse_background(
    first_hour: datetime, posts: Sequence[int], negative: Sequence[int], now: datetime
) -> None:
    if len(posts) != len(negative):
        raise BackgroundOdd(
            _("帖文有 %(posts)d 个小时，负面有 %(negative)d 个小时，两列要一样长，请补齐。")
            % {"posts": len(posts), "negative": len(negative)}
        )
    for hour, (all_posts, against) in enumerate(zip(posts, negative, strict=True), start=1):
        if not 0 <= against <= all_posts:
            raise BackgroundOdd(
                _("第 %(hour)d 个小时帖文 %(posts)d 条、负面 %(negative)d 条，负面不会比帖文多，请改正。")
                % {"hour": hour, "posts": all_posts, "negative": against}
            )
    if first_hour + timedelta(hours=len(posts)) > now:
        raise BackgroundOdd(_("往日数量要早于现在，请去掉还没到的小时。"))


def _refuse_level(event: Event, level: str, levels: tuple[str, ...], reason: str) -> None:
    if level and level not in levels:
        raise UnknownLevel(
            _("现行预案没有“%(level)s”这一级，请从 %(levels)s 里选。")
            % {"level": level, "levels": "、".join(levels)}
        )
    places = {key: place for place, key in enumerate(levels)}
    lower = places.get(level, len(levels)) > places.get(event.confirmed_level, len(levels))
    if (level != event.computed_level or lower) and not reason.strip():
        raise ReasonMissing(_("定的等级和系统算的不同，或比现行等级低，都要写明理由。"))


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().select_related("stream").get(pk=event.pk)


def _refuse_under_incident(event: Event) -> None:
    # Who may not see a restricted incident learns neither its name nor its number here.
    if event.under_incident:
        raise UnderIncident(_("这个事件的等级现由指挥部调整，这里不再改定，也不能判为误报。请联系指挥部。"))


def _move(event: Event, step: str) -> None:
    target = MOVES.get((event.state, step))
    if target is None:
        raise WrongState(_("这个事件现在是“%(state)s”，不能这样办。") % {"state": event.get_state_display()})
    event.state = target


def _watches_changed(stream: Stream, now: datetime) -> None:
    kept = Watch.objects.filter(stream=stream, closed_at=None).order_by("pk")
    change = {
        "kind": "watches",
        "watches": [
            {
                "name": watch.name,
                "query": watch.query,
                "media": watch.media,
                "own_accounts": watch.own_accounts,
            }
            for watch in kept
        ],
    }
    journal.append(stream, kind=journal.Kind.CHANGE, at=now, change=change)


def _record(
    verb: str, kind: str, subject: str, stream: Stream, person: Person, now: datetime, **facts: str
) -> None:
    record(actor=person.key, verb=verb, kind=kind, subject=subject, stream=stream.pk, at=now, facts=facts)
