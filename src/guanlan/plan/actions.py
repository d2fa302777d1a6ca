"""Taking a plan in as a draft, and putting it in force."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.errors import Refused
from guanlan.people.actions import open_group
from guanlan.people.models import Person, Unit
from guanlan.people.permissions import require
from guanlan.plan.document import PlanDocument, digest
from guanlan.plan.models import PlanVersion
from guanlan.plan.permissions import MANAGE
from guanlan.plan.placeholders import COMPANY, named, with_company
from guanlan.plan.queries import document
from guanlan.plan.reading import BadPlan, read


class LabelTaken(Refused):
    """A published version never changes; the next one needs its own label."""


class UnfitName(Refused):
    """The company's name cannot be written where the file wants it."""


class NotADraft(Refused):
    """Only a draft can be put in force."""


def draft_version(*, unit: Unit, content: bytes, name: str, person: Person, now: datetime) -> PlanVersion:
    """Read a plan from YAML, keep it as a draft with the company's name in it, and return the version.

    Raises plan.reading.BadPlan with the line of every mistake, UnfitName, and LabelTaken.
    """
    require(person, MANAGE, at=now)
    source, plan = _read(content, name, unit.name)
    try:
        with transaction.atomic():
            version = PlanVersion.objects.create(
                unit=unit,
                code=plan.meta.key,
                label=plan.meta.version,
                name=plan.meta.name,
                source=source,
                document=plan.model_dump(mode="json"),
                sha256=digest(plan),
                created_at=now,
                created_by=person,
            )
            _record("plan.draft_version", version, person, now)
    except IntegrityError as taken:
        raise LabelTaken(
            _("《%(name)s》的版本“%(label)s”已经有了，请在文件的 meta.version 里换一个版本号。")
            % {"name": plan.meta.name, "label": plan.meta.version}
        ) from taken
    return version


def publish_version(*, version: PlanVersion, effective_on: date, person: Person, now: datetime) -> None:
    """Put a draft in force: the version before it is superseded, the plan's groups are opened.

    Raises NotADraft. The plan holds for the years it names, from `effective_on`.
    """
    require(person, MANAGE, at=now)
    with transaction.atomic():
        version = PlanVersion.objects.select_for_update().get(pk=version.pk)
        if version.state != PlanVersion.State.DRAFT:
            raise NotADraft(
                _("这一版现在是“%(state)s”，只有草案能发布。") % {"state": version.get_state_display()}
            )
        plan = document(version)
        PlanVersion.objects.filter(unit=version.unit, state=PlanVersion.State.IN_FORCE).update(
            state=PlanVersion.State.SUPERSEDED
        )
        version.state = PlanVersion.State.IN_FORCE
        version.published_at, version.published_by = now, person
        version.effective_date = effective_on
        version.expires_date = _expiry(plan, effective_on)
        version.save()
        _open_groups(plan, version.unit, person, now)
        _record("plan.publish_version", version, person, now)


def _read(content: bytes, name: str, company: str) -> tuple[str, PlanDocument]:
    """Return the YAML with the company's name in it, and what it says; the two agree."""
    plan = read(content, name).document
    source = content.decode()
    if not COMPANY.search(source):
        return source, plan
    source, wanted = with_company(source, company), named(plan, company)
    if not _says(source, wanted, name):
        raise UnfitName(
            _("公司名称“%(company)s”里的符号填不进预案文件。请到“设置”里改用不带引号和冒号的名称，再试一次。")
            % {"company": company}
        )
    return source, wanted


def _says(source: str, plan: PlanDocument, name: str) -> bool:
    try:
        return read(source.encode(), name).document == plan
    except BadPlan:
        return False


def _expiry(plan: PlanDocument, effective_on: date) -> date | None:
    return plan.validity.model_copy(update={"effective_on": effective_on}).expires_on


def _open_groups(plan: PlanDocument, unit: Unit, person: Person, now: datetime) -> None:
    for group in plan.organisation.groups:
        open_group(
            code=group.key, name=group.name, function=group.function, unit=unit, actor=person.key, now=now
        )


def _record(verb: str, version: PlanVersion, person: Person, now: datetime) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="plan",
        subject=version.key,
        at=now,
        facts={"sha256": version.sha256, "label": version.label},
    )
