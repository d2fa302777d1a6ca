"""The pages of early warnings (预警)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanlan.errors import BadInput, Refused
from guanlan.incidents import actions
from guanlan.incidents.forms import level_choices
from guanlan.incidents.models import EarlyWarning
from guanlan.incidents.permissions import WARN
from guanlan.notify.actions import mark_seen
from guanlan.notify.queries import readers
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.document import PlanDocument
from guanlan.plan.queries import document, in_force
from guanlan.watch.models import Event

_LOOK_AGAIN_AFTER = timedelta(hours=4)


class WarningForm(forms.Form):
    """At which level, what to stand by for, and when somebody looks again."""

    level = forms.ChoiceField(label=gettext_lazy("预警哪一级"))
    words = forms.CharField(
        label=gettext_lazy("情况怎样，各组要准备什么"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    review_at = forms.DateTimeField(
        label=gettext_lazy("何时复核"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, plan: PlanDocument | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = level_choices(plan) if plan else []  # type: ignore[attr-defined]


class LiftForm(forms.Form):
    """Why there is nothing more to stand by for."""

    reason = forms.CharField(
        label=gettext_lazy("解除的理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


@login_required
def issue_page(request: PersonRequest, key: str) -> HttpResponse:
    """Issue a warning for an event."""
    event = get_object_or_404(Event.visible_to(request.user).select_related("watch__unit", "stream"), key=key)
    start = {
        "level": event.confirmed_level or event.computed_level,
        "review_at": timezone.localtime(request.now + _LOOK_AGAIN_AFTER),
    }
    form = WarningForm(request.POST or None, plan=_plan(event), initial=start)
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            warning = actions.issue_warning(
                event=event, person=request.user, now=request.now, **form.cleaned_data
            )
        except Refused as refused:
            # What was typed stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("预警已发布，各组值班和组长都会收到。"))
            return redirect("warning", warning.key)
    may_warn = may(request.user, WARN, at=request.now)
    page = {"event": event, "form": form, "refusal": refusal, "may_warn": may_warn}
    return render(request, "incidents/issue_warning.html", page, status=status)


@login_required
def warning_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a warning, who has read it and what came before; adjust it."""
    warning = _warning(request, key)
    mark_seen(cause=f"warning:{warning.key}", person=request.user, now=request.now)
    start = {
        "level": warning.level,
        "words": warning.words,
        "review_at": timezone.localtime(request.now + _LOOK_AGAIN_AFTER),
    }
    form = WarningForm(request.POST or None, plan=_plan(warning.event), initial=start)
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            following = actions.adjust_warning(
                warning=warning, person=request.user, now=request.now, **form.cleaned_data
            )
        except Refused as refused:
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("预警已调整，并已告知各组。"))
            return redirect("warning", following.key)
    return _shown(request, warning, form, LiftForm(), refusal, status)


@login_required
@require_POST
def lift(request: PersonRequest, key: str) -> HttpResponse:
    """Lift the warning; a mistake in the form shows the warning again."""
    warning, form = _warning(request, key), LiftForm(request.POST)
    if not form.is_valid():
        adjust = WarningForm(None, plan=_plan(warning.event))
        return _shown(request, warning, adjust, form, "", BadInput.status)
    actions.lift_warning(warning=warning, person=request.user, now=request.now, **form.cleaned_data)
    messages.success(request, _("预警已解除，并已告知各组。"))
    return redirect("warning", warning.key)


def _shown(
    request: PersonRequest,
    warning: EarlyWarning,
    form: WarningForm,
    lift_form: LiftForm,
    refusal: str,
    status: int,
) -> HttpResponse:
    page = {
        "warning": warning,
        "form": form,
        "lift_form": lift_form,
        "refusal": refusal,
        "may_warn": may(request.user, WARN, at=request.now) and warning.closed_at is None,
        "readers": readers(f"warning:{warning.key}"),
        "others": EarlyWarning.visible_to(request.user)
        .filter(event=warning.event)
        .exclude(pk=warning.pk)
        .select_related("person"),
    }
    return render(request, "incidents/warning.html", page, status=status)


def _plan(event: Event) -> PlanDocument | None:
    version = in_force(event.watch.unit)
    return document(version) if version is not None else None


def _warning(request: PersonRequest, key: str) -> EarlyWarning:
    rows = EarlyWarning.visible_to(request.user).select_related(
        "event__watch__unit", "person", "closed_by", "stream"
    )
    return get_object_or_404(rows, key=key)
