"""The sheet of an event: written beside what was computed, and read version by version."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from guanlan.errors import BadInput
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.watch.assessing.actions import assess_event
from guanlan.watch.assessing.computed import computed, part_name
from guanlan.watch.assessing.forms import SheetForm
from guanlan.watch.assessing.models import PARTS
from guanlan.watch.models import Event, Sheet
from guanlan.watch.permissions import ASSESS_EVENT


@login_required
def write_sheet(request: PersonRequest, key: str) -> HttpResponse:
    """Write the next version, from the words of the last."""
    require(request.user, ASSESS_EVENT, at=request.now)
    event = get_object_or_404(Event.visible_to(request.user).select_related("watch", "stream"), key=key)
    last = _sheets(request).filter(event=event).first()
    form = SheetForm(request.POST or None, initial=_initial(last))
    if form.is_valid():
        typed = form.cleaned_data
        assess_event(
            event=event,
            words={part: typed[part] for part in PARTS},
            confidence=typed["confidence"],
            seen=typed["seen"],
            person=request.user,
            now=request.now,
        )
        return redirect("event", key=key)
    known = computed(event, now=request.now)
    parts = [(form[part], known[part]) for part in PARTS]
    page = {"event": event, "form": form, "parts": parts, "last": last}
    return render(request, "watch/sheet_form.html", page, status=BadInput.status if form.is_bound else 200)


@login_required
def sheet_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show one version, what was computed when it was written, and the others."""
    sheet = get_object_or_404(_sheets(request), key=key)
    others = _sheets(request).filter(event=sheet.event)
    page = {"sheet": sheet, "event": sheet.event, "rows": rows_of(sheet), "others": others}
    return render(request, "watch/sheet.html", page)


def rows_of(sheet: Sheet) -> list[tuple[str, str, list[str]]]:
    """Return (name, words, computed lines) of each part."""
    return [(part_name(part), getattr(sheet, part), sheet.computed.get(part, [])) for part in PARTS]


def _sheets(request: PersonRequest) -> Any:
    return Sheet.visible_to(request.user).select_related("person", "event__watch")


def _initial(last: Sheet | None) -> dict[str, Any]:
    if last is None:
        return {"seen": 0}
    return {
        "seen": last.number,
        "confidence": last.confidence,
        **{part: getattr(last, part) for part in PARTS},
    }
