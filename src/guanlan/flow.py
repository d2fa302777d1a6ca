"""THE MAIN FLOW: what the worker does, in order, round and round. Read this first.

Each stage claims one row that the stage before it left, does one step, and says
whether there was something to do. Nothing calls upwards: rows hand over.
"""

from collections.abc import Callable

from guanlan.incidents.jobs import remind_next_overdue
from guanlan.intake.jobs import poll_next_source, read_next_batch, watch_for_silence
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.plan.jobs import remind_of_next_expiry, start_next_version
from guanlan.plan.papers.jobs import make_next_paper
from guanlan.reports.jobs import chase_next_receipt, render_next_report
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
    remind_next_overdue,  # Task past a deadline -> Messages, step by step upwards
    chase_next_receipt,  # Report that nobody has read -> Messages
    make_next_paper,  # Plan that somebody asked for -> Word, PDF
    render_next_report,  # Report that somebody asked for -> HTML, Word, PDF
    look_at_next_chain,  # Message that failed or stayed unread -> next channel, or who stands in
    deliver_next_message,  # Delivery -> outside channels
)


def run_round() -> bool:
    """Run every stage once, in order; say whether any of them found something to do."""
    return any([stage() for stage in STAGES])
