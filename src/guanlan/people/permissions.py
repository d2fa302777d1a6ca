"""The permission table: which function may do what.

Each package declares its codes in its own `permissions.py`; a test holds that this
table names exactly those. Looking is open to everybody who may sign in, unless a
model's `visible_to` narrows it.
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from guanlan.errors import NotAllowed
from guanlan.people.models import Function, Membership, Person

F = Function

MANAGE_PEOPLE = "people.manage"

TABLE: dict[str, frozenset[Function]] = {
    code: frozenset(functions)
    for code, functions in {
        MANAGE_PEOPLE: (F.ADMINISTRATOR,),
        "api.manage_tokens": (F.ADMINISTRATOR,),
        "notify.manage_channels": (F.ADMINISTRATOR,),
        "notify.record_call": tuple(function for function in F if function != F.AUDITOR),
        "notify.settle_delivery": (F.ADMINISTRATOR, F.MONITORING, F.COMMAND),
        "plan.manage": (F.ADMINISTRATOR, F.COMMAND, F.LEADER),
        "plan.sign": (F.COMMAND, F.LEADER),
        "plan.rule": (F.COMMAND, F.LEADER),
        "intake.report_post": (F.MONITORING, F.SERVICE, F.MEDIA, F.LEGAL, F.COMMAND),
        "intake.manage_sources": (F.MONITORING, F.ADMINISTRATOR),
        "intake.give_volumes": (F.SERVICE,),
        "watch.manage_watches": (F.MONITORING, F.ADMINISTRATOR),
        "watch.confirm_level": (F.MONITORING, F.COMMAND),
        "watch.dismiss_event": (F.MONITORING, F.COMMAND),
        "watch.correct_post": (F.MONITORING, F.COMMAND),
        "watch.settle_alarm": (F.MONITORING, F.COMMAND),
        "watch.assess_event": (F.MONITORING, F.COMMAND),
        "watch.manage_models": (F.COMMAND, F.ADMINISTRATOR),
        "reports.submit": (F.MONITORING,),
        "reports.close": (F.MONITORING, F.COMMAND),
        "reports.schedule": (F.ADMINISTRATOR, F.COMMAND),
        "reports.set_addressees": (F.ADMINISTRATOR, F.COMMAND, F.LEGAL),
        "reports.write_brief": (F.MONITORING, F.MEDIA, F.LEGAL, F.SUPPORT),
        "incidents.decide": (F.COMMAND, F.LEADER),
        "incidents.record_instruction": (F.MONITORING, F.SUPPORT, F.COMMAND),
        "incidents.warn": (F.MONITORING, F.COMMAND, F.LEADER),
        "incidents.change_level": (F.COMMAND, F.LEADER),
        "incidents.stand_down": (F.COMMAND, F.LEADER),
        "incidents.archive": (F.COMMAND, F.ADMINISTRATOR),
        "incidents.waive_task": (F.COMMAND, F.LEADER),
        "incidents.book_hours": tuple(function for function in F if function != F.AUDITOR),
        "incidents.state_complaints": (F.SERVICE,),
        "incidents.state_inquiries": (F.MEDIA,),
        "incidents.record_loss": (F.SERVICE, F.SUPPORT, F.LEGAL, F.COMMAND),
        "media.draft_statement": (F.MEDIA,),
        "media.release_statement": (F.MEDIA,),
        "evidence.keep_file": (F.MONITORING, F.SERVICE, F.MEDIA, F.LEGAL, F.COMMAND, F.SUPPORT),
        "audit.read": (F.AUDITOR, F.ADMINISTRATOR, F.LEGAL, F.COMMAND),
        "site.set_up": (F.ADMINISTRATOR,),
        "reachability.start": (F.ADMINISTRATOR, F.MONITORING, F.COMMAND),
        "reachability.read": (F.ADMINISTRATOR, F.MONITORING, F.COMMAND, F.LEADER, F.AUDITOR),
        "subscriptions.manage": (F.ADMINISTRATOR,),
        "selfcheck.read_state": (F.ADMINISTRATOR, F.MONITORING, F.COMMAND, F.AUDITOR),
        "selfcheck.set_heartbeat": (F.ADMINISTRATOR,),
    }.items()
}


def functions_of(person: Person, *, at: datetime) -> set[str]:
    """Return the functions the person holds at a time, through the groups served in then."""
    serving = Membership.objects.filter(person=person, started_at__lte=at, group__closed_at=None)
    serving = serving.filter(Q(ended_at=None) | Q(ended_at__gt=at))
    return set(serving.values_list("group__function", flat=True)) if person.is_active else set()


def may(person: Person, code: str, *, at: datetime) -> bool:
    """Say whether the person may do this at a time. An unknown code is a KeyError."""
    return not TABLE[code].isdisjoint(functions_of(person, at=at))


def require(person: Person, code: str, *, at: datetime) -> None:
    """Raise NotAllowed, naming the functions that may, unless the person may do this."""
    if not may(person, code, at=at):
        allowed = "、".join(str(function.label) for function in Function if function in TABLE[code])
        raise NotAllowed(
            _("您没有这项权限。可以办理的是：%(allowed)s。请联系他们，或请管理员调整分组。")
            % {"allowed": allowed}
        )
