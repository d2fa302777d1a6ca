"""Asking the command to sign a version, signing, returning, taking back, withdrawing; telling of its end.

Publishing is `plan.actions.publish_version`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.notify.actions import mark_seen, tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day
from guanlan.plan.actions import Unsound
from guanlan.plan.life.expiry import OVER, reminder
from guanlan.plan.life.queries import author_keys, awaited_from, countersigned, holders, who_could_sign
from guanlan.plan.life.states import MOVES
from guanlan.plan.models import Circulation, PlanVersion, Signature
from guanlan.plan.permissions import MANAGE, SIGN
from guanlan.plan.queries import findings

State = PlanVersion.State


class CannotMove(Refused):
    """The version is not where this step can be taken."""


class NobodySigns(Refused):
    """Somebody of the command must be named, and none of them may have written it."""


class NotAsked(NotAllowed):
    """Only who was named signs or returns, once."""


class OwnPlan(NotAllowed):
    """Nobody signs what they handed in."""


class ContentChanged(Refused):
    """What the signer read is not what stands there."""


class NoReason(Refused):
    """Whoever wrote it must learn what to mend."""


class StillHolds(Refused):
    """There must be a plan: the one in force ends when another takes its place."""


def submit_version(
    *, version: PlanVersion, signers: Sequence[Person], stream: Stream, person: Person, now: datetime
) -> Circulation:
    """Ask those named of the command to sign the version's content (送审), tell them, return the circulation.

    A version in force that was never signed may be submitted too (补签). Raises Unsound if the
    check finds anything, NobodySigns, CannotMove.
    """
    require(person, MANAGE, at=now)
    with transaction.atomic():
        version = _locked(version)
        if version.state == State.IN_FORCE and countersigned(version):
            raise CannotMove(_("这一版已经会签过，不用再送审。"))
        _move(version, "submit")
        found = findings(version, today=local_day(now))
        if found:
            raise Unsound(found)
        circulation = _ask(version, signers, person, now)
        _tell_signers(circulation, stream, now)
        _record("submit_version", version, person, now, signers=[one.key for one in signers])
    return circulation


def sign_version(
    *, version: PlanVersion, sha256: str, stream: Stream, person: Person, now: datetime
) -> Signature:
    """Sign the content whose hash is `sha256` and return the signature; the last one approves.

    Raises NotAsked, OwnPlan, ContentChanged.
    """
    require(person, SIGN, at=now)
    with transaction.atomic():
        version = _locked(version)
        signature = _waiting(version, sha256, person)
        _give(signature, Signature.Verdict.SIGNED, sha256, now)
        circulation = signature.circulation
        if not circulation.signatures.filter(verdict=Signature.Verdict.AWAITED).exists():
            _close(circulation, Circulation.State.SIGNED)
            _move(version, "sign_last")
            _tell_asker(circulation, _("会签完毕，可以发布：%(plan)s"), stream, now)
        mark_seen(cause=_cause(circulation), person=person, now=now)
        _record("sign_version", version, person, now)
    return signature


def return_version(
    *, version: PlanVersion, sha256: str, reason: str, stream: Stream, person: Person, now: datetime
) -> Signature:
    """Send the version back as a draft, with words. Refuses as sign_version does, and NoReason."""
    require(person, SIGN, at=now)
    if not reason.strip():
        raise NoReason(_("退回要写明原因，起草人才知道改哪里。"))
    with transaction.atomic():
        version = _locked(version)
        signature = _waiting(version, sha256, person)
        _give(signature, Signature.Verdict.RETURNED, sha256, now, reason=reason.strip())
        _close(signature.circulation, Circulation.State.RETURNED)
        _move(version, "return")
        _tell_asker(signature.circulation, _("预案被退回：%(plan)s"), stream, now, body=signature.reason)
        mark_seen(cause=_cause(signature.circulation), person=person, now=now)
        _record("return_version", version, person, now)
    return signature


def recall_version(*, version: PlanVersion, person: Person, now: datetime) -> None:
    """Take the version back to mend it; signatures given so far stay on record and count no more.

    Raises CannotMove.
    """
    require(person, MANAGE, at=now)
    with transaction.atomic():
        version = _locked(version)
        held = (Circulation.State.OPEN, Circulation.State.SIGNED)
        circulation = version.circulations.filter(state__in=held).last()
        if circulation is None or (
            version.state == State.IN_FORCE and circulation.state == Circulation.State.SIGNED
        ):
            raise CannotMove(_("这一版没有在会签，不用收回。"))
        _close(circulation, Circulation.State.RECALLED)
        _move(version, "recall")
        _record("recall_version", version, person, now)


def withdraw_version(*, version: PlanVersion, reason: str, person: Person, now: datetime) -> None:
    """Give up a version that does not hold yet (作废), with a reason; its label stays taken.

    Raises NoReason, StillHolds for the version in force, CannotMove.
    """
    require(person, MANAGE, at=now)
    if not reason.strip():
        raise NoReason(_("作废要写明原因，以后查得到。"))
    with transaction.atomic():
        version = _locked(version)
        if version.state == State.IN_FORCE:
            raise StillHolds(_("现行预案不能作废，否则出了事没有预案可办。请发布新版本来取代它。"))
        _move(version, "withdraw")
        version.circulations.filter(state=Circulation.State.OPEN).update(state=Circulation.State.RECALLED)
        version.withdrawn_because = reason.strip()
        version.save(update_fields=["withdrawn_because"])
        _record("withdraw_version", version, person, now)


def remind_of_expiry(*, version: PlanVersion, days: int, stream: Stream, now: datetime) -> bool:
    """Tell those who manage the plan how long it holds; False if this step of `days` was told of before."""
    with transaction.atomic():
        # The conditional update is the claim; whoever comes second changes no row.
        earlier = Q(reminded_days=None) | Q(reminded_days__gt=days)
        mine = PlanVersion.objects.filter(earlier, pk=version.pk, state=State.IN_FORCE)
        if not mine.update(reminded_days=days):
            return False
        words, body = reminder(version, today=local_day(now))
        persons = holders(MANAGE, at=now)
        for person in persons:
            tell(
                stream=stream,
                person=person,
                title=words,
                body=body,
                link=reverse("plan"),
                cause=f"plan-expiry:{version.key}",
                step=str(days),
                urgency=Message.Urgency.URGENT if days == OVER else Message.Urgency.NORMAL,
                now=now,
            )
        record(
            actor="system",
            verb="plan.remind_of_expiry",
            kind="plan",
            subject=version.key,
            at=now,
            facts={"sha256": version.sha256, "label": version.label, "days": days, "told": len(persons)},
        )
    return True


def _locked(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_for_update().select_related("unit").get(pk=version.pk)


def _move(version: PlanVersion, event: str) -> None:
    target = MOVES.get((version.state, event))
    if target is None:
        raise CannotMove(_("这一版现在是“%(state)s”，不能这样办。") % {"state": version.get_state_display()})
    version.state = target
    version.save(update_fields=["state"])


def _ask(version: PlanVersion, signers: Sequence[Person], person: Person, now: datetime) -> Circulation:
    could = who_could_sign(version, at=now)
    if not could:
        raise NobodySigns(
            _("没有人可以会签：指挥和领导里除起草人外没有别人。请管理员先在“人员”里安排，再送审。")
        )
    if not signers or not {one.pk for one in signers} <= {one.pk for one in could}:
        names = "、".join(one.name for one in could)
        raise NobodySigns(
            _("请从能会签的人里至少选一位：%(names)s。起草人不能签自己的预案。") % {"names": names}
        )
    if version.circulations.filter(state=Circulation.State.OPEN).exists():
        raise CannotMove(_("这一版正在会签，不用再送。要换人请先收回。"))
    circulation = Circulation.objects.create(
        version=version, sha256=version.sha256, asked_by=person, asked_at=now
    )
    Signature.objects.bulk_create(Signature(circulation=circulation, person=one) for one in signers)
    return circulation


def _waiting(version: PlanVersion, sha256: str, person: Person) -> Signature:
    signature = awaited_from(version, person)
    if signature is None:
        raise NotAsked(
            _("这一版现在不等您会签：状态是“%(state)s”。") % {"state": version.get_state_display()}
        )
    if person.pk in author_keys(version):
        raise OwnPlan(_("不能会签：这一版有您交的稿。请收回后另选会签人。"))
    if version.sha256 != sha256 or signature.circulation.sha256 != sha256:
        raise ContentChanged(_("您读的不是现在这份内容。请重新打开，读过再签。"))
    return signature


def _give(signature: Signature, verdict: str, sha256: str, now: datetime, reason: str = "") -> None:
    signature.verdict, signature.sha256, signature.at, signature.reason = verdict, sha256, now, reason
    signature.save()


def _close(circulation: Circulation, state: str) -> None:
    circulation.state = state
    circulation.save(update_fields=["state"])


def _cause(circulation: Circulation) -> str:
    return f"plan-circulation:{circulation.key}"


def _tell_signers(circulation: Circulation, stream: Stream, now: datetime) -> None:
    words = _("请会签：%(plan)s") % {"plan": circulation.version}
    for signature in circulation.signatures.select_related("person"):
        _tell(circulation, signature.person, words, stream, now)


def _tell_asker(circulation: Circulation, words: str, stream: Stream, now: datetime, body: str = "") -> None:
    _tell(
        circulation,
        circulation.asked_by,
        words % {"plan": circulation.version},
        stream,
        now,
        step=circulation.state,
        body=body,
    )


def _tell(
    circulation: Circulation,
    person: Person,
    words: str,
    stream: Stream,
    now: datetime,
    step: str = "",
    body: str = "",
) -> None:
    link = reverse("plan-version", args=[circulation.version.key])
    tell(
        stream=stream,
        person=person,
        title=words,
        body=body,
        link=link,
        cause=_cause(circulation),
        step=step,
        now=now,
    )


def _record(step: str, version: PlanVersion, person: Person, now: datetime, **facts: object) -> None:
    record(
        actor=person.key,
        verb=f"plan.{step}",
        kind="plan",
        subject=version.key,
        at=now,
        facts={"sha256": version.sha256, "label": version.label, **facts},
    )
