"""The first answer in public, and how long a statement waited for its signatures."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.approvals.models import Step, Text, Version
from guanlan.incidents.models import Decision
from guanlan.media.models import Statement
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document
from guanlan.review.cases import Case
from guanlan.review.kpis.commanding import link
from guanlan.review.matters import Matter


def from_the_posts(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the moment at which the posts crossed the plan's line until the first answer."""
    yield from _answered(matter, matter.crossed_at, now)


def from_finding(matter: Matter, now: datetime) -> Iterator[Case]:
    """From finding until the first answer."""
    yield from _answered(matter, matter.found_at, now)


def _answered(matter: Matter, start: datetime | None, now: datetime) -> Iterator[Case]:
    if start is None or matter.is_false_alarm or not matter.level:
        return
    released = [one.released_at for incident in matter.incidents for one in incident.releases.all()]
    where = link(matter.incidents[0]) if matter.incidents else matter.link
    words, stopped = _("发布声明"), min(released, default=None)
    watching = [one for one in matter.decisions if one.kind == Decision.Kind.OBSERVE]
    # Not answering for now is an answer to the plan, until the plan is activated after all.
    if stopped is None and watching and not matter.incidents:
        words, stopped = _("决定先观察，不公开回应"), watching[0].at
    due = matter.due("first_response", start)
    yield Case(matter.event.name, where, start, stopped, now, due, note=words if stopped else "")


def approval(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the first submission of a statement until its last signature, with the rounds."""
    for statement, _plan in _statements(matter):
        text, submitted = statement.text, matter.submissions.get(statement.text.key, ())
        if submitted and (statement.closed_at is None or text.approved_at is not None):
            words = _("%(rounds)d 轮") % {"rounds": len(submitted)}
            title = text.versions.all()[0].title
            yield Case(title, _page(statement), submitted[0], text.approved_at, now, note=words)


def signature(matter: Matter, now: datetime) -> Iterator[Case]:
    """From the moment at which a signature was wanted until it was given or refused."""
    for statement, plan in _statements(matter):
        versions = list(statement.text.versions.all())
        for place, version in enumerate(versions):
            # A wording was submitted while it was the latest, or not at all.
            until = versions[place + 1].written_at if place + 1 < len(versions) else None
            submitted = [
                at
                for at in matter.submissions.get(statement.text.key, ())
                if version.written_at <= at and (until is None or at < until)
            ]
            if submitted:
                waits = until is None and statement.text.state == Text.State.IN_APPROVAL
                yield from _signatures(statement, version, submitted[0], plan, now, waits=waits)


def _signatures(
    statement: Statement,
    version: Version,
    wanted: datetime,
    plan: PlanDocument,
    now: datetime,
    *,
    waits: bool,
) -> Iterator[Case]:
    given = {one.step_id: one for one in version.signatures.all()}
    for step in statement.text.steps.all():
        done = given.get(step.pk)
        if done is None and not waits:
            return
        words, note = (
            f"{version.title}：{step.get_function_display()}",
            done.get_verdict_display() if done else "",
        )
        stopped = done.at if done else None
        yield Case(words, _page(statement), wanted, stopped, now, _due(plan, step, wanted), note=note)
        if done is None:
            return
        wanted = done.at


def _due(plan: PlanDocument, step: Step, wanted: datetime) -> datetime | None:
    steps = (one for chain in plan.approvals for one in chain.steps)
    minutes = next((one.minutes for one in steps if one.key == step.code), None)
    return wanted + timedelta(minutes=minutes) if minutes is not None else None


def _statements(matter: Matter) -> Iterator[tuple[Statement, PlanDocument]]:
    for incident in matter.incidents:
        for statement in incident.statements.all():
            yield statement, document(incident.plan_version)


def _page(statement: Statement) -> str:
    return reverse("statement", args=[statement.key])
