"""A plan runs out: who is reminded when, and what is said of one that holds on after its day."""

from datetime import date

from django.utils.translation import gettext as _

from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document

OVER = 0


def has_run_out(version: PlanVersion, *, today: date) -> bool:
    """Say whether the version's years are over. It still runs, loudly."""
    return version.expires_date is not None and version.expires_date <= today


def outlived(version: PlanVersion, *, today: date) -> str:
    """Return the sentence that stands wherever work is done by a plan that has run out, else nothing."""
    if not has_run_out(version, today=today):
        return ""
    return _("预案已于 %(day)s 到期，仍按它执行。") % {"day": version.expires_date}


def reminder(version: PlanVersion, *, today: date) -> tuple[str, str]:
    """Return title and text of what those who manage the plan are told."""
    after = _("请评估后发布新版本。到期后仍按它执行，但预案、指挥室和报告上会写明已到期。")
    over = outlived(version, today=today)
    if over or version.expires_date is None:
        return over, _("请尽快修订并发布新版本。")
    title = _("预案还有 %(days)d 天到期：%(plan)s，%(day)s 到期") % {
        "days": (version.expires_date - today).days,
        "plan": version,
        "day": version.expires_date,
    }
    return title, after


def reminder_due(version: PlanVersion, *, today: date) -> int | None:
    """Return the nearest of the plan's days before expiry that has come, OVER after it, None before any.

    None too when whoever manages the plan was told of it already.
    """
    if version.expires_date is None:
        return None
    left = (version.expires_date - today).days
    steps = (OVER, *document(version).validity.remind_before_days)
    reached = min((step for step in steps if left <= step), default=None)
    if reached is None or (version.reminded_days is not None and version.reminded_days <= reached):
        return None
    return reached
