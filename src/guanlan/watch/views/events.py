"""The feed and the events: what is happening, how bad, what to do."""

from datetime import datetime, timedelta
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
from guanlan.plan.wording import level_word
from guanlan.watch import queries
from guanlan.watch.actions import confirm_level, dismiss_event, state_fact
from guanlan.watch.forms import FactForm, LevelForm, ReasonForm
from guanlan.watch.grouping.queries import precedents, regroupings
from guanlan.watch.models import Event
from guanlan.watch.outlook import outlook
from guanlan.watch.permissions import ASSESS_EVENT, CONFIRM_LEVEL, CORRECT_POST, DISMISS_EVENT
from guanlan.watch.rows import criteria_rows
from guanlan.watch.said import complaints, said

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A chart shows a day at least and two at most; marks closer than this would lie on each other.
SHORTEST, LONGEST, APART = 24, 48, timedelta(hours=4)


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
    recent, negative = queries.last_hour(request.user, request.stream.pk, now=request.now)
    content = {
        "page": page,
        "recent": recent,
        "negative": negative,
        "chosen": chosen,
        "may_correct": may(request.user, CORRECT_POST, at=request.now),
    }
    if request.htmx:
        return render(request, "watch/_feed.html", content)
    watches = queries.watches(request.user, request.stream, now=request.now)
    return render(request, "watch/feed.html", content | {"watches": watches})


@login_required
@live
def events_page(request: PersonRequest) -> HttpResponse:
    """Show the events that reached a level, what waits for a person first; the others on request."""
    chosen = {"level": request.GET.get("level", ""), "watch": request.GET.get("watch", "")}
    person, stream, plan = request.user, request.stream.pk, plan_in_force()
    found = queries.events(person, stream, plan, **chosen)
    content = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "waiting": queries.waiting_events(person, stream).count(),
        "chosen": chosen,
        "others": [
            (level, words, count)
            for level, words in _others()
            if level != chosen["level"]
            and (count := queries.events(person, stream, plan, level=level, watch=chosen["watch"]).count())
        ],
    }
    if request.htmx:
        return render(request, "watch/_events.html", content)
    watches = queries.watches(person, request.stream, now=request.now)
    levels = [(level.key, level_word(level.key)) for level in plan.by_rank] if plan else []
    return render(
        request, "watch/events.html", content | {"watches": watches, "levels": [*levels, *_others()]}
    )


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


def _others() -> tuple[tuple[str, str], ...]:
    """Return the parts of the list of events that are not shown at first."""
    return (queries.BELOW, _("不入级")), (queries.DISMISSED, _("误报"))


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
    rows = criteria_rows(queries.grading(event, plan), plan) if plan else []
    page = Paginator(queries.posts_of(event), 50).get_page(request.GET.get("page"))
    return {
        "event": event,
        "recent_posts": posts,
        "recent_share": share,
        "criteria": rows,
        "decisive": [row for row in rows if row.level and row.level == event.computed_level],
        "chart": _chart(event, request.now),
        "harms": said(event, "harms"),
        "demands": said(event, "demands"),
        "complaints": complaints(event),
        "outlook": outlook(event, now=request.now),
        "earliest": event.readings.select_related("post").order_by("published_at", "pk")[:5],
        "page": page,
        "precedents": precedents(event, request.user),
        "regroupings": regroupings(event)[:10],
        "sheet": event.sheets.select_related("person").first(),
        "may_assess": may(request.user, ASSESS_EVENT, at=request.now),
        "assessments": event.assessments.select_related("person")[:10],
        "facts": [
            (names.get(stated.fact, stated.fact), stated) for stated in event.facts.select_related("person")
        ],
        "may_confirm": may(request.user, CONFIRM_LEVEL, at=request.now),
        "may_correct": may(request.user, CORRECT_POST, at=request.now),
        "may_dismiss": may(request.user, DISMISS_EVENT, at=request.now),
        "needs_confirming": event.confirm_by is not None,
    }


def _chart(event: Event, now: datetime) -> Any:
    """Draw the event's own time: up to now while it goes on, else up to its last post."""
    ended = now - event.last_at > timedelta(hours=SHORTEST)
    until = event.last_at if ended else now
    age = int((until - event.first_at) / timedelta(hours=1)) + 2
    counted = queries.hours_of(event, now=until, hours=min(max(age, SHORTEST), LONGEST))
    hours = [Hour(hour.at, hour.negative, hour.neutral, hour.positive) for hour in counted]
    latest = counted[-1]
    if ended:
        title = _("每小时帖文：到最后一条为止的 %(hours)d 小时，此后没有新帖") % {"hours": len(hours)}
    else:
        title = _("每小时帖文：这个小时 %(count)d 条，负面 %(negative)d 条") % {
            "count": latest.negative + latest.neutral + latest.positive,
            "negative": latest.negative,
        }
    return hourly_posts(title, hours, SHANGHAI, _marks(event, hours[0].at))


def _marks(event: Event, since: datetime) -> list[Mark]:
    """Return the signals as lines, the later one of two that would lie on each other."""
    marks: list[Mark] = []
    for signal in event.signals.filter(at__gte=since).exclude(level="").order_by("at"):
        if marks and signal.at - marks[-1].at < APART:
            marks.pop()
        marks.append(Mark(signal.at, _("▼ %(level)s") % {"level": level_word(signal.level)}))
    return marks
