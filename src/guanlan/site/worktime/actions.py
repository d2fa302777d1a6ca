"""Changing the company's working time and the rules from outside; what stood before is kept."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.deadlines import office_at
from guanlan.clocks.models import Kept, OfficeHours, OutsideRule, OwnDay, new_key
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day
from guanlan.site.permissions import SET_UP

LONGEST_SPAN = 31  # days
_LEAST = timedelta(hours=1)


class SameHours(Refused):
    """The hours are these already."""


class DaySet(Refused):
    """The company has set the day already."""


class NotStanding(Refused):
    """Somebody has taken it back already."""


def set_hours(*, opens: time, closes: time, person: Person, now: datetime) -> OfficeHours:
    """Set from when until when the company works, for clocks that begin from now on.

    Raises NotAllowed, BadInput, SameHours.
    """
    require(person, SET_UP, at=now)
    if datetime.combine(date.min, closes) - datetime.combine(date.min, opens) < _LEAST:
        raise BadInput(
            _("办公时间 %(opens)s 到 %(closes)s 不足 1 小时，请把下班时间改到上班时间 1 小时以后。")
            % {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
        )
    with transaction.atomic():
        office = office_at(now)
        if (office.opens, office.closes) == (opens, closes):
            raise SameHours(
                _("办公时间现在就是 %(hours)s，没有改动。") % {"hours": f"{opens:%H:%M}–{closes:%H:%M}"}
            )
        _close(OfficeHours.objects.filter(until=None), now)
        hours = OfficeHours.objects.create(since=now, opens=opens, closes=closes)
        facts = {"opens": opens.hour * 100 + opens.minute, "closes": closes.hour * 100 + closes.minute}
        _record("site.set_hours", hours, person, now, facts)
    return hours


def set_days(
    *, first: date, last: date, works: bool, ground: str, person: Person, now: datetime
) -> list[OwnDay]:
    """Set each day from the first to the last as worked or off, for clocks that begin from now on.

    Raises NotAllowed, BadInput, DaySet.
    """
    require(person, SET_UP, at=now)
    ground = ground.strip()
    _refuse_span(first, last, ground, now)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    with transaction.atomic():
        rows = []
        for day in days:
            row, created = OwnDay.objects.get_or_create(
                day=day, until=None, defaults={"since": now, "works": works, "ground": ground}
            )
            if not created:
                raise DaySet(
                    _("%(day)s 已经设为%(what)s，请先在下面撤回那一天，再重新设。")
                    % {"day": day, "what": _("上班") if row.works else _("休息")}
                )
            rows.append(row)
        facts = {"first": _number(first), "last": _number(last), "works": works}
        _record("site.set_days", rows[0], person, now, facts)
    return rows


def take_back_day(*, day: OwnDay, person: Person, now: datetime) -> None:
    """Let the official calendar decide about the day again. Raises NotAllowed, NotStanding."""
    require(person, SET_UP, at=now)
    with transaction.atomic():
        if not _close(OwnDay.objects.filter(pk=day.pk, until=None), now):
            raise NotStanding(_("%(day)s 已经撤回过了，现在按国家节假日表算。") % {"day": day.day})
        _record("site.take_back_day", day, person, now, {"day": _number(day.day)})


def set_rule(*, code: str, values: Mapping[str, Any], person: Person, now: datetime) -> OutsideRule:
    """Put the company's own rule in place of the one with this code; without a code, add one.

    Raises NotAllowed.
    """
    require(person, SET_UP, at=now)
    code = code or new_key()
    with transaction.atomic():
        _close(OutsideRule.objects.filter(code=code, until=None), now)
        rule = OutsideRule.objects.create(code=code, since=now, **values)
        _record("site.set_rule", rule, person, now, {"amount": rule.amount, "checked": rule.checked})
    return rule


def take_back_rule(*, rule: OutsideRule, person: Person, now: datetime) -> None:
    """Let the rule that ships hold again; one that the company added is gone.

    Raises NotAllowed, NotStanding.
    """
    require(person, SET_UP, at=now)
    with transaction.atomic():
        if not _close(OutsideRule.objects.filter(pk=rule.pk, until=None), now):
            raise NotStanding(_("“%(name)s”已经撤回过了，请刷新页面看现在的规则。") % {"name": rule.name})
        _record("site.take_back_rule", rule, person, now, {})


def _refuse_span(first: date, last: date, ground: str, now: datetime) -> None:
    words = {"first": first, "last": last, "most": LONGEST_SPAN}
    if last < first:
        raise BadInput(_("最后一天 %(last)s 早于第一天 %(first)s，请对调。") % words)
    if (last - first).days >= LONGEST_SPAN:
        raise BadInput(_("%(first)s 到 %(last)s 超过 %(most)d 天，请分几次设。") % words)
    if last < local_day(now):
        raise BadInput(_("%(last)s 已经过去，改了也不影响以后的时限；请填今天或以后的日子。") % words)
    if not ground:
        raise BadInput(_("请写上依据，例如：周年庆放假，或国办通知的文号。"))


def _close(rows: Any, now: datetime) -> int:
    return int(rows.update(until=now))


def _number(day: date) -> int:
    return int(f"{day:%Y%m%d}")


def _record(verb: str, row: Kept, person: Person, now: datetime, facts: Mapping[str, Any]) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind=row._meta.model_name or "",
        subject=row.key,
        at=now,
        facts=facts,
    )
