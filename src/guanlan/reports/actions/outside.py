"""Addressees outside the house; a brief to one of them: drafted, signed, and sent by a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.approvals import actions as approvals
from guanlan.approvals.models import Text
from guanlan.approvals.queries import latest, who_may_sign
from guanlan.audit.actions import record
from guanlan.errors import BadInput, Refused
from guanlan.incidents.actions.trail import note
from guanlan.incidents.models import Incident
from guanlan.incidents.offering import admit
from guanlan.incidents.queries import is_inside
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.queries import document, signing_steps
from guanlan.reports.models import Addressee, Brief
from guanlan.reports.outside import basis, due_for, filled, refuse_unknown
from guanlan.reports.permissions import SET_ADDRESSEES, WRITE_BRIEF


class CannotDraft(Refused):
    """Something that a brief needs is missing."""


class CannotSend(Refused):
    """Only the wording that was approved is recorded as sent, once."""


def set_addressee(
    *, values: Mapping[str, Any], person: Person, now: datetime, addressee: Addressee | None = None
) -> Addressee:
    """Add an addressee, or put another row in the place of one. Raises NotAllowed, BadInput."""
    require(person, SET_ADDRESSEES, at=now)
    refuse_unknown(values["template"])
    with transaction.atomic():
        code = {"code": addressee.code} if addressee else {}
        if addressee is not None:
            Addressee.objects.filter(code=addressee.code, until=None).update(until=now)
        kept = Addressee.objects.create(since=now, **values, **code)
        _record_setting("reports.set_addressee", kept, person, now)
    return kept


def close_addressee(*, addressee: Addressee, person: Person, now: datetime) -> None:
    """Inform this addressee no more; briefs to it stay. Raises NotAllowed, BadInput."""
    require(person, SET_ADDRESSEES, at=now)
    with transaction.atomic():
        if not Addressee.objects.filter(pk=addressee.pk, until=None).update(until=now):
            raise BadInput(_("“%(name)s”已经停用或改过，请刷新页面再看。") % {"name": addressee.name})
        _record_setting("reports.close_addressee", addressee, person, now)


def draft_brief(*, incident: Incident, addressee: Addressee, person: Person, now: datetime) -> Brief:
    """Fill the addressee's template from the latest frozen report, as a draft; return the brief.

    Raises NotAllowed, CannotDraft.
    """
    require(person, WRITE_BRIEF, at=now)
    steps = signing_steps(document(incident.plan_version), "statement", incident.level)
    report = basis(incident)
    _refuse_drafting(incident, addressee, person, signed=bool(steps), reported=report is not None)
    assert report is not None
    title = _("关于“%(name)s”的情况说明") % {"name": report.frozen["title"]}
    body = filled(addressee.template, report, incident)
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)
        if Brief.objects.filter(incident=incident, addressee__code=addressee.code).exists():
            raise CannotDraft(_("给%(name)s的情况说明已经有了，请打开接着改。") % {"name": addressee.name})
        text = approvals.draft_text(
            stream=incident.stream, title=title[:120], body=body, steps=steps, author=person, now=now
        )
        brief = Brief.objects.create(
            stream=incident.stream,
            incident=incident,
            addressee=addressee,
            report=report,
            text=text,
            due_at=due_for(addressee, incident),
        )
        _note(brief, "reports.draft_brief", _("起草给%(name)s的情况说明"), person, now)
    return brief


def revise_brief(*, brief: Brief, title: str, body: str, person: Person, now: datetime) -> None:
    """Write the next wording; every signature so far stays on the one before. Refuses as revise_text does."""
    require(person, WRITE_BRIEF, at=now)
    with transaction.atomic():
        _refuse_sent(_locked(brief))
        approvals.revise_text(text=brief.text, title=title, body=body, author=person, now=now)
        _note(brief, "reports.revise_brief", _("修改给%(name)s的情况说明，先前的签字作废"), person, now)


def submit_brief(*, brief: Brief, person: Person, now: datetime) -> None:
    """Ask for the signatures, and tell whoever signs first."""
    require(person, WRITE_BRIEF, at=now)
    with transaction.atomic():
        approvals.submit_text(text=brief.text, person=person, now=now)
        _note(brief, "reports.submit_brief", _("给%(name)s的情况说明送审"), person, now)
        _ask_next(brief, now)


def sign_brief(*, brief: Brief, sha256: str, person: Person, now: datetime) -> None:
    """Sign the wording with this hash; refuses as approvals.actions.sign_text does."""
    with transaction.atomic():
        approvals.sign_text(text=brief.text, sha256=sha256, person=person, now=now)
        _note(brief, "reports.sign_brief", _("批准给%(name)s的情况说明"), person, now)
        brief.text.refresh_from_db()
        if brief.text.state == Text.State.APPROVED:
            _tell(brief, brief.text.drafted_by, _("已批准，请发出并登记：%(title)s"), now)
        else:
            _ask_next(brief, now)


def return_brief(*, brief: Brief, sha256: str, reason: str, person: Person, now: datetime) -> None:
    """Send the brief back to its author with a reason; refuses as approvals.actions.return_text does."""
    with transaction.atomic():
        approvals.return_text(text=brief.text, sha256=sha256, reason=reason, person=person, now=now)
        _note(brief, "reports.return_brief", _("退回给%(name)s的情况说明"), person, now)
        _tell(brief, brief.text.drafted_by, _("被退回，请修改：%(title)s"), now)


def record_sent(
    *, brief: Brief, sha256: str, how: str, sent_at: datetime, person: Person, now: datetime
) -> None:
    """Record that a person sent exactly the approved wording, when and how. Guanlan sends nothing by itself.

    Raises NotAllowed, CannotSend.
    """
    require(person, WRITE_BRIEF, at=now)
    with transaction.atomic():
        brief = _locked(brief)
        _refuse_sent(brief)
        version = latest(brief.text)
        if brief.text.state != Text.State.APPROVED or version.sha256 != sha256:
            raise CannotSend(_("这一版还没有批准完，或批准后又改过，不能登记发出。请先走完批准。"))
        if sent_at > now or (brief.text.approved_at and sent_at < brief.text.approved_at):
            raise CannotSend(_("发出时间要在批准之后、现在之前，请核对后再登记。"))
        if not how.strip():
            raise CannotSend(_("没有写怎么发出的。请写明，例如：邮箱、系统填报、专人送达。"))
        Brief.objects.filter(pk=brief.pk).update(
            version=version, sent_at=sent_at, sent_how=how.strip(), sent_by=person
        )
        _note(brief, "reports.record_sent", _("登记：情况说明已发给%(name)s"), person, now)


def record_reply(*, brief: Brief, reply: str, replied_at: datetime, person: Person, now: datetime) -> None:
    """Record what the addressee answered, and when. Raises NotAllowed, CannotSend."""
    require(person, WRITE_BRIEF, at=now)
    with transaction.atomic():
        brief = _locked(brief)
        if brief.sent_at is None or not brief.sent_at <= replied_at <= now:
            raise CannotSend(_("答复时间要在发出之后、现在之前，请核对后再登记。"))
        if not reply.strip():
            raise CannotSend(_("没有写对方答复了什么，请写一两句。"))
        Brief.objects.filter(pk=brief.pk).update(reply=reply.strip(), replied_at=replied_at)
        _note(brief, "reports.record_reply", _("登记：%(name)s已答复"), person, now)


def _refuse_drafting(
    incident: Incident, addressee: Addressee, person: Person, *, signed: bool, reported: bool
) -> None:
    if incident.state == Incident.State.ARCHIVED or not is_inside(incident, person):
        raise CannotDraft(_("“%(name)s”已归档或不在您的知悉范围，不能起草。") % {"name": incident.name})
    if not reported:
        raise CannotDraft(_("还没有报告可以引用数字。请监测组先上报快报或写一期续报。"))
    if not signed:
        raise CannotDraft(
            _("预案没有写%(level)s级对外文字由谁批准，不能起草给%(name)s的情况说明。请先修订预案的审批链。")
            % {"level": incident.level, "name": addressee.name}
        )


def _refuse_sent(brief: Brief) -> None:
    if brief.sent_at is not None:
        raise CannotSend(_("这份情况说明已登记发出，不能再改。有新情况请另行说明。"))


def _locked(brief: Brief) -> Brief:
    rows = Brief.objects.select_for_update(of=("self",))
    return rows.select_related("text", "incident", "addressee", "stream").get(pk=brief.pk)


def _ask_next(brief: Brief, now: datetime) -> None:
    """Ask whoever signs next; of a restricted incident those inside, or, if none is, all, who are let in."""
    may_sign = list(who_may_sign(latest(brief.text), at=now))
    seeing = [person for person in may_sign if is_inside(brief.incident, person)]
    for person in seeing or may_sign:
        admit(brief.incident, person, now=now)
        _tell(brief, person, _("请批准：%(title)s"), now)


def _tell(brief: Brief, person: Person, words: str, now: datetime) -> None:
    version = latest(brief.text)
    if is_inside(brief.incident, person):
        tell(
            stream=brief.stream,
            person=person,
            title=words % {"title": version.title},
            link=reverse("brief", args=[brief.key]),
            cause=f"brief:{brief.key}",
            step=f"{version.number}-{version.signatures.count()}",
            urgency=Message.Urgency.URGENT,
            now=now,
        )


def _note(brief: Brief, verb: str, words: str, person: Person, now: datetime) -> None:
    version = latest(brief.text)
    facts = {"brief": brief.key, "version": version.number, "sha256": version.sha256}
    sentence = words % {"name": brief.addressee.name}
    entry = note(about=brief.incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
    entry.link = reverse("brief", args=[brief.key])
    entry.save(update_fields=["link"])


def _record_setting(verb: str, addressee: Addressee, person: Person, now: datetime) -> None:
    facts = {"code": addressee.code, "rule": addressee.rule, "levels": addressee.levels}
    record(actor=person.key, verb=verb, kind="addressee", subject=addressee.key, at=now, facts=facts)
