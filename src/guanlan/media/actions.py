"""Drafting a statement, having it signed, and recording where a person released it."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.approvals import actions as approvals
from guanlan.approvals.models import Text
from guanlan.approvals.queries import latest, who_may_sign
from guanlan.errors import Refused
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Access, Incident
from guanlan.incidents.offering import admit
from guanlan.incidents.queries import is_inside
from guanlan.media.models import Release, Statement
from guanlan.media.permissions import DRAFT_STATEMENT, RELEASE_STATEMENT
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document, signing_steps


class NoChain(Refused):
    """The plan names nobody to approve statements at this level."""


class NotApproved(Refused):
    """Only the very wording that was approved may be released."""


class IncidentOver(Refused):
    """Statements belong to an incident that is being answered."""


def draft_statement(
    *, incident: Incident, kind: str, title: str, body: str, person: Person, now: datetime
) -> Statement:
    """Write the first version of a statement and return it; the plan's chain will sign it."""
    require(person, DRAFT_STATEMENT, at=now)
    if incident.state != Incident.State.ACTIVE:
        raise IncidentOver(_("“%(name)s”已经解除，不再起草声明。") % {"name": incident.name})
    steps = signing_steps(document(incident.plan_version), "statement", incident.level)
    if not steps:
        raise NoChain(
            _("预案没有写%(level)s级声明由谁批准，不能起草。请先修订预案的审批链。")
            % {"level": incident.level}
        )
    with transaction.atomic():
        text = approvals.draft_text(
            stream=incident.stream, title=title, body=body, steps=steps, author=person, now=now
        )
        statement = Statement.objects.create(stream=incident.stream, incident=incident, kind=kind, text=text)
        _note(statement, "media.draft_statement", _("起草声明“%(title)s”") % {"title": title}, person, now)
    return statement


def revise_statement(*, statement: Statement, title: str, body: str, person: Person, now: datetime) -> None:
    """Write the next version; every signature so far stays on the old one and no longer counts."""
    require(person, DRAFT_STATEMENT, at=now)
    with transaction.atomic():
        version = approvals.revise_text(text=statement.text, title=title, body=body, author=person, now=now)
        told = _("改为第 %(number)d 版，先前的签字作废") % {"number": version.number}
        _note(statement, "media.revise_statement", told, person, now)
        _note_signers(statement, now)


def submit_statement(*, statement: Statement, person: Person, now: datetime) -> None:
    """Ask for the signatures, and tell whoever signs first."""
    require(person, DRAFT_STATEMENT, at=now)
    with transaction.atomic():
        approvals.submit_text(text=statement.text, person=person, now=now)
        version = latest(statement.text)
        told = _("提交第 %(number)d 版等人批准") % {"number": version.number}
        _note(statement, "media.submit_statement", told, person, now)
        _ask_next(statement, now)
        _note_signers(statement, now)


def sign_statement(*, statement: Statement, sha256: str, person: Person, now: datetime) -> None:
    """Sign the wording with this hash; refuses as approvals.actions.sign_text does.

    Tells whoever signs next, or, after the last signature, the author that it may be
    released.
    """
    with transaction.atomic():
        signature = approvals.sign_text(text=statement.text, sha256=sha256, person=person, now=now)
        words = {"number": signature.version.number, "hash": sha256[:8]}
        _note(
            statement, "media.sign_statement", _("批准第 %(number)d 版，校验码 %(hash)s") % words, person, now
        )
        statement.text.refresh_from_db()
        if statement.text.state == Text.State.APPROVED:
            _tell_author(statement, _("可以发布：%(title)s 已批准"), now)
        else:
            _ask_next(statement, now)
        _note_signers(statement, now)


