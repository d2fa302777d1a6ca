"""Stating what no source shows: how many complaints are settled, how many inquiries answered."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.clocks.actions import touch
from guanlan.errors import BadInput, Refused
from guanlan.evidence.models import KeptFile
from guanlan.incidents.actions.trail import note
from guanlan.incidents.conditions import asked_figures
from guanlan.incidents.models import Incident, StatedFigure
from guanlan.incidents.permissions import STATE_COMPLAINTS, STATE_INQUIRIES
from guanlan.incidents.states import INCIDENT_MOVES
from guanlan.people.models import Person
from guanlan.people.permissions import require

WHO_STATES: dict[str, str] = {
    StatedFigure.Kind.COMPLAINTS: STATE_COMPLAINTS,
    StatedFigure.Kind.INQUIRIES: STATE_INQUIRIES,
}


class WrongState(Refused):
    """The incident is over; its figures stand."""


class NotAsked(Refused):
    """No condition of the plan at this level asks for this figure."""


class NoGround(BadInput):
    """A figure that nobody can follow back is worth nothing."""


class MoreThanAll(BadInput):
    """More are settled than there are."""


def state_figure(
    *,
    incident: Incident,
    kind: str,
    done: int,
    total: int,
    ground: str,
    person: Person,
    now: datetime,
    file: KeptFile | None = None,
) -> StatedFigure:
    """State that `done` of `total` are settled, with the ground, and return the row.

    It counts until it is too old, or new complaints are taken in (conditions.stated).
    Raises NotAllowed, NoGround, MoreThanAll, WrongState, NotAsked.
    """
    require(person, WHO_STATES[kind], at=now)
    ground = ground.strip()[:300]
    if not ground:
        raise NoGround(_("请写明依据，例如“投诉平台后台截图”，别人才能核对。"))
    if not 0 <= done <= total:
        raise MoreThanAll(
            _("已办的（%(done)d）不能多于总数（%(total)d），也不能是负数。请核对后再填。")
            % {"done": done, "total": total}
        )
    with transaction.atomic():
        incident = _locked(incident)
        _refuse_unasked(incident, kind)
        figure = StatedFigure.objects.create(
            stream=incident.stream,
            incident=incident,
            kind=kind,
            done=done,
            total=total,
            ground=ground,
            file=file,
            person=person,
            at=now,
            changed_seq=touch(incident.stream),
        )
        words = _("填报%(kind)s：已办 %(done)d，共 %(total)d；依据：%(ground)s")
        note(
            about=incident,
            verb="incidents.state_figure",
            sentence=words
            % {"kind": figure.get_kind_display(), "done": done, "total": total, "ground": ground},
            person=person,
            now=now,
            facts={"kind": kind, "done": done, "total": total, "file": file.sha256 if file else ""},
        )
    return figure


def _locked(incident: Incident) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("stream", "plan_version")
    incident = rows.get(pk=incident.pk)
    if (incident.state, "state_figure") not in INCIDENT_MOVES:
        raise WrongState(
            _("%(number)s 现在是“%(state)s”，不再填报。")
            % {"number": incident.number, "state": incident.get_state_display()}
        )
    return incident


def _refuse_unasked(incident: Incident, kind: str) -> None:
    if kind not in asked_figures(incident):
        raise NotAsked(
            _("%(plan)s在现行等级没有以“%(kind)s”为解除条件，不用填报。")
            % {"plan": incident.plan_version.name, "kind": StatedFigure.Kind(kind).label}
        )
