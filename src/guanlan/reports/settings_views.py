"""What the company sets about its reports; anybody looks, whoever has the permission changes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from guanlan.errors import BadInput
from guanlan.people.models import Function, Group
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.reports.actions import set_schedule
from guanlan.reports.forms import ScheduleForm
from guanlan.reports.permissions import SCHEDULE
from guanlan.reports.schedule import USUAL, next_due, recipients, standing_schedule

WITHOUT_A_SETTING = (Function.COMMAND, Function.LEADER)


@login_required
def settings_page(request: PersonRequest) -> HttpResponse:
    """Show when the daily report goes out and to whom; set it."""
    schedule = standing_schedule(request.now)
    usual = Group.visible_to(request.user).filter(function__in=WITHOUT_A_SETTING)
    initial: dict[str, Any] = {
        "sent_at": schedule.sent_at if schedule else USUAL,
        "groups": list(usual.values_list("key", flat=True)),
    }
    if schedule is not None:
        initial["groups"] = list(schedule.groups.values_list("key", flat=True))
        initial["persons"] = list(schedule.persons.values_list("key", flat=True))
    form = ScheduleForm(request.POST or None, person=request.user, initial=initial)
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            set_schedule(**form.cleaned_data, person=request.user, now=request.now)
        except BadInput as refused:
            # What was ticked stays on the page, beside the sentence.
            refusal = refused.sentence
        else:
            messages.success(request, _("已保存，从下一期日报起。"))
            return redirect("report-settings")
    page = {
        "form": form,
        "refusal": refusal,
        "schedule": schedule,
        "sent_at": schedule.sent_at if schedule else USUAL,
        "recipients": recipients(at=request.now),
        "next_due": next_due(request.stream, now=request.now),
        "may_set": may(request.user, SCHEDULE, at=request.now),
    }
    return render(request, "reports/settings.html", page, status=status)
