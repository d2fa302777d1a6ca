"""THE MAIN FLOW: what the worker does, in order, round and round. Read this first.

Each stage claims one row that the stage before it left, does one step, and says
whether there was something to do. Nothing calls upwards: rows hand over.
"""

from collections.abc import Callable

from guanlan.incidents.handover.jobs import chase_next_handover
from guanlan.incidents.jobs import ask_next_again, remind_next_overdue, remind_next_warning
from guanlan.intake.jobs import poll_next_source, read_next_batch, watch_for_silence
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.swaps import tell_next_swap
from guanlan.notify.vacancies import remind_of_vacancies
from guanlan.plan.jobs import remind_of_next_expiry, start_next_version
from guanlan.plan.papers.jobs import make_next_paper
from guanlan.reachability.jobs import remind_next_check
from guanlan.reports.jobs import (
    chase_next_receipt,
    follow_up_next,
    issue_next_daily,
    render_next_report,
)
from guanlan.selfcheck.jobs import check_all, mend_next
from guanlan.subscriptions.jobs import make_next_push, write_next_pushes
from guanlan.watch.alerts.jobs import ring_next_rule
from guanlan.watch.jobs import analyse_next, tell_next_signal

Stage = Callable[[], bool]

STAGES: tuple[Stage, ...] = (
    start_next_version,  # PlanVersion published for today -> in force
    remind_of_next_expiry,  # PlanVersion that runs out -> Messages to those who manage it
    poll_next_source,  # a feed whose time has come -> Batch
    read_next_batch,  # Batch, as it came in -> Posts, Sights, refused lines
    watch_for_silence,  # a source that gives nothing -> noted, and a Signal below
    analyse_next,  # Posts -> journal -> Readings, Hits, Events, Signals
    tell_next_signal,  # Signal -> Messages to those whom the plan names
    ring_next_rule,  # AlertRule over the hours counted -> Alarm -> Messages to who watches
    ask_next_again,  # Incident started first, unanswered -> Messages to the command
    remind_next_warning,  # EarlyWarning that wants looking at again -> Messages
    remind_next_overdue,  # Task past a deadline -> Messages, step by step upwards
    chase_next_handover,  # Sheet that the successor has not signed -> Messages to the lead
    follow_up_next,  # Incident whose follow-up is due -> a reminder, then the computed Report
    issue_next_daily,  # the hour of the daily report -> Report, Receipts
    chase_next_receipt,  # Report that nobody has read -> Messages
    tell_next_swap,  # Swap of a shift, asked for or answered -> Messages
    remind_of_vacancies,  # Groups without lead, deputy or watch -> Messages, once a day
    remind_next_check,  # a check of the address book that the plan wanted by now -> Messages
    make_next_paper,  # Plan that somebody asked for -> Word, PDF
    render_next_report,  # Report that somebody asked for -> HTML, Word, PDF
    look_at_next_chain,  # Message that failed or stayed unread -> next channel, or who stands in
    deliver_next_message,  # Delivery -> outside channels
    write_next_pushes,  # audit entries that another system wants -> Calls
    make_next_push,  # Call -> other systems
    check_all,  # what has no outcome, once a minute -> LooseEnds, and Messages to those who keep watch
    mend_next,  # LooseEnd that is mended safely -> done once, by the stage's own step
)


def run_round() -> bool:
    """Run every stage once, in order; say whether any of them found something to do."""
    return any([stage() for stage in STAGES])
