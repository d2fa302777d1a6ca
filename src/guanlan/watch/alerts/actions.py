"""Keeping alert rules; settling alarms as seen or false."""

from dataclasses import asdict
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.watch.alerts.counts import any_of
from guanlan.watch.alerts.sensitivity import Terms, number_of
from guanlan.watch.alerts.states import MOVES
from guanlan.watch.models import Alarm, AlertRule, Watch
from guanlan.watch.permissions import MANAGE_WATCHES, SETTLE_ALARM
from guanlan.watch.wording import check_query

K = AlertRule.Kind


class RuleOdd(BadInput):
    """A rule that could never ring, or that nobody could follow."""


class RuleClosed(Refused):
    """The rule, or its watch, does not stand any more."""


class SettledAlready(Refused):
    """Somebody looked at the alarm before."""


class ReasonMissing(BadInput):
    """A false alarm needs a reason: by it the rule is mended."""


def keep_rule(
    *,
    watch: Watch,
    terms: Terms,
    person: Person,
    now: datetime,
    quiet: tuple[time, time] | None = None,
    instead_of: AlertRule | None = None,
) -> AlertRule:
    """Open a rule of a watch, from now on, and return it; `instead_of` stands no longer.

    A changed rule is another rule: what the old one rang for stays with the old numbers. Raises
    RuleOdd, RuleClosed.
    """
    require(person, MANAGE_WATCHES, at=now)
    _refuse_odd(terms, quiet)
    terms = terms.plain()
    with transaction.atomic():
        watch = Watch.objects.select_for_update().select_related("stream").get(pk=watch.pk)
        if watch.closed_at is not None:
            raise RuleClosed(
                _("监测方案“%(name)s”已停用，不能再设告警规则。请换一个方案。") % {"name": watch.name}
            )
        rule = AlertRule.objects.create(
            stream=watch.stream,
            watch=watch,
            **{**asdict(terms), "words": list(terms.words)},
            number=number_of(terms.kind, terms.sensitivity),
            quiet_from=quiet[0] if quiet else None,
            quiet_until=quiet[1] if quiet else None,
            created_at=now,
            created_by=person,
            looked_at=now,
            changed_seq=touch(watch.stream),
        )
        if instead_of is not None:
            _close(instead_of, person, now, followed_by=rule)
        replaced = {"instead_of": instead_of.key} if instead_of else {}
        _record("watch.keep_rule", "rule", rule.key, rule, person, now, watch=watch.key, **replaced)
    return rule


def close_rule(*, rule: AlertRule, person: Person, now: datetime) -> None:
    """Let a rule ring no more; its alarms stay. Raises RuleClosed if it stands no longer."""
    require(person, MANAGE_WATCHES, at=now)
    with transaction.atomic():
        _close(rule, person, now)
        _record("watch.close_rule", "rule", rule.key, rule, person, now)


def settle_alarm(*, alarm: Alarm, false: bool, person: Person, now: datetime, reason: str = "") -> Alarm:
    """Say that an alarm was seen, or (false) that it was none, with the reason; return it.

    Raises SettledAlready, ReasonMissing.
    """
    require(person, SETTLE_ALARM, at=now)
    if false and not reason.strip():
        raise ReasonMissing(_("判为误报要写明理由，例如“促销活动带来的咨询”，调规则时会用到。"))
    with transaction.atomic():
        found = Alarm.objects.select_for_update(of=("self",)).select_related("stream", "settled_by", "rule")
        alarm = found.get(pk=alarm.pk)
        target = MOVES.get((alarm.state, "call_false" if false else "see"))
        if target is None:
            name = alarm.settled_by.name if alarm.settled_by else ""
            raise SettledAlready(
                _("%(name)s已把这条告警记为“%(state)s”，没有再记一次。")
                % {"name": name, "state": alarm.get_state_display()}
            )
        alarm.state, alarm.reason = target, reason.strip()
        alarm.settled_at, alarm.settled_by = now, person
        alarm.changed_seq = touch(alarm.stream)
        alarm.save(update_fields=["state", "reason", "settled_at", "settled_by", "changed_seq"])
        _record("watch.settle_alarm", "alarm", alarm.key, alarm.rule, person, now, state=target)
    return alarm


def _refuse_odd(terms: Terms, quiet: tuple[time, time] | None) -> None:
    if terms.kind not in K.values or terms.sensitivity not in AlertRule.Sensitivity.values:
        raise RuleOdd(_("请从列出的规则和灵敏度里选。"))
    if terms.kind == K.WORDS and not terms.words:
        raise RuleOdd(_("硬性词规则至少要写一个词，空格隔开。"))
    if terms.kind == K.WORDS:
        check_query(any_of(terms.words))
    if quiet is not None and quiet[0] == quiet[1]:
        raise RuleOdd(_("免打扰的开始和结束不能是同一时刻。要全天不发，请停用这条规则。"))


def _close(rule: AlertRule, person: Person, now: datetime, followed_by: AlertRule | None = None) -> None:
    standing = AlertRule.objects.filter(pk=rule.pk, closed_at=None)
    closed = standing.update(
        closed_at=now, closed_by=person, followed_by=followed_by, changed_seq=touch(rule.stream)
    )
    if not closed:
        raise RuleClosed(_("这条告警规则已经停用或改过了，请回到规则页看现行的。"))


def _record(
    verb: str, kind: str, subject: str, rule: AlertRule, person: Person, now: datetime, **facts: str
) -> None:
    record(
        actor=person.key, verb=verb, kind=kind, subject=subject, stream=rule.stream_id, at=now, facts=facts
    )
