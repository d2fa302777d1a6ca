"""Signing an interpretation or supplementary rule, and reading one."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.approvals.models import sha256_of
from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.notify.actions import mark_seen, tell
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.models import PlanVersion, Ruling, RulingReceipt
from guanlan.plan.permissions import RULE
from guanlan.plan.queries import document
from guanlan.plan.rulings.queries import who_works_by_it


class NothingSaid(Refused):
    """A ruling says something."""


class HoldsNot(Refused):
    """Only what holds is interpreted."""


class UnknownClause(Refused):
    """The plan has no such clause."""


class NotSent(NotAllowed):
    """Only whom it was sent to acknowledges it."""


def issue_ruling(
    *,
    version: PlanVersion,
    kind: str,
    clause: str,
    text: str,
    stream: Stream,
    person: Person,
    now: datetime,
) -> Ruling:
    """Sign a ruling on the version in force, send it to all who work by it, and return it.

    `clause` is the key of the clause it is about, or empty. Raises NothingSaid, HoldsNot,
    UnknownClause.
    """
    require(person, RULE, at=now)
    if not text.strip():
        raise NothingSaid(_("正文是空的。请写明怎么理解、怎么办，再签发。"))
    with transaction.atomic():
        version = PlanVersion.objects.select_for_update().select_related("unit").get(pk=version.pk)
        _refuse_unfit(version, clause)
        ruling = Ruling(
            version=version,
            kind=Ruling.Kind(kind),
            number=version.rulings.filter(kind=kind).count() + 1,
            clause=clause,
            text=text.strip(),
            signed_by=person,
            signed_at=now,
        )
        ruling.sha256 = sha256_of(ruling.title, ruling.text)
        ruling.save()
        _send(ruling, stream, now)
        _record("issue_ruling", ruling, person, now)
    return ruling


def read_ruling(*, ruling: Ruling, person: Person, now: datetime) -> None:
    """Note that a person it was sent to has read it (签收); again changes nothing. Raises NotSent."""
    with transaction.atomic():
        mine = RulingReceipt.objects.filter(ruling=ruling, person=person)
        if not mine.exists():
            raise NotSent(_("这一份没有发给您，不用签收。"))
        if mine.filter(read_at=None).update(read_at=now):
            mark_seen(cause=_cause(ruling), person=person, now=now)
            _record("read_ruling", ruling, person, now)


def _refuse_unfit(version: PlanVersion, clause: str) -> None:
    if version.state != PlanVersion.State.IN_FORCE:
        raise HoldsNot(
            _("这一版现在是“%(state)s”，只有现行的预案能解释和补充。")
            % {"state": version.get_state_display()}
        )
    known = {one.key for chapter in document(version).chapters for one in chapter.clauses}
    if clause and clause not in known:
        raise UnknownClause(_("预案里没有条款“%(key)s”，请从列表里选。") % {"key": clause})


def _send(ruling: Ruling, stream: Stream, now: datetime) -> None:
    words = _("请签收：预案%(title)s") % {"title": ruling.title}
    for person in who_works_by_it(ruling.version.unit, at=now):
        # Whoever signs it has read it.
        read_at = now if person == ruling.signed_by else None
        RulingReceipt.objects.create(ruling=ruling, person=person, sent_at=now, read_at=read_at)
        if read_at is None:
            link = reverse("plan-ruling", args=[ruling.key])
            tell(stream=stream, person=person, title=words, link=link, cause=_cause(ruling), now=now)


def _cause(ruling: Ruling) -> str:
    return f"plan-ruling:{ruling.key}"


def _record(step: str, ruling: Ruling, person: Person, now: datetime) -> None:
    record(
        actor=person.key,
        verb=f"plan.{step}",
        kind="plan",
        subject=ruling.version.key,
        at=now,
        facts={"ruling": ruling.key, "sha256": ruling.sha256, "number": ruling.number},
    )
