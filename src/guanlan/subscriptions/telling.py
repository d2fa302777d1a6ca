"""What a subscriber is told of one entry of the audit log."""

from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from guanlan.audit.models import Entry
from guanlan.incidents.models import Incident, Task
from guanlan.reports.models import Report
from guanlan.subscriptions.models import Topic

T = Topic
TOPICS: dict[str, Topic] = {
    "incidents.decide_activation": T.OPENED,
    "incidents.start_first": T.OPENED,
    "incidents.change_level": T.LEVEL,
    "incidents.remind_overdue": T.OVERDUE,
    "reports.submit_flash": T.REPORT,
    "incidents.archive": T.CLOSED,
    "incidents.revoke": T.CLOSED,
}
# Lateness is told upwards step by step; others hear of it at the first.
_FIRST_STEP = 1


def body_of(entry: Entry) -> str | None:
    """Return the JSON told of an entry, or None where there is nothing to tell.

    Of a restricted incident only number and level leave the house.
    """
    topic = TOPICS[entry.verb]
    if topic == T.OVERDUE and entry.facts.get("step") != _FIRST_STEP:
        return None
    data = {T.OVERDUE: _overdue, T.REPORT: _report}.get(topic, _incident)(entry)
    return envelope(topic, entry.at, data)


def envelope(topic: str, at: datetime, data: dict[str, Any]) -> str:
    """Return a body: type, time, data."""
    return orjson.dumps({"type": topic, "timestamp": at.isoformat(), "data": data}).decode()


def _incident(entry: Entry) -> dict[str, Any]:
    incident = Incident.objects.get(key=entry.subject)
    told = {"incident": _told(incident)}
    if TOPICS[entry.verb] == T.LEVEL:
        told["incident"]["level"] = entry.facts["to"]
        told |= {"previous_level": entry.facts["from"]}
    return told


def _overdue(entry: Entry) -> dict[str, Any]:
    task = Task.objects.select_related("incident", "group").get(key=entry.subject)
    told: dict[str, Any] = {"incident": _told(task.incident)}
    if not task.incident.restricted:
        told["task"] = {
            "key": task.key,
            "title": task.title,
            "group": task.group.name,
            "accept_by": task.accept_by.isoformat(),
            "due_at": task.due_at.isoformat(),
            "accepted": task.accepted_at is not None,
            "link": _link("task", task.key),
        }
    return told


def _report(entry: Entry) -> dict[str, Any]:
    report = Report.objects.select_related("incident").defer("frozen").get(key=entry.subject)
    told: dict[str, Any] = {"incident": _told(report.incident) if report.incident else None}
    if report.incident is None or not report.incident.restricted:
        told["report"] = {
            "key": report.key,
            "title": report.title,
            "sha256": report.sha256,
            "link": _link("report", report.key),
        }
    return told


def _told(incident: Incident) -> dict[str, Any]:
    if incident.restricted:
        return {"number": incident.number, "level": incident.level}
    return {
        "number": incident.number,
        "level": incident.level,
        "key": incident.key,
        "name": incident.name,
        "opened_at": incident.opened_at.isoformat(),
        "link": _link("incident", incident.key),
    }


def _link(name: str, key: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}{reverse(name, args=[key])}"
