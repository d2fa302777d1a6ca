"""What the page of a version says of signatures: who signed what when, and what this person may do."""

from datetime import datetime
from typing import Any

from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.plan.life.queries import (
    awaited_from,
    countersigned,
    has_published,
    latest_circulation,
    signatures,
    signed_at,
    signed_only_after,
    who_could_sign,
)
from guanlan.plan.models import Circulation, PlanVersion, Signature
from guanlan.plan.permissions import MANAGE, SIGN

State = PlanVersion.State


def signing(version: PlanVersion, person: Person, *, at: datetime) -> dict[str, Any]:
    """Return the version's last circulation, its signatures, and the steps open to a person."""
    circulation, signed = latest_circulation(version), countersigned(version)
    rows = list(signatures(circulation)) if circulation else []
    page = {
        "circulation": circulation,
        "signatures": rows,
        "waiting_for": [row.person.name for row in rows if row.verdict == Signature.Verdict.AWAITED],
        "returned": next((row for row in rows if row.verdict == Signature.Verdict.RETURNED), None),
        "signed": signed,
        "signed_after": signed_at(signed) if signed and signed_only_after(version) else None,
        "unsigned": version.published_at is not None and signed is None,
        "mine": awaited_from(version, person) if may(person, SIGN, at=at) else None,
    }
    return page | _steps(version, circulation, signed, person, at)


def _steps(
    version: PlanVersion,
    circulation: Circulation | None,
    signed: Circulation | None,
    person: Person,
    at: datetime,
) -> dict[str, Any]:
    manages = may(person, MANAGE, at=at)
    is_open = circulation is not None and circulation.state == Circulation.State.OPEN
    may_submit = manages and (
        version.state == State.DRAFT or (version.state == State.IN_FORCE and signed is None and not is_open)
    )
    is_first = version.state == State.DRAFT and not has_published(version.unit)
    return {
        "may_submit": may_submit,
        "could_sign": who_could_sign(version, at=at) if may_submit else [],
        "may_publish": manages and (version.state == State.APPROVED or is_first),
        "may_recall": manages and (is_open or version.state == State.APPROVED),
        "may_withdraw": manages
        and version.state in (State.DRAFT, State.IN_REVIEW, State.APPROVED, State.SCHEDULED),
        "is_first": is_first,
    }
