"""The worker's part: a version whose day has come is put in force, and one that runs out is told of."""

from guanlan.clocks.edge import now_for
from guanlan.clocks.queries import default_stream
from guanlan.people.weeks import local_day
from guanlan.plan.actions import start_version
from guanlan.plan.life.actions import remind_of_expiry
from guanlan.plan.life.expiry import reminder_due
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


def remind_of_next_expiry() -> bool:
    """Tell those who manage a plan that it runs out, or has, once a step; say whether one was told of.

    Nothing is told of one whose successor begins in time.
    """
    stream = default_stream()
    if stream is None:
        return False
    now = now_for(stream)
    today = local_day(now)
    for version in PlanVersion.objects.filter(state=PlanVersion.State.IN_FORCE).select_related("unit"):
        days = reminder_due(version, today=today)
        if days is not None and not _followed_in_time(version):
            return remind_of_expiry(version=version, days=days, stream=stream, now=now)
    return False


def _followed_in_time(version: PlanVersion) -> bool:
    following = PlanVersion.objects.filter(unit=version.unit, state=PlanVersion.State.SCHEDULED)
    return following.filter(effective_date__lte=version.expires_date).exists()