def return_statement(
    *, statement: Statement, sha256: str, reason: str, person: Person, now: datetime
) -> None:
    """Send the statement back to its author with a reason."""
    with transaction.atomic():
        approvals.return_text(text=statement.text, sha256=sha256, reason=reason, person=person, now=now)
        _note(statement, "media.return_statement", _("退回：%(reason)s") % {"reason": reason}, person, now)
        _tell_author(statement, _("被退回：%(title)s，请修改"), now)
        _note_signers(statement, now)


def record_release(
    *,
    statement: Statement,
    sha256: str,
    channel: str,
    url: str,
    released_at: datetime,
    person: Person,
    now: datetime,
) -> Release:
    """Record that a person released the approved wording on a channel; return the record.

    Guanlan publishes nothing by itself. Raises NotApproved unless exactly this wording
    is approved and the release is not in the future.
    """
    require(person, RELEASE_STATEMENT, at=now)
    with transaction.atomic():
        text = Text.objects.select_for_update().get(pk=statement.text_id)
        version = latest(text)
        if text.state != Text.State.APPROVED or version.sha256 != sha256:
            raise NotApproved(_("这一版还没有批准完，或批准后又改过，不能发布。请先走完批准。"))
        if released_at > now or (text.approved_at is not None and released_at < text.approved_at):
            raise NotApproved(_("发布时间要在批准之后、现在之前，请核对后再登记。"))
        release = Release.objects.create(
            stream=statement.stream,
            incident=statement.incident,
            statement=statement,
            version=version,
            sha256=sha256,
            channel=channel,
            url=url,
            released_at=released_at,
            person=person,
            at=now,
        )
        told = _("登记发布：第 %(number)d 版，%(channel)s") % {"number": version.number, "channel": channel}
        _note(statement, "media.record_release", told, person, now)
    return release


def _note(statement: Statement, verb: str, sentence: str, person: Person, now: datetime) -> None:
    version = latest(statement.text)
    facts = {"statement": statement.key, "version": version.number, "sha256": version.sha256}
    entry = note(about=statement.incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
    entry.link = reverse("statement", args=[statement.key])
    entry.save(update_fields=["link"])


def _ask_next(statement: Statement, now: datetime) -> None:
    version = latest(statement.text)
    title = _("请批准第 %(number)d 版：%(title)s") % {"number": version.number, "title": version.title}
    for person in _signers(statement, now):
        _tell(statement, person, title, f"{version.number}-{version.signatures.count()}", now)


def _signers(statement: Statement, now: datetime) -> list[Person]:
    """Return whom to ask; of a restricted incident those inside, or, if none is, all, who are let in."""
    may_sign = list(who_may_sign(latest(statement.text), at=now))
    seeing = [person for person in may_sign if is_inside(statement.incident, person)]
    for person in [] if seeing else may_sign:
        admit(statement.incident, person, now=now)
    return seeing or may_sign


def _note_signers(statement: Statement, now: datetime) -> None:
    """Say in the incident whose signatures are awaited: they stay inside a restricted one."""
    waiting = Statement.objects.filter(incident=statement.incident, text__state=Text.State.IN_APPROVAL)
    asked = {
        person.pk
        for one in waiting.select_related("text")
        for person in who_may_sign(latest(one.text), at=now)
    }
    inside = Access.objects.filter(incident=statement.incident, closed_at=None)
    inside.filter(person__in=asked).update(must_sign=True)
    inside.exclude(person__in=asked).update(must_sign=False)


def _tell_author(statement: Statement, words: str, now: datetime) -> None:
    version = latest(statement.text)
    step = f"{version.number}-{statement.text.state}"
    if is_inside(statement.incident, statement.text.drafted_by):
        _tell(statement, statement.text.drafted_by, words % {"title": version.title}, step, now)


def _tell(statement: Statement, person: Person, title: str, step: str, now: datetime) -> None:
    tell(
        stream=statement.stream,
        person=person,
        title=title,
        link=reverse("statement", args=[statement.key]),
        cause=f"statement:{statement.key}",
        step=step,
        urgency=Message.Urgency.URGENT,
        now=now,
    )
