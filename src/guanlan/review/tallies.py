"""What is counted and not timed: false alarms, levels against levels, what became of messages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanlan.notify.models import Delivery, Message
from guanlan.plan.wording import level_word
from guanlan.review.cases import Case, summary
from guanlan.review.catalogue import KPIS
from guanlan.review.kpis.commanding import link
from guanlan.review.matters import Matter, rank

REACHED_WITHIN = (5, 15, 30)  # minutes


@dataclass(frozen=True)
class Tally:
    """So many of so many; `cases` are those counted."""

    code: str
    name: str | Promise
    clock: str | Promise
    cases: tuple[Case, ...]
    of: int

    @property
    def permille(self) -> int | None:
        """The share in thousandths; None of nothing."""
        return len(self.cases) * 1000 // self.of if self.of else None


def false_alarms(matters: Sequence[Matter], now: datetime) -> Tally:
    """Count what was called a false alarm, each with its reason, of all that a person judged."""
    judged = sum(bool(one.grades or one.dismissals) for one in matters)
    cases = [
        Case(one.event.name, one.link, one.found_at or last.at, last.at, now, note=last.reason)
        for one in matters
        for last in one.dismissals
    ]
    return Tally(
        "false-alarms",
        _("误报"),
        _("期间内发现、最后判为误报的事件，占有人研判过的事件；备注是判为误报的理由。"),
        tuple(cases),
        judged,
    )


def raises(matters: Sequence[Matter], now: datetime) -> Tally:
    """Count how often the level of a running response had to be raised."""
    cases = [
        Case(change.incident.name, link(change.incident), change.incident.opened_at, change.at, now,
             note=change.reason)
        for one in matters
        for change in one.changes
        if change.at > change.incident.opened_at
        and rank(one.plan, change.level) < rank(one.plan, change.previous_level)
    ]  # fmt: skip
    return Tally(
        "raises",
        _("启动后升级"),
        _("响应中把等级调高的次数，对启动次数；用时从启动到调高。启动时定低了，就会多。"),
        tuple(cases),
        sum(len(one.incidents) for one in matters),
    )


def graded(matters: Sequence[Matter], now: datetime) -> dict[tuple[str, str], tuple[Case, ...]]:
    """Return the events by (level computed at the first judgement, level a person set then)."""
    found: dict[tuple[str, str], list[Case]] = {}
    for one in matters:
        if one.grades and not one.is_false_alarm:
            first = one.grades[0]
            start = one.found_at or first.at
            case = Case(one.event.name, one.link, start, first.at, now)
            found.setdefault((first.computed, first.level), []).append(case)
    return {pair: tuple(cases) for pair, cases in found.items()}


def reached(matters: Sequence[Matter], now: datetime) -> Iterator[Tally]:
    """Yield how many urgent messages were read within 5, 15 and 30 minutes."""
    read = summary(case for one in matters for case in KPIS["urgent-reading"].of(one, now))
    for minutes in REACHED_WITHIN:
        span = timedelta(minutes=minutes)
        _count, known = read.within(span)
        cases = tuple(case for case in read.measured if not case.is_open and case.elapsed <= span)
        yield Tally(
            f"reached-{minutes}",
            _("%(minutes)d 分钟内触达") % {"minutes": minutes},
            _("紧急消息在 %(minutes)d 分钟内被本人打开的；还没满 %(minutes)d 分钟又没打开的不计。")
            % {"minutes": minutes},
            cases,
            known,
        )


def deliveries(matters: Sequence[Matter], now: datetime) -> Iterator[Tally]:
    """Yield what became of the messages about the events: read, accepted, passed on, repeated, lost."""
    messages = [message for one in matters for message in one.messages]
    outside = [one for one in messages if one.deliveries.all()]
    taken = [one for one in outside if any(sent(row) for row in one.deliveries.all())]
    channels = {one.pk: {row.channel_id for row in one.deliveries.all()} for one in outside}
    rows = (
        (
            "read",
            _("已读"),
            _("全部消息里本人已打开的，不论紧急与否。"),
            [one for one in messages if one.read_at],
            messages,
        ),
        (
            "taken",
            _("渠道已受理"),
            _("发往外部渠道的消息里，至少一个渠道按厂商自己的成功码受理的；网络通了不算。"),
            taken,
            outside,
        ),
        (
            "fallback",
            _("换了渠道"),
            _("发往外部渠道的消息里，头一个渠道没成或没人看、换下一个渠道再发的。"),
            [one for one in outside if len(channels[one.pk]) > 1],
            outside,
        ),
        (
            "repeats",
            _("标明可能重复"),
            _("发往外部渠道的消息里，因上一次结果不明而再发、正文写明“可能重复”的。"),
            [one for one in outside if any(row.may_repeat for row in one.deliveries.all())],
            outside,
        ),
        (
            "unheard",
            _("没有人收到"),
            _("所有渠道都没有送到本人、只好找代班人的消息。"),
            [one for one in messages if hasattr(one, "unheard")],
            messages,
        ),
    )
    for code, name, clock, counted, of in rows:
        yield Tally(code, name, clock, tuple(_message_cases(counted, now)), len(of))


def sent(delivery: Delivery) -> bool:
    """Say whether the channel accepted it."""
    return delivery.state == Delivery.State.SENT


def _message_cases(messages: Iterable[Message], now: datetime) -> Iterator[Case]:
    return (Case(one.title, one.link, one.created_at, one.read_at, now) for one in messages)


def pair_name(computed: str, level: str) -> str:
    """Say which cell of the table of levels it is."""
    words = [level_word(key) if key else _("不入级") for key in (computed, level)]
    return _("系统算%(computed)s，人定%(level)s") % {"computed": words[0], "level": words[1]}
