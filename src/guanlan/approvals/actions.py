"""Drafting, submitting, signing, returning and revising a text."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.approvals.models import Signature, Step, Text, Version, sha256_of
from guanlan.approvals.queries import authors, latest, next_step, who_may_sign
from guanlan.approvals.states import MOVES
from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed, Refused
from guanlan.people.models import Function, Person
from guanlan.people.permissions import functions_of


class OwnWork(NotAllowed):
    """Nobody signs what they wrote."""


class NotYourStep(NotAllowed):
    """The next signature belongs to another function."""


class SignedAlready(NotAllowed):
    """The plan asks for different persons at different steps."""


class WrongState(Refused):
    """The text is not where this step can be taken."""


class WordingChanged(Refused):
    """What the signer read is not the wording in force."""


class NothingWritten(Refused):
    """A text needs a title and a body, and an edit must change something."""


def draft_text(
    *, stream: Stream, title: str, body: str, steps: Sequence[tuple[str, str]], author: Person, now: datetime
) -> Text:
    """Write the first version of a text and return the text.

    `steps` are (code, function) pairs in the order of signing, from the plan's
    approval chain. Raises NothingWritten.
    """
    _refuse_empty(title, body)
    with transaction.atomic():
        text = Text.objects.create(stream=stream, drafted_by=author)
        Step.objects.bulk_create(
            Step(stream=stream, text=text, order=order, code=code, function=function)
            for order, (code, function) in enumerate(steps, start=1)
        )
        version = _write(text, 1, title, body, author, now)
        _record("approvals.draft_text", author, version, now)
    return text


def revise_text(*, text: Text, title: str, body: str, author: Person, now: datetime) -> Version:
    """Write the next version and return it; every signature so far stays on the old one.

    Raises NothingWritten if nothing differs.
    """
    _refuse_empty(title, body)
    with transaction.atomic():
        text = _locked(text)
        current = latest(text)
        if current.sha256 == sha256_of(title, body):
            raise NothingWritten(_("这一版和上一版一字不差，没有保存。请先修改再保存。"))
        version = _write(text, current.number + 1, title, body, author, now)
        _move(text, "revise", approved_at=None)
        _record("approvals.revise_text", author, version, now)
    return version


def submit_text(*, text: Text, person: Person, now: datetime) -> None:
    """Ask for the signatures. Raises WrongState if they have been asked for already."""
    with transaction.atomic():
        text = _locked(text)
        _move(text, "submit")
        _record("approvals.submit_text", person, latest(text), now)


def sign_text(*, text: Text, sha256: str, person: Person, now: datetime) -> Signature:
    """Sign the next step of the wording whose hash is `sha256`, and return the signature.

    The last signature approves the text. Raises WordingChanged if the text was edited
    after the signer read it, OwnWork if the signer wrote any of it, NotYourStep if the
    plan asks for another function first, SignedAlready if the signer signed another step
    of this version, WrongState if nothing waits for a signature.
    """
    with transaction.atomic():
        # The lock lets exactly one of two signers win; the other meets the new state.
        text = _locked(text)
        version, step = _waiting(text)
        _refuse_changed(version, sha256)
        _refuse_wrong_signer(version, step, person, now)
        signature = _sign(version, step, person, Signature.Verdict.SIGNED, now)
        if next_step(version) is None:
            _move(text, "sign_last", approved_at=now)
        else:
            _move(text, "sign")
        _record("approvals.sign_text", person, version, now, step=step.code)
    return signature


def return_text(*, text: Text, sha256: str, reason: str, person: Person, now: datetime) -> Signature:
    """Send the text back to its author with a reason. Refuses as sign_text does."""
    if not reason.strip():
        raise NothingWritten(_("退回要写明原因，起草人才知道改哪里。"))
    with transaction.atomic():
        text = _locked(text)
        version, step = _waiting(text)
        _refuse_changed(version, sha256)
        _refuse_wrong_signer(version, step, person, now)
        signature = _sign(version, step, person, Signature.Verdict.RETURNED, now, reason=reason)
        _move(text, "return")
        _record("approvals.return_text", person, version, now, step=step.code)
    return signature


def _locked(text: Text) -> Text:
    return Text.objects.select_for_update().select_related("stream").get(pk=text.pk)


def _refuse_empty(title: str, body: str) -> None:
    if not title.strip() or not body.strip():
        raise NothingWritten(_("标题和正文都要写，才能保存。"))


def _refuse_changed(version: Version, sha256: str) -> None:
    if version.sha256 != sha256:
        raise WordingChanged(
            _("您读的不是最新一版：第 %(number)d 版刚刚保存。请重新读过再批准。") % {"number": version.number}
        )


def _refuse_wrong_signer(version: Version, step: Step, person: Person, now: datetime) -> None:
    names = "、".join(who_may_sign(version, at=now).values_list("name", flat=True))
    if person.pk in authors(version):
        raise OwnWork(
            _("不能批准：这份文本有您的改动。请%(names)s审批。") % {"names": names or _("其他有权的人")}
        )
    if version.signatures.filter(person=person).exists():
        raise SignedAlready(
            _("这一版您已经签过一步，下一步要由另一个人签。请%(names)s审批。")
            % {"names": names or _("管理员先配齐人员")}
        )
    if step.function not in functions_of(person, at=now):
        label = Function(step.function).label
        raise NotYourStep(
            _("还轮不到您：这一步由%(function)s签。请%(names)s审批。")
            % {"function": label, "names": names or _("管理员先配齐人员")}
        )


def _waiting(text: Text) -> tuple[Version, Step]:
    version = latest(text)
    step = next_step(version)
    if text.state != Text.State.IN_APPROVAL or step is None:
        raise WrongState(_("这份文本现在是“%(state)s”，不等人签字。") % {"state": text.get_state_display()})
    return version, step


def _write(text: Text, number: int, title: str, body: str, author: Person, now: datetime) -> Version:
    return Version.objects.create(
        stream=text.stream,
        text=text,
        number=number,
        title=title,
        body=body,
        sha256=sha256_of(title, body),
        written_by=author,
        written_at=now,
    )


def _sign(
    version: Version, step: Step, person: Person, verdict: str, now: datetime, reason: str = ""
) -> Signature:
    return Signature.objects.create(
        stream=version.stream,
        version=version,
        step=step,
        person=person,
        verdict=verdict,
        reason=reason,
        sha256=version.sha256,
        at=now,
    )


def _move(text: Text, event: str, **stamps: datetime | None) -> None:
    target = MOVES.get((text.state, event))
    if target is None:
        raise WrongState(_("这份文本现在是“%(state)s”，不能这样办。") % {"state": text.get_state_display()})
    text.state = target
    for name, value in stamps.items():
        setattr(text, name, value)
    text.changed_seq = touch(text.stream)
    text.save(update_fields=["state", "changed_seq", *stamps])


def _record(verb: str, person: Person, version: Version, now: datetime, **facts: str) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="text",
        subject=version.text.key,
        stream=version.stream_id,
        at=now,
        facts={"version": version.number, "sha256": version.sha256, **facts},
    )
