"""The business steps of an incident, each one transaction with one audit row."""

from guanlan.incidents.actions.access import let_in, take_out
from guanlan.incidents.actions.calling import record_task_call
from guanlan.incidents.actions.checking import pass_task, return_task
from guanlan.incidents.actions.deciding import decide_activation, decide_observing
from guanlan.incidents.actions.ending import archive, stand_down, take_closing_report
from guanlan.incidents.actions.figures import state_figure
from guanlan.incidents.actions.first import ratify, revoke, start_first
from guanlan.incidents.actions.hours import book_hours, withdraw_hours
from guanlan.incidents.actions.instructions import (
    confirm_instruction,
    disown_instruction,
    record_instruction,
)
from guanlan.incidents.actions.losses import record_loss, strike_loss
from guanlan.incidents.actions.moving import change_level
from guanlan.incidents.actions.orders import give_order
from guanlan.incidents.actions.tasks import accept_task, complete_task, hand_over_task, waive_task
from guanlan.incidents.actions.warning import adjust_warning, issue_warning, lift_warning

__all__ = [
    "accept_task",
    "adjust_warning",
    "archive",
    "book_hours",
    "change_level",
    "complete_task",
    "confirm_instruction",
    "decide_activation",
    "decide_observing",
    "disown_instruction",
    "give_order",
    "hand_over_task",
    "issue_warning",
    "let_in",
    "lift_warning",
    "pass_task",
    "ratify",
    "record_instruction",
    "record_loss",
    "record_task_call",
    "return_task",
    "revoke",
    "stand_down",
    "start_first",
    "state_figure",
    "strike_loss",
    "take_closing_report",
    "take_out",
    "waive_task",
    "withdraw_hours",
]
