"""Incidents and what is done in them."""

from guanlan.incidents.models.accounts import Hours, Loss, StatedFigure
from guanlan.incidents.models.decisions import Decision, EarlyWarning, Instruction
from guanlan.incidents.models.incident import Access, Incident, IncidentRow, LevelChange, TimelineEntry
from guanlan.incidents.models.tasks import Task, TaskProof

__all__ = [
    "Access",
    "Decision",
    "EarlyWarning",
    "Hours",
    "Incident",
    "IncidentRow",
    "Instruction",
    "LevelChange",
    "Loss",
    "StatedFigure",
    "Task",
    "TaskProof",
    "TimelineEntry",
]
