"""Starting the first steps before the command decides, and the command's answer (先启动后报告)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.errors import NotAllowed, Refused
from guanlan.incidents.actions.moving import change_level
from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.levels import confirm_level, known_level, let_go, stated
from guanlan.incidents.models import Decision, Incident, Task
from guanlan.incidents.offering import offer, offer_further
from guanlan.incidents.opening import decide, lock, open_incident, version_for
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.starting import answer_by, ask, starters
from guanlan.incidents.states import INCIDENT_MOVES, OPEN
from guanlan.incidents.stepping import locked_incident, move_incident, waive_open
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word
from guanlan.watch.models import Event


class NotYours(NotAllowed):
    """The plan does not let this person start these first steps alone."""


class OwnStart(NotAllowed):
    """Whoever started cannot be the one who ratifies."""


class AnsweredAlready(Refused):
    """The command has ratified or revoked it."""


def start_first(*, event: Event, level: str, reason: str, person: Person, now: datetime) -> Decision:
    """Start the level's first steps before the command has decided; return the decision, its incident within.

    Only the plan's first-step duties become tasks; everybody in the command is asked to
    ratify or revoke within the level's time for reporting. Raises NoReason, NoPlan,
    UnknownLevel, NotYours, AlreadyActive, EventClosed, offering.GroupMissing; then
    nothing is done.
    """
    reason = stated(reason)
    with transaction.atomic():
        event, stream = lock(event, person)
        version = version_for(event)
        plan = document(version)
        known_level(plan, level)
        _refuse_starter(person, plan, level, now)
        until = answer_by(plan, level, now=now)
        incident = open_incident(
            event,
            stream,
            version,
            level,
            person,
            now=now,
            state=Incident.State.PROVISIONAL,
            ratify_by=until,
            ask_again_at=until,
        )
        kind = Decision.Kind.START_FIRST
        decision = decide(event, kind, reason, person, now=now, incident=incident, level=level)
        confirm_level(incident, level, reason, person, now)
        tasks = offer(incident, [pair for pair in plan.duties_at(level) if pair[0].first_step], now=now)
        sentence = _("先行启动%(level)s，派先期处置 %(count)d 项，%(until)s 前追认或撤销。%(reason)s")
        words = {"level": level_word(level), "count": len(tasks), "until": moment(until, now)}
        note(
            about=incident,
            verb="incidents.start_first",
            sentence=sentence % {**words, "reason": reason},
            person=person,
            now=now,
            facts={
                "event": event.key,
                "decision": decision.key,
                "level": level,
                "plan": version.sha256,
                "tasks": len(tasks),
                "ratify_by": until.isoformat(),
            },
        )
        note_unheard(incident=incident, tasks=tasks, now=now)
        ask(incident, now=now)
    return decision


def ratify(
    *,
    incident: Incident,
    level: str,
    reason: str,
    person: Person,
    now: datetime,
    recorder: Person | None = None,
) -> Decision:
    """Make what was started first the command's own response, at this level or another; return the decision.

    The level's other duties become tasks now. `recorder` is who wrote it down, if `person`
    decided by word of mouth. Raises NotAllowed, OwnStart, NoReason, UnknownLevel,
    AnsweredAlready, offering.GroupMissing; then nothing is done.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    with transaction.atomic():
        incident = _locked(incident, "ratify")
        plan = document(incident.plan_version)
        known_level(plan, level)
        _refuse_own(incident, person)
        move_incident(incident, "ratify", ratified_at=now, ask_again_at=None)
        kind = Decision.Kind.RATIFY
        decision = decide(incident.event, kind, reason, person, now=now, incident=incident, level=level)
        duties = [pair for pair in plan.duties_at(incident.level) if not pair[0].aftermath]
        tasks = offer_further(incident, duties, now=now)
        sentence = _("追认先行启动的%(level)s响应，增派 %(count)d 项任务。%(reason)s")
        note(
            about=incident,
            verb="incidents.ratify",
            sentence=sentence % {"level": level_word(incident.level), "count": len(tasks), "reason": reason},
            person=recorder or person,
            now=now,
            facts={"decision": decision.key, "tasks": len(tasks), **_decided_by(person, recorder)},
        )
        note_unheard(incident=incident, tasks=tasks, now=now)
        if level != incident.level:
            change_level(
                incident=incident, level=level, reason=reason, person=person, recorder=recorder, now=now
            )
        _answer(incident, [incident.opened_by], _("指挥部已追认：%(name)s"), reason, now)
    return decision


def revoke(*, incident: Incident, reason: str, person: Person, now: datetime) -> Decision:
    """End what was started first as not warranted, and return the decision; open tasks are waived.

    The event goes back to those who watch. Raises NotAllowed, OwnStart, NoReason, AnsweredAlready.
    """
    require(person, DECIDE, at=now)
    reason = stated(reason)
    with transaction.atomic():
        incident = _locked(incident, "revoke")
        _refuse_own(incident, person)
        move_incident(incident, "revoke", closed_at=now, ask_again_at=None)
        let_go(incident)
        kind = Decision.Kind.REVOKE
        decision = decide(
            incident.event, kind, reason, person, now=now, incident=incident, level=incident.level
        )
        waiting = Task.objects.filter(incident=incident, state__in=OPEN).select_related("owner")
        owners = [task.owner for task in waiting if task.owner is not None]
        words = _("先行启动被撤销：%(reason)s") % {"reason": reason}
        waive_open(Task.objects.all(), incident=incident, result=words, person=person, now=now)
        note(
            about=incident,
            verb="incidents.revoke",
            sentence=_("撤销先行启动：%(reason)s") % {"reason": reason},
            person=person,
            now=now,
            facts={"decision": decision.key},
        )
        _answer(incident, [incident.opened_by, *owners], _("先行启动已撤销：%(name)s"), reason, now)
    return decision


def _refuse_starter(person: Person, plan: PlanDocument, level: str, now: datetime) -> None:
    allowed = starters(plan, level, at=now)
    if person in allowed:
        return
    if not allowed:
        raise NotYours(
            _("预案没有让谁先行启动%(level)s，请立即报指挥部决定。") % {"level": level_word(level)}
        )
    names = "、".join(one.name for one in allowed)
    raise NotYours(
        _("%(level)s可由%(names)s先行启动，您不在其中。请通知他们，或报指挥部决定。")
        % {"level": level_word(level), "names": names}
    )


def _refuse_own(incident: Incident, person: Person) -> None:
    if incident.opened_by_id == person.pk:
        raise OwnStart(_("是您先行启动的，要由指挥部的另一个人追认或撤销。"))


def _locked(incident: Incident, step: str) -> Incident:
    incident = locked_incident(incident)
    if (incident.state, step) not in INCIDENT_MOVES:
        raise AnsweredAlready(
            _("%(number)s 现在是“%(state)s”，不用再追认或撤销。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return incident


def _answer(incident: Incident, persons: list[Person], title: str, reason: str, now: datetime) -> None:
    for person in dict.fromkeys(persons):
        tell(
            stream=incident.stream,
            person=person,
            title=title % {"name": incident.name},
            body=reason,
            link=reverse("incident", args=[incident.key]),
            cause=f"first:{incident.key}",
            step="answered",
            urgency=Message.Urgency.URGENT,
            now=now,
        )


def _decided_by(person: Person, recorder: Person | None) -> dict[str, str]:
    return {"decided_by": person.key} if recorder else {}
