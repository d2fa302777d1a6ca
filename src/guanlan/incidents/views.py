"""The pages of incidents and tasks."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.errors import BadInput, Refused
from guanlan.evidence.actions import keep_file
from guanlan.incidents import actions
from guanlan.incidents.decision_screens import Choice, as_shown, decision_sheet
from guanlan.incidents.forms import (
    CompleteForm,
    DecideForm,
    FigureForm,
    HandOverForm,
    LetInForm,
    LevelForm,
    ReturnForm,
    StandDownForm,
    WaiveForm,
)
from guanlan.incidents.models import Incident, StatedFigure, Task
from guanlan.incidents.opening import Weighed
from guanlan.incidents.permissions import ARCHIVE, CHANGE_LEVEL
from guanlan.incidents.screens import (
    access_sheet,
    ending_sheet,
    figure_sheet,
    incident_rows,
    task_sheet,
    war_room,
)
from guanlan.notify.actions import mark_seen
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.queries import document
from guanlan.watch.models import Event


@login_required
@live
def incidents_page(request: PersonRequest) -> HttpResponse:
    """List the incidents, active ones first."""
    rows = incident_rows(request.user, request.stream.pk, now=request.now)
    page = Paginator(rows["rows"], 50).get_page(request.GET.get("page"))
    return render(request, "incidents/incidents.html", rows | {"page": page})


@login_required
@live
def incident_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the war room; for htmx only its content."""
    incident = _incident(request, key)
    room = war_room(incident, request.user, now=request.now, whole="all" in request.GET)
    return render(request, "incidents/_room.html" if request.htmx else "incidents/incident.html", room)


@login_required
def decide_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the options with their consequences; take the decision."""
    event = get_object_or_404(Event.visible_to(request.user).select_related("watch__unit"), key=key)
    sheet = decision_sheet(event, request.user, chosen=request.GET.get("choice", ""), now=request.now)
    if sheet["plan"] is None:
        return render(request, "incidents/decide.html", sheet)
    later = timezone.localtime(request.now + timedelta(hours=2))
    form = DecideForm(request.POST or None, plan=sheet["plan"], initial={"review_at": later})
    if form.is_valid():
        return _decided(request, event, form, sheet["choices"])
    return render(
        request, "incidents/decide.html", sheet | {"form": form}, status=422 if form.is_bound else 200
    )


def _decided(
    request: PersonRequest, event: Event, form: DecideForm, choices: Sequence[Choice]
) -> HttpResponse:
    given = form.cleaned_data
    weighed = Weighed(as_shown(choices, given["choice"]), given["assumptions"], given["consulted"])
    if given["choice"] == DecideForm.OBSERVE:
        actions.decide_observing(
            event=event,
            reason=given["reason"],
            review_at=given["review_at"],
            person=request.user,
            now=request.now,
            weighed=weighed,
        )
        messages.success(request, _("已记录：暂不启动，到时复核。"))
        return redirect("incidents")
    decision = actions.decide_activation(
        event=event,
        level=given["choice"],
        reason=given["reason"],
        person=request.user,
        now=request.now,
        restricted=given["restricted"],
        weighed=weighed,
    )
    return redirect("incident", decision.incident.key if decision.incident else "")


@login_required
def level_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the levels with reasons; move the confirmed one."""
    incident = _incident(request, key)
    form = LevelForm(request.POST or None, plan=document(incident.plan_version), incident=incident)
    if form.is_valid():
        actions.change_level(incident=incident, person=request.user, now=request.now, **form.cleaned_data)
        return redirect("incident", incident.key)
    page = {
        "incident": incident,
        "form": form,
        "changes": incident.level_changes.select_related("person"),
        "may_change_level": may(request.user, CHANGE_LEVEL, at=request.now),
    }
    return render(request, "incidents/level.html", page, status=422 if form.is_bound else 200)


@login_required
def stand_down_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show the conditions for standing down with their figures; stand down."""
    incident = _incident(request, key)
    form = StandDownForm(request.POST or None)
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            actions.stand_down(incident=incident, person=request.user, now=request.now, **form.cleaned_data)
        except Refused as refused:
            # What was typed stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            return redirect("incident", incident.key)
    sheet = ending_sheet(incident, request.user, now=request.now)
    return render(
        request, "incidents/stand_down.html", sheet | {"form": form, "refusal": refusal}, status=status
    )


@login_required
def figure_page(request: PersonRequest, key: str, kind: str) -> HttpResponse:
    """Show what was stated of one figure; state it anew."""
    incident = _incident(request, key)
    if kind not in StatedFigure.Kind:
        raise Http404
    form = FigureForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        _state_figure(request, incident, kind, form)
        return redirect("incident-stand-down", incident.key)
    sheet = figure_sheet(incident, kind, request.user, now=request.now) | {"form": form}
    return render(request, "incidents/figure.html", sheet, status=422 if form.is_bound else 200)


def _state_figure(request: PersonRequest, incident: Incident, kind: str, form: FigureForm) -> None:
    given, person, now = dict(form.cleaned_data), request.user, request.now
    upload = given.pop("upload")
    # One transaction: a refused figure leaves no file row behind.
    with transaction.atomic():
        file = keep_file(stream=incident.stream, upload=upload, person=person, now=now) if upload else None
        actions.state_figure(incident=incident, kind=kind, file=file, person=person, now=now, **given)


@login_required
def access_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show who may see a restricted incident; let another person in."""
    incident = _incident(request, key)
    form = LetInForm(request.POST or None, incident=incident, person=request.user)
    if form.is_valid():
        guest = form.cleaned_data["guest"]
        actions.let_in(incident=incident, guest=guest, person=request.user, now=request.now)
        messages.success(request, _("%(name)s已加入，并已告知本人。") % {"name": guest.name})
        return redirect("incident-access", incident.key)
    sheet = access_sheet(incident, request.user, now=request.now) | {"form": form}
    return render(request, "incidents/access.html", sheet, status=422 if form.is_bound else 200)


