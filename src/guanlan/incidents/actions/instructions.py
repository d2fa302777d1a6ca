"""Writing down what a member of the command said outside Guanlan, and their word on it afterwards."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, NotAllowed, Refused
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions.deciding import decide_activation
from guanlan.incidents.actions.first import ratify
from guanlan.incidents.actions.moving import change_level
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.models import Incident, Instruction, Task
from guanlan.incidents.offering import Order, offer_order
from guanlan.incidents.permissions import DECIDE, RECORD_INSTRUCTION
from guanlan.incidents.queries import active_incident, is_inside
from guanlan.incidents.states import INSTRUCTION_MOVES
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import may, require
from guanlan.watch.models import Event

Kind = Instruction.Kind


class NoWords(BadInput):
    """Without the words nobody can confirm them."""


class NotYetSaid(BadInput):
    """The moment at which it was said lies ahead."""


class NotInCommand(BadInput):
    """The person who is said to have given it may decide nothing."""


class OwnWords(BadInput):
    """Who may decide decides, and writes down nobody's words but others'."""


class NoIncident(Refused):
    """There is no response in which this could be done."""


class AnsweredAlready(Refused):
    """The one who said it has confirmed or disowned it."""


class Said(NamedTuple):
    """Who said what, when and how; with a recording or picture, if there is one."""

    person: Person
    words: str
    at: datetime
    channel: str
    file: KeptFile | None = None


def record_instruction(
    *,
    event: Event,
    said: Said,
    kind: str,
    recorder: Person,
    now: datetime,
    level: str = "",
    order: Order | None = None,
) -> Instruction:
    """Write down what was said, do at once what it asks for, and have it confirmed; return it.

    An activation or a change of level counts as decided by who said it; an order becomes a
    task of its group. Raises NotAllowed, NoWords, NotYetSaid, NotInCommand, OwnWords,
    NothingToDo, NoIncident, and what decide_activation and change_level raise; then
    nothing is done or written.
    """
    require(recorder, RECORD_INSTRUCTION, at=now)
    _refuse(said, recorder, now)
    with transaction.atomic():
        event = Event.objects.select_for_update().select_related("stream").get(pk=event.pk)
        instruction = Instruction(
            stream=event.stream,
            event=event,
            kind=kind,
            level=level if kind in (Kind.ACTIVATE, Kind.LEVEL) else "",
            channel=said.channel,
            words=said.words.strip()[:500],
            file=said.file,
            said_by=said.person,
            said_at=said.at,
            recorded_by=recorder,
            at=now,
        )
        _act(instruction, order, now)
        instruction.changed_seq = touch(event.stream)
        instruction.save()
        _note(instruction, "incidents.record_instruction", _written(instruction), recorder, now)
        _tell(instruction, said.person, _("请确认您的批示：%(words)s"), "confirm", now)
    return instruction


def confirm_instruction(*, instruction: Instruction, person: Person, now: datetime) -> Instruction:
    """Confirm that one said so. Raises NotAllowed for anybody else, AnsweredAlready."""
    with transaction.atomic():
        instruction = _answered(instruction, "confirm", "", person, now)
        sentence = _("%(name)s确认了 %(at)s 的批示：%(words)s") % _facts(instruction, now)
        _note(instruction, "incidents.confirm_instruction", sentence, person, now)
    return instruction


def disown_instruction(
    *, instruction: Instruction, answer: str, person: Person, now: datetime
) -> Instruction:
    """Say that one did not say so, and what holds instead; what was done on it stays done.

    Whoever wrote it down is told. Raises NotAllowed for anybody else, NoWords, AnsweredAlready.
    """
    answer = answer.strip()[:500]
    if not answer:
        raise NoWords(_("请写明您当时的意思，大家才知道照什么办。"))
    with transaction.atomic():
        instruction = _answered(instruction, "disown", answer, person, now)
        sentence = _("%(name)s否认 %(at)s 的批示“%(words)s”：%(answer)s") % _facts(instruction, now)
        _note(instruction, "incidents.disown_instruction", sentence, person, now)
        title = _("您代录的批示被本人否认：%(words)s")
        _tell(instruction, instruction.recorded_by, title, "disowned", now)
    return instruction


def _refuse(said: Said, recorder: Person, now: datetime) -> None:
    if not said.words.strip():
        raise NoWords(_("请写下原话，本人才能确认。"))
    if said.at > now:
        raise NotYetSaid(_("批示的时间不能晚于现在（%(now)s），请改正。") % {"now": moment(now, now)})
    if said.person == recorder:
        raise OwnWords(_("这是您自己的决定，请直接办理，不用代录。"))
    if not may(said.person, DECIDE, at=now):
        raise NotInCommand(_("%(name)s不在指挥部，不能下批示。请选下批示的人。") % {"name": said.person.name})


def _act(instruction: Instruction, order: Order | None, now: datetime) -> None:
    """Do what was said, under the name of the one who said it."""
    kind, event = instruction.kind, instruction.event
    reason = _("%(words)s（%(channel)s批示，%(recorder)s代录）") % {
        "words": instruction.words,
        "channel": instruction.get_channel_display(),
        "recorder": instruction.recorded_by.name,
    }
    said_by, recorder = instruction.said_by, instruction.recorded_by
    standing = active_incident(event)
    if kind == Kind.ACTIVATE and standing is not None and standing.state == Incident.State.PROVISIONAL:
        instruction.incident = standing
        ratify(
            incident=standing,
            level=instruction.level,
            reason=reason,
            person=said_by,
            recorder=recorder,
            now=now,
        )
        return
    if kind == Kind.ACTIVATE:
        decision = decide_activation(
            event=event, level=instruction.level, reason=reason, person=said_by, recorder=recorder, now=now
        )
        instruction.incident = decision.incident
        return
    instruction.incident = incident = standing
    if incident is not None and not is_inside(incident, recorder):
        raise NotAllowed(_("您不在这个应急事件的知悉范围，不能代录。请联系指挥部先加您进来。"))
    if kind == Kind.REMARK:
        return
    if incident is None:
        raise NoIncident(
            _("这个事件还没有启动响应，不能%(kind)s。请选“启动预案”，或只记录。")
            % {"kind": instruction.get_kind_display()}
        )
    if kind == Kind.LEVEL:
        change_level(
            incident=incident,
            level=instruction.level,
            reason=reason,
            person=said_by,
            recorder=recorder,
            now=now,
        )
    else:
        instruction.task = _ordered(instruction, incident, order, now)


def _ordered(instruction: Instruction, incident: Incident, order: Order | None, now: datetime) -> Task:
    task = offer_order(
        incident,
        duty=f"instruction.{instruction.key}",
        words=instruction.words,
        what_to_do=_("%(name)s %(at)s %(channel)s批示：%(words)s") % _facts(instruction, now),
        order=order,
        now=now,
    )
    note_unheard(incident=incident, tasks=[task], now=now)
    return task


def _answered(instruction: Instruction, step: str, answer: str, person: Person, now: datetime) -> Instruction:
    rows = Instruction.objects.select_for_update(of=("self",))
    instruction = rows.select_related("stream", "event", "incident", "said_by", "recorded_by").get(
        pk=instruction.pk
    )
    if person != instruction.said_by:
        raise NotAllowed(_("只有%(name)s本人能确认或否认这条批示。") % {"name": instruction.said_by.name})
    if (instruction.state, step) not in INSTRUCTION_MOVES:
        raise AnsweredAlready(
            _("这条批示现在是“%(state)s”，没有改动。") % {"state": instruction.get_state_display()}
        )
    instruction.state = INSTRUCTION_MOVES[instruction.state, step]
    instruction.answered_at, instruction.answer = now, answer
    instruction.changed_seq = touch(instruction.stream)
    instruction.save(update_fields=["state", "answered_at", "answer", "changed_seq"])
    return instruction


def _written(instruction: Instruction) -> str:
    words = _("代录%(name)s %(at)s %(channel)s批示（%(kind)s）：%(words)s")
    return words % {**_facts(instruction, instruction.at), "kind": instruction.get_kind_display()}


def _facts(instruction: Instruction, now: datetime) -> dict[str, str]:
    return {
        "name": instruction.said_by.name,
        "at": moment(instruction.said_at, now),
        "channel": str(instruction.get_channel_display()),
        "words": instruction.words,
        "answer": instruction.answer,
    }


def _note(instruction: Instruction, verb: str, sentence: str, person: Person, now: datetime) -> None:
    """Write the audit row; on an incident also the timeline's line."""
    facts = {
        "instruction": instruction.key,
        "kind": instruction.kind,
        "said_by": instruction.said_by.key,
        "file": instruction.file.sha256 if instruction.file else "",
    }
    if instruction.incident is not None:
        note(about=instruction.incident, verb=verb, sentence=sentence, person=person, now=now, facts=facts)
        return
    record(
        actor=person.key,
        verb=verb,
        kind="event",
        subject=instruction.event.key,
        stream=instruction.stream_id,
        at=now,
        facts=facts,
    )


def _tell(instruction: Instruction, person: Person, title: str, step: str, now: datetime) -> None:
    tell(
        stream=instruction.stream,
        person=person,
        title=title % {"words": instruction.words},
        body=_("%(name)s %(at)s %(channel)s批示：%(words)s") % _facts(instruction, now),
        link=reverse("instruction", args=[instruction.key]),
        cause=f"instruction:{instruction.key}",
        step=step,
        urgency=Message.Urgency.URGENT,
        now=now,
    )
