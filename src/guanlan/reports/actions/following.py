"""The follow-up report: by the monitor, and, when it is due and nobody wrote one, by itself."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.incidents.models import Incident
from guanlan.incidents.queries import is_inside
from guanlan.incidents.wording import moment
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.reports.actions.keeping import About, NobodyToTell, keep_report, note_report, send_report
from guanlan.reports.cadence import Turn, next_turn
from guanlan.reports.following import Words, follow_up
from guanlan.reports.models import Report
from guanlan.reports.permissions import SUBMIT
from guanlan.reports.queries import coming_issue, command_of, read_within
from guanlan.watch.telling import watching

MOST_WORDS = 300


class NotActive(Refused):
    """A follow-up tells of a response that goes on."""


def submit_follow_up(
    *, incident: Incident, progress: str, next_step: str, person: Person, now: datetime
) -> Report:
    """Freeze the incident as it stands with the monitor's own words, send it to the command; return it.

    Raises NotAllowed, BadInput, NotActive, NobodyToTell, Overtaken; then nothing is sent.
    """
    require(person, SUBMIT, at=now)
    words = Words(progress.strip(), next_step.strip())
    _refuse_words(words)
    incident = _active(incident)
    if not is_inside(incident, person):
        raise NotActive(_("这个应急事件不在您的知悉范围，不能写续报。请指挥部加您进来。"))
    if not command_of(incident, at=now):
        raise NobodyToTell(_("指挥部没有人可以收续报。请管理员先在“人员”里安排指挥人员。"))
    return _issued(incident, words, person, now)


def issue_follow_up(*, incident: Incident, now: datetime) -> Report | None:
    """Send the computed follow-up that is due, marked as such; None if there is none due.

    Raises NotActive, Overtaken.
    """
    turn = next_turn(incident)
    if turn is None or now < turn.due:
        return None
    return _issued(_active(incident), None, None, now)


def remind_of_follow_up(*, incident: Incident, turn: Turn, now: datetime) -> int:
    """Tell whoever watches that the next follow-up is soon due; return how many had not been told."""
    title = _("%(due)s 前写续报：%(name)s") % {"due": moment(turn.due, now), "name": incident.name}
    told = [
        tell(
            stream=incident.stream,
            person=person,
            title=title,
            body=_("到时没有写，系统自动汇总发出，并注明未经监测人员补充。"),
            link=reverse("follow-up", args=[incident.key]),
            cause=f"follow-up:{incident.key}",
            step=f"{turn.due:%Y%m%d%H%M}",
            urgency=Message.Urgency.URGENT,
            now=now,
        )
        for person in watching(now=now)
        if is_inside(incident, person)
    ]
    return sum(message is not None for message in told)


def _issued(incident: Incident, words: Words | None, person: Person | None, now: datetime) -> Report:
    event = incident.event
    read_by = read_within(event, incident.level, now=now)
    issue = coming_issue(Report.Kind.FOLLOWUP, event=event, stream=incident.stream, read_by=read_by)
    made = follow_up(incident, words, person, now, issue=issue)
    with transaction.atomic():
        Stream.objects.select_for_update().get(pk=incident.stream_id)
        incident = _active(incident)
        report = keep_report(
            made=made,
            issue=issue,
            about=About(Report.Kind.FOLLOWUP, incident.stream, event, incident),
            verb="reports.submit_follow_up" if person else "reports.issue_follow_up",
            person=person,
            now=now,
            sent=True,
        )
        persons = command_of(incident, at=now)
        send_report(report=report, persons=persons, read_by=read_by, now=now)
        told = _("续报第 %(number)d 期，送 %(count)d 人")
        sentence = told % {"number": report.number, "count": len(persons)}
        note_report(
            incident=incident,
            verb="reports.note_follow_up",
            sentence=sentence if person else sentence + _("（系统自动汇总，未经监测人员补充）"),
            report=report,
            person=person,
            now=now,
        )
    return report


def _active(incident: Incident) -> Incident:
    incident = Incident.objects.select_related(
        "stream", "event__watch__unit", "event__stream", "event__confirmed_by", "plan_version", "unit"
    ).get(pk=incident.pk)
    if incident.state != Incident.State.ACTIVE:
        raise NotActive(
            _("%(number)s 现在是“%(state)s”，不用再写续报。请写总结报告。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return incident


def _refuse_words(words: Words) -> None:
    for name, said in ((_("进展"), words.progress), (_("下一步"), words.next_step)):
        if not said:
            raise BadInput(_("“%(name)s”没有写。请写一两句，数字由系统汇总。") % {"name": name})
        if len(said) > MOST_WORDS:
            raise BadInput(
                _("“%(name)s”写了 %(count)d 字，最多 %(most)d 字。请写短些。")
                % {"name": name, "count": len(said), "most": MOST_WORDS}
            )