@login_required
@require_POST
def take_out(request: PersonRequest, key: str, person: str) -> HttpResponse:
    """Take a person out of the circle of a restricted incident."""
    incident, guest = _incident(request, key), get_object_or_404(Person.visible_to(request.user), key=person)
    actions.take_out(incident=incident, guest=guest, person=request.user, now=request.now)
    messages.success(request, _("%(name)s已移出，并已告知本人。") % {"name": guest.name})
    return redirect("incident-access", incident.key)


@login_required
def archive_page(request: PersonRequest, key: str) -> HttpResponse:
    """Ask once, then archive."""
    incident = _incident(request, key)
    if request.method == "POST":
        actions.archive(incident=incident, person=request.user, now=request.now)
        return redirect("incident", incident.key)
    page = {"incident": incident, "may_archive": may(request.user, ARCHIVE, at=request.now)}
    return render(request, "incidents/archive.html", page)


@login_required
def task_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a task, with what the person can do about it."""
    task = _task(request, key)
    mark_seen(cause=f"task:{task.key}", person=request.user, now=request.now)
    form = CompleteForm(task=task, person=request.user)
    sheet = task_sheet(task, request.user, now=request.now)
    return render(request, "incidents/task.html", sheet | {"form": form})


@login_required
@require_POST
def accept(request: PersonRequest, key: str) -> HttpResponse:
    """Take the task on."""
    task = actions.accept_task(task=_task(request, key), person=request.user, now=request.now)
    return redirect("task", task.key)


@login_required
def complete_page(request: PersonRequest, key: str) -> HttpResponse:
    """Close the task with its evidence; a mistake in the form shows the task again."""
    task = _task(request, key)
    mark_seen(cause=f"task:{task.key}", person=request.user, now=request.now)
    form = CompleteForm(request.POST or None, request.FILES or None, task=task, person=request.user)
    if form.is_valid():
        _complete(request, task, form)
        done = _("已交验收：%(title)s") if task.checked_by else _("已办结：%(title)s")
        messages.success(request, done % {"title": task.title})
        return redirect("task", task.key)
    sheet = task_sheet(task, request.user, now=request.now)
    return render(
        request, "incidents/task.html", sheet | {"form": form}, status=422 if form.is_bound else 200
    )


def _complete(request: PersonRequest, task: Task, form: CompleteForm) -> None:
    given, person, now = form.cleaned_data, request.user, request.now
    # One transaction: a refused completion leaves no file row behind.
    with transaction.atomic():
        upload = given["upload"]
        file = keep_file(stream=task.stream, upload=upload, person=person, now=now) if upload else None
        actions.complete_task(
            task=task, words=given["words"], file=file, post=given["post"], person=person, now=now
        )


@login_required
def hand_over_page(request: PersonRequest, key: str) -> HttpResponse:
    """Choose a colleague and give them the task."""
    task = _task(request, key)
    form = HandOverForm(request.POST or None, task=task, person=request.user, now=request.now)
    if form.is_valid():
        actions.hand_over_task(task=task, person=request.user, now=request.now, **form.cleaned_data)
        return redirect("task", task.key)
    sheet = task_sheet(task, request.user, now=request.now) | {"form": form}
    return render(request, "incidents/hand_over.html", sheet, status=422 if form.is_bound else 200)


@login_required
@require_POST
def pass_task(request: PersonRequest, key: str) -> HttpResponse:
    """Accept what was submitted."""
    task = actions.pass_task(task=_task(request, key), person=request.user, now=request.now)
    messages.success(request, _("已验收：%(title)s") % {"title": task.title})
    return redirect("task", task.key)


@login_required
def return_page(request: PersonRequest, key: str) -> HttpResponse:
    """Send back what was submitted."""
    task = _task(request, key)
    again = timezone.localtime(max(task.due_at, request.now + timedelta(hours=1)))
    form = ReturnForm(request.POST or None, initial={"due_at": again})
    if form.is_valid():
        actions.return_task(task=task, person=request.user, now=request.now, **form.cleaned_data)
        messages.success(request, _("已退回，并已告知办理人。"))
        return redirect("task", task.key)
    sheet = task_sheet(task, request.user, now=request.now) | {"form": form}
    return render(request, "incidents/return.html", sheet, status=422 if form.is_bound else 200)


@login_required
def waive_page(request: PersonRequest, key: str) -> HttpResponse:
    """Excuse the task with a reason."""
    task = _task(request, key)
    form = WaiveForm(request.POST or None, initial={"seen": task.state})
    if form.is_valid():
        actions.waive_task(task=task, person=request.user, now=request.now, **form.cleaned_data)
        return redirect("task", task.key)
    sheet = task_sheet(task, request.user, now=request.now) | {"form": form}
    return render(request, "incidents/waive.html", sheet, status=422 if form.is_bound else 200)


def _incident(request: PersonRequest, key: str) -> Incident:
    rows = Incident.visible_to(request.user).select_related(
        "event__watch", "plan_version", "opened_by", "stream"
    )
    return get_object_or_404(rows, key=key)


def _task(request: PersonRequest, key: str) -> Task:
    rows = Task.visible_to(request.user).select_related(
        "incident__plan_version", "incident__opened_by", "group", "owner", "closed_by", "stream"
    )
    return get_object_or_404(rows, key=key)
