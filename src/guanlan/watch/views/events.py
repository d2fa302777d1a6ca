"""The feed and the events: what is happening, how bad, what to do."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from guanlan.clocks.live import live
from guanlan.documents.charts import Hour, Mark, hourly_posts
from guanlan.errors import Refused
from guanlan.people.permissions import may
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.watch import queries
from guanlan.watch.actions import confirm_level, dismiss_event, state_fact
from guanlan.watch.forms import FactForm, LevelForm, ReasonForm
from guanlan.watch.models import Event
from guanlan.watch.permissions import CONFIRM_LEVEL, DISMISS_EVENT
from guanlan.watch.rows import criteria_rows

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NoPlan(Refused):
    """Levels come from a plan."""


def plan_in_force() -> PlanDocument | None:
    """Return the content of the plan in force, or None."""
    version = in_force(company())
    return document(version) if version else None


@login_required
@live
def feed_page(request: PersonRequest) -> HttpResponse:
    """Show what came in, newest first; asked again every few seconds."""
    chosen = {"stance": request.GET.get("stance", ""), "watch": request.GET.get("watch", "")}
    found = queries.feed(request.user, request.stream, **chosen)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    template = "watch/_feed.html" if request.htmx else "watch/feed.html"
    watches = queries.watches(request.user, request.stream, now=request.now)
    return render(request, template, {"page": page, "watches": watches, "chosen": chosen})


@login_required
@live
def events_page(request: PersonRequest) -> HttpResponse:
    """Show the events, gravest first."""
    found = queries.events(request.user, request.stream, plan_in_force())
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    waiting = queries.waiting_events(request.user, request.stream).count()
    template = "watch/_events.html" if request.htmx else "watch/events.html"
    return render(request, template, {"page": page, "waiting": waiting})


@login_required
@live
def event_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show one event: its level and the reasons, its course, its posts."""
    event = _event(request, key)
    template = "watch/_event.html" if request.htmx else "watch/event.html"
    return render(request, template, _event_content(request, event))


@login_required
def confirm(request: PersonRequest, key: str) -> HttpResponse:
    """Confirm the computed level or set another."""
    event, plan = _event(request, key), _plan()
    form = LevelForm(request.POST or None, plan=plan, initial={"level": event.computed_level})
    if not form.is_valid():
        return render(request, "watch/confirm.html", {"event": event, "form": form})
    typed = form.cleaned_data
    confirm_level(
        event=event,
        level=typed["level"],
        levels=tuple(level.key for level in plan.by_rank),
        reason=typed["reason"],
        sheet=(typed["nature"], typed["scope"], typed["consequences"]),
        person=request.user,
        now=request.now,
    )
    return redirect("event", key=key)


@login_required
def dismiss(request: PersonRequest, key: str) -> HttpResponse:
    """Call the event a false alarm, with a reason."""
    event, form = _event(request, key), ReasonForm(request.POST or None)
    if not form.is_valid():
        return render(request, "watch/dismiss.html", {"event": event, "form": form})
    dismiss_event(event=event, reason=form.cleaned_data["reason"], person=request.user, now=request.now)
    return redirect("event", key=key)


@login_required
def fact(request: PersonRequest, key: str) -> HttpResponse:
    """State a listed fact."""
    event, form = _event(request, key), FactForm(request.POST or None, plan=_plan())
    if not form.is_valid():
        return render(request, "watch/fact.html", {"event": event, "form": form})
    state_fact(event=event, person=request.user, now=request.now, **form.cleaned_data)
    return redirect("event", key=key)


def _event(request: PersonRequest, key: str) -> Event:
    found = Event.visible_to(request.user).select_related("watch", "stream", "confirmed_by", "merged_into")
    return get_object_or_404(found, key=key)


def _plan() -> PlanDocument:
    plan = plan_in_force()
    if plan is None:
        raise NoPlan(_("还没有现行预案，不能定级。请先在“设置”里选一份预案并发布。"))
    return plan


def _event_content(request: PersonRequest, event: Event) -> dict[str, Any]:
    plan = plan_in_force()
    names = {trigger.fact: trigger.name for trigger in plan.triggers} if plan else {}
    posts, share = queries.recent(event, now=request.now)
    page = Paginator(queries.posts_of(event), 50).get_page(request.GET.get("page"))
    return {
        "event": event,
        "recent_posts": posts,
        "recent_share": share,
        "criteria": criteria_rows(queries.grading(event, plan), plan) if plan else [],
        "levels": [level.key for level in plan.by_rank][:2] if plan else [],
        "chart": _chart(event, request.now),
        "earliest": event.readings.select_related("post").order_by("published_at", "pk")[:5],
        "page": page,
        "assessments": event.assessments.select_related("person")[:10],
        "facts": [
            (names.get(stated.fact, stated.fact), stated) for stated in event.facts.select_related("person")
        ],
        "may_confirm": may(request.user, CONFIRM_LEVEL, at=request.now),
        "may_dismiss": may(request.user, DISMISS_EVENT, at=request.now),
        "needs_confirming": event.confirm_by is not None,
    }


def _chart(event: Event, now: datetime) -> Any:
    hours = [
        Hour(hour.at, hour.negative, hour.neutral, hour.positive) for hour in queries.hours_of(event, now=now)
    ]
    rises = event.signals.filter(at__gte=hours[0].at).order_by("at")
    marks = [Mark(signal.at, _("▼ %(level)s") % {"level": signal.level}) for signal in rises if signal.level]
    latest = hours[-1]
    title = _("每小时帖文：这个小时 %(count)d 条，负面 %(negative)d 条") % {
        "count": latest.negative + latest.neutral + latest.positive,  # type: ignore[operator]
        "negative": latest.negative,
    }
    return hourly_posts(title, hours, SHANGHAI, marks)
