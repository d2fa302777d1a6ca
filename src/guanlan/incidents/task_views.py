"""Who has which tasks in hand; calling somebody about one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.clocks.live import live
from guanlan.incidents import actions
from guanlan.incidents.models import Task
from guanlan.incidents.workload import workload
from guanlan.notify.forms import CallForm
from guanlan.notify.permissions import RECORD_CALL
from guanlan.notify.queries import calls_with
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest


@login_required
@live
def workload_page(request: PersonRequest) -> HttpResponse:
    """Show the open tasks by person and group, what is overdue first."""
    narrow = {name: request.GET.get(name, "") for name in ("group", "owner")}
    sheet = workload(request.user, request.stream.pk, now=request.now, **narrow)
    page = Paginator(sheet["tasks"], 50).get_page(request.GET.get("page"))
    return render(request, "incidents/workload.html", sheet | {"page": page})


@login_required
def call_page(request: PersonRequest, key: str, person: str) -> HttpResponse:
    """Show whom to call about a task; write the call down."""
    rows = Task.visible_to(request.user).select_related("incident", "stream")
    task = get_object_or_404(rows, key=key)
    called = get_object_or_404(Person.visible_to(request.user), key=person)
    form = CallForm(request.POST or None, initial={"at": timezone.localtime(request.now)})
    if form.is_valid():
        actions.record_task_call(
            task=task, called=called, caller=request.user, now=request.now, **form.cleaned_data
        )
        messages.success(request, _("已记下这次通话，写在时间线上。"))
        return redirect("task", task.key)
    page = {
        "called": called,
        "form": form,
        "about": task.title,
        "back": reverse("task", args=[task.key]),
        "calls": calls_with(request.user, called, task.stream_id)[:10],
        "may_record": may(request.user, RECORD_CALL, at=request.now) and called != request.user,
    }
    return render(request, "notify/call.html", page, status=422 if form.errors else 200)
