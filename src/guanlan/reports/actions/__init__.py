"""What is done with reports, one business step each."""

from guanlan.reports.actions.closing import NotStoodDown, distribute, write_closing
from guanlan.reports.actions.daily import issue_daily, set_schedule
from guanlan.reports.actions.files import ask_rendering
from guanlan.reports.actions.keeping import NobodyToTell, Overtaken
from guanlan.reports.actions.submitting import NotConfirmed, NotYours, read_report, submit_flash

__all__ = [
    "NobodyToTell",
    "NotConfirmed",
    "NotStoodDown",
    "NotYours",
    "Overtaken",
    "ask_rendering",
    "distribute",
    "issue_daily",
    "read_report",
    "set_schedule",
    "submit_flash",
    "write_closing",
]
