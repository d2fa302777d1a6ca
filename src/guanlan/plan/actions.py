"""Taking a plan in as a draft, and putting it in force."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.errors import Refused
from guanlan.people.actions import open_group
from guanlan.people.models import Person, Unit
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day
from guanlan.plan.adopting import adopted
from guanlan.plan.check import Finding
from guanlan.plan.document import PlanDocument, digest
from guanlan.plan.life.queries import has_published
from guanlan.plan.life.states import MOVES
from guanlan.plan.models import PlanVersion
from guanlan.plan.permissions import MANAGE
from guanlan.plan.queries import document, findings

State = PlanVersion.State


class LabelTaken(Refused):
    """A published version never changes; the next one needs its own label."""


class InReview(Refused):
    """What the command reads stays as it is until it is taken back."""


class NotSigned(Refused):
    """Only what the command signed is published; the company's first plan may go without."""


class Unsound(Refused):
    """The check found what would fail on the night the plan is needed."""

    status = 422

    def __init__(self, found: tuple[Finding, ...]) -> None:
        self.findings = found
        sentence = _("不能发布：体检发现 %(count)d 处问题。第 %(line)s 行：%(sentence)s%(remedy)s") % {
            "count": len(found),
            "line": found[0].line or "?",
            "sentence": found[0].sentence,
            "remedy": found[0].remedy,
        }
        if len(found) > 1:
            sentence += _("（另有 %(count)d 处。）") % {"count": len(found) - 1}
        super().__init__(sentence)


def draft_version(
    *, unit: Unit, content: bytes, name: str, person: Person, now: datetime, replace: bool = True
) -> PlanVersion:
    """Read a plan from YAML, keep it as a draft with the company's name in it, and return the version.

    A draft of the same label gives way to this one, unless `replace` is false. Raises
    plan.reading.BadPlan with the line of every mistake, adopting.UnfitName, LabelTaken,
    and InReview.
    """
    require(person, MANAGE, at=now)
    source, plan = adopted(content, name, unit.name)
    try:
        with transaction.atomic():
            version = _draft(unit, plan, replace)
            version.name, version.source = plan.meta.name, source
            version.document, version.sha256 = plan.model_dump(mode="json"), digest(plan)
            version.created_at, version.created_by = now, person
            version.save()
            version.authors.add(person)
            _record("plan.draft_version", version, person.key, now)
    except IntegrityError as taken:
        raise _label_taken(plan) from taken
    return version


def publish_version(*, version: PlanVersion, effective_on: date, person: Person, now: datetime) -> None:
    """Publish what the command signed; its groups are opened. It holds from `effective_on`, for its years.

    The company's first plan may be published as a draft, and is shown as 未经会签 until it is
    signed. If another version holds until a later day, this one waits as SCHEDULED, and whatever
    else was scheduled is withdrawn; else it takes the place of the version in force now.
    Raises NotSigned, and Unsound if the check finds anything.
    """
    require(person, MANAGE, at=now)
    with transaction.atomic():
        version = _locked(version)
        _refuse_unsigned(version)
        version.effective_date = effective_on
        found = findings(version, today=local_day(now))
        if found:
            raise Unsound(found)
        plan = document(version)
        version.published_at, version.published_by = now, person
        version.expires_date = _expiry(plan, effective_on)
        _open_groups(plan, version.unit, person, now)
        if _holds_until_then(version, now):
            _others(version, State.SCHEDULED).update(state=State.WITHDRAWN)
            version.state = State(MOVES[version.state, "schedule"])
            version.save()
        else:
            _take_over(version, "publish" if version.state == State.APPROVED else "publish_first")
        _record("plan.publish_version", version, person.key, now)


def start_version(*, version: PlanVersion, now: datetime) -> None:
    """Put a scheduled version in force, its day having come. Does nothing if somebody else just did."""
    with transaction.atomic():
        version = _locked(version)
        if version.state == State.SCHEDULED:
            _take_over(version, "start")
            _record("plan.start_version", version, "system", now)


def _refuse_unsigned(version: PlanVersion) -> None:
    if version.state == State.DRAFT and has_published(version.unit):
        raise NotSigned(_("这一版还没有会签，不能发布。请先在“预案”里送审，会签齐了再发布。"))
    if version.state not in (State.DRAFT, State.APPROVED):
        raise NotSigned(
            _("这一版现在是“%(state)s”，只有会签过、还没有发布的版本能发布。")
            % {"state": version.get_state_display()}
        )


def _locked(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_for_update().get(pk=version.pk)


def _draft(unit: Unit, plan: PlanDocument, replace: bool) -> PlanVersion:
    """Return the draft of this label that is to be replaced, or a fresh one."""
    code, label = plan.meta.key, plan.meta.version
    known = PlanVersion.objects.select_for_update().filter(unit=unit, code=code, label=label).first()
    if known is not None and known.state in (State.IN_REVIEW, State.APPROVED):
        raise InReview(
            _("《%(name)s》的“%(label)s”版已经送审，会签的人在读它。要改请先在它的页面上收回，再导入。")
            % {"name": plan.meta.name, "label": plan.meta.version}
        )
    if known is not None and not (replace and known.state == State.DRAFT):
        raise _label_taken(plan)
    return known or PlanVersion(unit=unit, code=code, label=label)


def _label_taken(plan: PlanDocument) -> LabelTaken:
    return LabelTaken(
        _("《%(name)s》的版本“%(label)s”已经有了，请在文件的 meta.version 里换一个版本号。")
        % {"name": plan.meta.name, "label": plan.meta.version}
    )


def _holds_until_then(version: PlanVersion, now: datetime) -> bool:
    later = version.effective_date is not None and version.effective_date > local_day(now)
    return later and _others(version, State.IN_FORCE).exists()


def _take_over(version: PlanVersion, event: str) -> None:
    _others(version, State.IN_FORCE).update(state=MOVES[State.IN_FORCE, "supersede"])
    version.state = State(MOVES[version.state, event])
    version.save()


def _others(version: PlanVersion, state: State) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(unit=version.unit, state=state).exclude(pk=version.pk)


def _expiry(plan: PlanDocument, effective_on: date) -> date | None:
    return plan.validity.model_copy(update={"effective_on": effective_on}).expires_on


def _open_groups(plan: PlanDocument, unit: Unit, person: Person, now: datetime) -> None:
    for group in plan.organisation.groups:
        open_group(
            code=group.key, name=group.name, function=group.function, unit=unit, actor=person.key, now=now
        )


def _record(verb: str, version: PlanVersion, actor: str, now: datetime) -> None:
    record(
        actor=actor,
        verb=verb,
        kind="plan",
        subject=version.key,
        at=now,
        facts={"sha256": version.sha256, "label": version.label},
    )
