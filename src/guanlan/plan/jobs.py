"""The worker's part: a version published for a later day is put in force when that day comes."""

from guanlan.clocks.edge import now_for
from guanlan.clocks.queries import default_stream
from guanlan.people.weeks import local_day
from guanlan.plan.actions import start_version
from guanlan.plan.models import PlanVersion


def start_next_version() -> bool:
    """Put one scheduled version in force whose day has come, and say whether there was one."""
    stream = default_stream()
    if stream is None:
        return False
    now = now_for(stream)
    waiting = PlanVersion.objects.filter(
        state=PlanVersion.State.SCHEDULED, effective_date__lte=local_day(now)
    ).first()
    if waiting is None:
        return False
    start_version(version=waiting, now=now)
    return True
