"""What is done with reports, one business step each."""

from guanlan.reports.actions.closing import NotStoodDown, distribute, write_closing
from guanlan.reports.actions.daily import issue_daily, set_schedule
from guanlan.reports.actions.files import ask_rendering, download_file
from guanlan.reports.actions.following import (
    NotActive,
    issue_follow_up,
    remind_of_follow_up,
    submit_follow_up,
)
from guanlan.reports.actions.keeping import NobodyToTell, Overtaken
from guanlan.reports.actions.submitting import NotConfirmed, NotYours, read_report, submit_flash

__all__ = [
    "NobodyToTell",
    "NotActive",
    "NotConfirmed",
    "NotStoodDown",
    "NotYours",
    "Overtaken",
    "ask_rendering",
    "distribute",
    "download_file",
    "issue_daily",
    "issue_follow_up",
    "read_report",
    "remind_of_follow_up",
    "set_schedule",
    "submit_flash",
    "submit_follow_up",
    "write_closing",
]
