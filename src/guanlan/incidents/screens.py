"""What the pages say and offer, made from data; views hand it to the templates."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from guanlan.incidents.actions.figures import WHO_STATES
from guanlan.incidents.conditions import asked_figures, conditions
from guanlan.incidents.level_clocks import level_clocks
from guanlan.incidents.models import Decision, Incident, Instruction, StatedFigure, Task
from guanlan.incidents.permissions import (
    ARCHIVE,
    CHANGE_LEVEL,
    DECIDE,
    RECORD_INSTRUCTION,
    STAND_DOWN,
    WAIVE_TASK,
)
from guanlan.incidents.queries import (
    by_urgency,
    clock_within,
    inside,
    instructions,
    is_inside,
    late,
    may_accept,
    may_check,
    may_hand_over,
    members_of,
    my_open_tasks,
    tasks_by_group,
    timeline,
    why_inside,
)
from guanlan.incidents.recipients import checkers, to_call
from guanlan.incidents.states import DOING, OPEN, RESPONDING
from guanlan.incidents.wording import asks, length, moment
from guanlan.notify.queries import troubles
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.weeks import local_day
from guanlan.plan.life.expiry import outlived
from guanlan.plan.queries import document
from guanlan.watch.models import Event, Reading, Sheet

_RECENT_LINES = 12


def address(name: str, *arguments: str) -> str:
    """Return where a page lies, or nothing if it has not been laid."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def war_room(incident: Incident, person: Person, *, now: datetime, whole: bool = False) -> dict[str, Any]:
    """Return what the incident's page shows; `whole` is the whole timeline."""
    columns = tasks_by_group(incident, at=now)
    tasks = by_urgency(task for column in columns for task in column.tasks)
    lines = timeline(incident)
    mine = [
        task for task in my_open_tasks(person, incident.stream_id, at=now) if task.incident_id == incident.pk
    ]
    active = incident.state == Incident.State.ACTIVE
    responding = incident.state in RESPONDING
    return {
        "incident": incident,
        "provisional": incident.state == Incident.State.PROVISIONAL,
        "may_ratify": responding and not active and may(person, DECIDE, at=now),
        "may_order": active and may(person, DECIDE, at=now),
        "sheet": Sheet.visible_to(person).filter(event=incident.event).select_related("person").first(),
        "outlived": outlived(incident.plan_version, today=local_day(now)),
        "sentence": _room_sentence(incident, tasks, now),
        "columns": columns,
        "counts": Counter(task.state for task in tasks),
        "late_count": len(late(tasks, at=now)),
        "task_count": len(tasks),
        "clocks": level_clocks(incident),
        "lines": lines if whole else lines[:_RECENT_LINES],
        "line_count": lines.count(),
        "whole": whole,
        "mine": mine[0] if mine else None,
        "inside": inside(incident) if incident.restricted else [],
        "may_let_in": incident.restricted and may(person, DECIDE, at=now),
        "may_record": responding and may(person, RECORD_INSTRUCTION, at=now),
        "instructions": instructions(incident.event, person),
        "unconfirmed": instructions(incident.event, person)
        .filter(state=Instruction.State.UNCONFIRMED)
        .count(),
        "may_change_level": active and may(person, CHANGE_LEVEL, at=now),
        "may_stand_down": active and may(person, STAND_DOWN, at=now),
        "to_state": to_state(incident, person, now=now),
        "may_archive": incident.state == Incident.State.STOOD_DOWN and may(person, ARCHIVE, at=now),
        "changes": incident.level_changes.select_related("person"),
        "decisions": Decision.visible_to(person)
        .filter(event=incident.event)
        .select_related("person", "task__group"),
        "event_href": address("event", incident.event.key),
        "reports_href": address("reports"),
        "statements_href": address("statements"),
    }


