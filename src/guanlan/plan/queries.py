"""Which plan holds, and what it says."""

import datetime
import json
from functools import lru_cache

from guanlan.people.models import Function, Unit
from guanlan.plan.check import Finding, check
from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Purpose
from guanlan.plan.models import PlanVersion
from guanlan.plan.reading import BadPlan, read


def in_force(unit: Unit) -> PlanVersion | None:
    """Return the version in force for a unit, or None."""
    return PlanVersion.objects.filter(unit=unit, state=PlanVersion.State.IN_FORCE).first()


def scheduled(unit: Unit) -> PlanVersion | None:
    """Return the version that will hold from a later day, or None."""
    return PlanVersion.objects.filter(unit=unit, state=PlanVersion.State.SCHEDULED).first()


def document(version: PlanVersion) -> PlanDocument:
    """Return the validated content of a version."""
    return _parsed(version.sha256, json.dumps(version.document))


def findings(version: PlanVersion, *, today: datetime.date) -> tuple[Finding, ...]:
    """Return what the check finds in a version, with the lines of its source."""
    plan = document(version)
    validity = plan.validity.model_copy(update={"effective_on": version.effective_date})
    return check(plan.model_copy(update={"validity": validity}), today=today, lines=_lines(version.source))


def signing_steps(plan: PlanDocument, purpose: Purpose, level: str) -> tuple[tuple[str, Function], ...]:
    """Return (step key, function) in the order of signing; empty when the plan names no chain."""
    chain = plan.chain_for(purpose, level)
    functions = {role.key: group.function for group in plan.organisation.groups for role in group.roles}
    return tuple((step.key, Function(functions[step.role])) for step in chain.steps) if chain else ()


# A version's content never changes, and checking it costs tens of milliseconds.
@lru_cache(maxsize=16)
def _parsed(sha256: str, text: str) -> PlanDocument:
    return PlanDocument.model_validate_json(text)


# Reading the YAML costs a quarter of a second.
@lru_cache(maxsize=4)
def _lines(source: str) -> dict[str, tuple[int, ...]]:
    try:
        return read(source.encode(), "plan.yaml").lines
    except BadPlan:  # kept under rules that have become stricter since: still shown, without lines
        return {}
