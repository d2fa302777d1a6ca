"""The page where a post is put right, and the one tap that says it was read right."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from guanlan.errors import Refused
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.watch.corrections import queries
from guanlan.watch.corrections.actions import drop_post, judge_post, move_post
from guanlan.watch.corrections.forms import JudgeForm, MoveForm
from guanlan.watch.models import Correction, Event, Reading
from guanlan.watch.permissions import CORRECT_POST


@login_required
def correct_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what the model read, what people said of it, and what can be put right."""
    reading = _reading(request, key)
    return render(request, "watch/correct.html", _content(request, reading))


@login_required
@require_POST
def judge(request: PersonRequest, key: str) -> HttpResponse:
    """Take a judgement; for htmx show the row's cell anew, a refusal in its place."""
    reading, form = _reading(request, key), JudgeForm(request.POST)
    if not form.is_valid():
        return render(request, "watch/correct.html", _content(request, reading) | {"judging": form})
    sentence = ""
    try:
        judge_post(reading=reading, person=request.user, now=request.now, **form.cleaned_data)
    except Refused as refused:
        if not request.htmx:
            raise
        sentence = refused.sentence
    if request.htmx:
        cell = {"reading": _reading(request, key), "may_correct": True, "sentence": sentence}
        return render(request, "watch/_judged.html", cell)
    return _back(reading)


@login_required
@require_POST
def move(request: PersonRequest, key: str) -> HttpResponse:
    """Put the post into the chosen event."""
    reading = _reading(request, key)
    form = MoveForm(request.POST, events=_events(request, reading))
    if not form.is_valid():
        return render(request, "watch/correct.html", _content(request, reading) | {"moving": form})
    move_post(reading=reading, into=form.cleaned_data["event"], person=request.user, now=request.now)
    return _back(reading)


@login_required
@require_POST
def split(request: PersonRequest, key: str) -> HttpResponse:
    """Take the post out of its event."""
    reading = _reading(request, key)
    move_post(reading=reading, into=None, person=request.user, now=request.now)
    return _back(reading)


@login_required
@require_POST
def drop(request: PersonRequest, key: str) -> HttpResponse:
    """Say that the post does not concern us."""
    reading = _reading(request, key)
    drop_post(reading=reading, person=request.user, now=request.now)
    return _back(reading)


def _reading(request: PersonRequest, key: str) -> Reading:
    found = Reading.visible_to(request.user).select_related("post", "event__watch", "stream")
    found = found.prefetch_related(
        Prefetch("post__corrections", Correction.visible_to(request.user).select_related("person"))
    )
    return get_object_or_404(found, post__key=key)


def _events(request: PersonRequest, reading: Reading) -> Any:
    return queries.events_for(reading) & Event.visible_to(request.user)


def _back(reading: Reading) -> HttpResponse:
    """Return to the event that the post stood in, else to its own page."""
    return (
        redirect("event", reading.event.key) if reading.event else redirect("post-correct", reading.post.key)
    )


def _content(request: PersonRequest, reading: Reading) -> dict[str, Any]:
    said = reading.post.corrections.all()
    events = {event.key: event.name for event in Event.visible_to(request.user).filter(stream=reading.stream)}
    return {
        "reading": reading,
        "history": [(one, events.get(one.before, ""), events.get(one.after, "")) for one in said],
        "may_correct": may(request.user, CORRECT_POST, at=request.now),
        "judging": JudgeForm(initial={"seen": reading.stance_now, "stance": reading.stance_now}),
        "moving": MoveForm(events=_events(request, reading)),
    }