def _room_sentence(incident: Incident, tasks: tuple[Task, ...], now: datetime) -> str:
    waiting = [task for task in tasks if task.state in OPEN]
    if incident.state == Incident.State.REVOKED:
        return _("%(name)s：先行启动已于 %(at)s 撤销") % {
            "name": incident.name,
            "at": _moment(incident.closed_at, now),
        }
    if incident.state == Incident.State.ARCHIVED:
        return _("%(name)s：%(at)s 已归档") % {"name": incident.name, "at": _moment(incident.closed_at, now)}
    head = incident.name
    if incident.state == Incident.State.STOOD_DOWN:
        head = _("%(name)s：%(at)s 已解除响应") % {
            "name": incident.name,
            "at": _moment(incident.stood_down_at, now),
        }
    parts = [*_late_part(tasks, now), *_next_part(waiting, now)]
    if not waiting:
        parts = [_("任务全部办结")]
    elif not late(tasks, at=now):
        parts.insert(
            0, _("办结 %(done)d / %(all)d 项") % {"done": len(tasks) - len(waiting), "all": len(tasks)}
        )
    joint = "，" if incident.state == Incident.State.STOOD_DOWN else "："
    return f"{head}{joint}{'，'.join(parts)}"


def to_state(incident: Incident, person: Person, *, now: datetime) -> list[StatedFigure.Kind]:
    """Return the figures that the conditions want and this person may state."""
    if incident.state != Incident.State.ACTIVE:
        return []
    asked = asked_figures(incident)
    return [kind for kind in StatedFigure.Kind if kind in asked and may(person, WHO_STATES[kind], at=now)]


def _moment(at: datetime | None, now: datetime) -> str:
    return moment(at, now) if at is not None else ""


def _late_part(tasks: tuple[Task, ...], now: datetime) -> list[str]:
    count = len(late(tasks, at=now))
    return [_("%(count)d 项超时") % {"count": count}] if count else []


def _next_part(waiting: list[Task], now: datetime) -> list[str]:
    ahead = [task for task in waiting if task.deadline >= now]
    if not ahead:
        return []
    return [
        _("下一时限 %(at)s %(verb)s“%(title)s”")
        % {"at": moment(ahead[0].deadline, now), "verb": asks(ahead[0]), "title": ahead[0].title}
    ]


def access_sheet(incident: Incident, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return who may see a restricted incident, and why some of them stay."""
    rows = inside(incident)
    return {
        "incident": incident,
        "rows": [(access, why_inside(access, at=now)) for access in rows],
        "may_let_in": incident.restricted and may(person, DECIDE, at=now),
    }


def task_sheet(task: Task, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return what a task's page shows."""
    plan = document(task.incident.plan_version)
    clauses = {clause.key: clause.title for chapter in plan.chapters for clause in chapter.clauses}
    link = reverse("task", args=[task.key])
    return {
        "task": task,
        "sentence": _task_sentence(task, now),
        "clause": clauses.get(task.clause, task.clause),
        "proofs": task.proofs.select_related("file", "post", "person"),
        "lines": timeline(task.incident).filter(link=link),
        "members": members_of(task, at=now),
        "mine": task.owner_id == person.pk and task.state in DOING,
        "may_check": may_check(person, task, at=now),
        "checkers": checkers(task, at=now) if task.state == Task.State.CHECKING else [],
        "may_accept": may_accept(person, task, at=now),
        "may_hand_over": may_hand_over(person, task, at=now),
        "may_waive": task.state in OPEN and may(person, WAIVE_TASK, at=now),
        "is_open": task.state in OPEN,
        "to_call": _to_call(task, person, now) if task.state in OPEN else [],
        "troubles": troubles(f"task:{task.key}") if task.state in OPEN else [],
    }


def _to_call(task: Task, person: Person, now: datetime) -> list[Person]:
    asked = (one for one in to_call(task, at=now) if one != person)
    return [one for one in asked if is_inside(task.incident, one)]


def _task_sentence(task: Task, now: datetime) -> str:
    if task.state not in OPEN:
        who = task.closed_by.name if task.closed_by else ""
        return _("%(title)s：%(state)s，%(who)s，%(at)s") % {
            "title": task.title,
            "state": task.get_state_display(),
            "who": who,
            "at": _moment(task.closed_at, now),
        }
    ends = task.deadline
    rest = _("超 %(span)s") if ends < now else _("剩 %(span)s")
    return _("%(title)s，%(at)s 前%(verb)s，%(rest)s") % {
        "title": task.title,
        "at": moment(ends, now),
        "verb": asks(task),
        "rest": rest % {"span": length(abs(ends - now))},
    }


def ending_sheet(incident: Incident, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return the conditions for standing down and what they come to."""
    held = conditions(incident, now=now)
    short = [condition for condition in held if condition.state != "met"]
    blocked = any(condition.binding for condition in short)
    if not short:
        ending = _("条件全部达到，可以解除")
    elif blocked:
        ending = _("必办任务没有办完，不能解除")
    else:
        ending = _("%(count)d 个条件未达或未知，要解除须写明理由") % {"count": len(short)}
    return {
        "incident": incident,
        "sentence": f"{incident.name}：{ending}",
        "conditions": held,
        "short": short,
        "blocked": blocked,
        "may_stand_down": may(person, STAND_DOWN, at=now),
        "to_state": to_state(incident, person, now=now),
        "active": incident.state == Incident.State.ACTIVE,
    }


def figure_sheet(incident: Incident, kind: str, person: Person, *, now: datetime) -> dict[str, Any]:
    """Return what stating a figure needs: the condition, what the system saw, what was stated before."""
    seen = Reading.visible_to(person).filter(event=incident.event, post__media_type="complaint").count()
    return {
        "incident": incident,
        "kind": StatedFigure.Kind(kind),
        "condition": next((found for found in conditions(incident, now=now) if found.kind == kind), None),
        "seen": seen if kind == StatedFigure.Kind.COMPLAINTS else None,
        "figures": StatedFigure.visible_to(person)
        .filter(incident=incident, kind=kind)
        .select_related("person", "file"),
        "may_state": kind in to_state(incident, person, now=now),
    }


def incident_rows(person: Person, stream: int, *, now: datetime) -> dict[str, Any]:
    """Return the incidents, active ones first, each with its tasks counted, and a sentence."""
    overdue = clock_within("tasks__", lt=now)
    rows = (
        Incident.visible_to(person)
        .filter(stream_id=stream)
        .annotate(
            is_active=Case(When(state__in=RESPONDING, then=0), default=1, output_field=IntegerField()),
            task_count=Count("tasks", distinct=True),
            closed_count=Count("tasks", filter=Q(tasks__state=Task.State.DONE), distinct=True),
            late_count=Count("tasks", filter=overdue, distinct=True),
        )
    )
    rows = rows.order_by("is_active", "-opened_at", "-pk")
    active = [row for row in rows if row.state in RESPONDING]
    return {"rows": rows, "sentence": _rows_sentence(active), "to_decide": undecided(person, stream)}


def _rows_sentence(active: list[Any]) -> str:
    if not active:
        return _("现在没有启动中的应急事件")
    overdue = sum(row.late_count for row in active)
    sentence = _("%(count)d 个应急事件响应中") % {"count": len(active)}
    return sentence + (_("，%(count)d 项任务超时") % {"count": overdue} if overdue else _("，没有任务超时"))


def undecided(person: Person, stream: int) -> QuerySet[Event]:
    """Return the events that reached a level and that nobody has decided on."""
    graded = Event.visible_to(person).filter(stream_id=stream).exclude(confirmed_level="", computed_level="")
    return graded.filter(state__in=(Event.State.OPEN, Event.State.CONFIRMED), decisions=None).order_by(
        "-last_at"
    )
