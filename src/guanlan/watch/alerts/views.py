"""Alarms, and the rules that raise them; a rule is tried on the last week before it is kept."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.errors import BadInput
from guanlan.intake.models import Source
from guanlan.people.permissions import may, require
from guanlan.people.requests import PersonRequest
from guanlan.watch.alerts import queries
from guanlan.watch.alerts.actions import close_rule, keep_rule, settle_alarm
from guanlan.watch.alerts.forms import FalseForm, RuleForm, sensitivities
from guanlan.watch.alerts.sensitivity import meaning, number_of
from guanlan.watch.alerts.wording import figure_rows, figures, headline, rule_words, span
from guanlan.watch.models import Alarm, AlertRule, Watch
from guanlan.watch.permissions import MANAGE_WATCHES, SETTLE_ALARM


@login_required
@live
def alarms_page(request: PersonRequest) -> HttpResponse:
    """Show the alarms, those that nobody looked at first."""
    page = Paginator(queries.alarms(request.user, request.stream), 50).get_page(request.GET.get("page"))
    content = {
        "page": page,
        "alarms": [(alarm, headline(alarm, now=request.now)) for alarm in page],
        "waiting": queries.waiting(request.user, request.stream),
    }
    return render(request, "watch/_alarms.html" if request.htmx else "watch/alarms.html", content)


@login_required
def alarm_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show one alarm: its numbers, the rule, the posts; it is settled here."""
    return render(request, "watch/alarm.html", _content(request, _alarm(request, key)))


@login_required
@require_POST
def see_alarm(request: PersonRequest, key: str) -> HttpResponse:
    """Note that the alarm was seen."""
    settle_alarm(alarm=_alarm(request, key), false=False, person=request.user, now=request.now)
    return redirect("alarm", key=key)


@login_required
@require_POST
def call_alarm_false(request: PersonRequest, key: str) -> HttpResponse:
    """Call it a false alarm, with a reason."""
    alarm, form = _alarm(request, key), FalseForm(request.POST)
    if not form.is_valid():
        return render(
            request, "watch/alarm.html", _content(request, alarm) | {"form": form}, status=BadInput.status
        )
    reason = form.cleaned_data["reason"]
    settle_alarm(alarm=alarm, false=True, reason=reason, person=request.user, now=request.now)
    return redirect("alarm", key=key)


@login_required
def rules_page(request: PersonRequest) -> HttpResponse:
    """Show the rules that stand, and how often each rang for nothing."""
    found = queries.rules(request.user, request.stream, now=request.now)
    content = {
        "rules": [(rule, rule_words(rule), queries.false_permille(rule)) for rule in found],
        "may_manage": may(request.user, MANAGE_WATCHES, at=request.now),
        "watches": _watches(request).exists(),
    }
    return render(request, "watch/rules.html", content)


@login_required
def rule_page(request: PersonRequest, key: str = "") -> HttpResponse:
    """Make a rule, or (`key`) put another in its place."""
    require(request.user, MANAGE_WATCHES, at=request.now)
    rule = _rule(request, key) if key else None
    form = RuleForm(request.POST or None, initial=_initial(request, rule), watches=_watches(request))
    if not form.is_valid():
        status = BadInput.status if form.is_bound else 200
        page = {"form": form, "rule": rule, "sensitivities": sensitivities()}
        return render(request, "watch/rule.html", page, status=status)
    kept = keep_rule(
        watch=form.cleaned_data["watch"],
        terms=form.terms(),
        quiet=form.quiet(),
        instead_of=rule,
        person=request.user,
        now=request.now,
    )
    messages.success(request, _("已保存，从现在起生效：%(words)s") % {"words": rule_words(kept)})
    return redirect("alert-rules")


@login_required
def try_rule(request: PersonRequest) -> HttpResponse:
    """Show, as a fragment, what the typed rule would have rung for in the last 7 days."""
    form = RuleForm(request.GET, watches=_watches(request))
    if not form.is_valid():
        errors = [error for field in form.errors.values() for error in field]
        return render(request, "watch/_tried.html", {"errors": errors})
    terms = form.terms()
    found = queries.tried(form.cleaned_data["watch"], terms, now=request.now)
    content = {
        "tried": found,
        "meaning": meaning(terms.kind, number_of(terms.kind, terms.sensitivity)),
        "rows": [
            (one, span(one.since, one.until, now=request.now), figure_rows(one.figures)) for one in found.rung
        ],
    }
    return render(request, "watch/_tried.html", content)


@login_required
@require_POST
def stop_rule(request: PersonRequest, key: str) -> HttpResponse:
    """Let a rule ring no more."""
    close_rule(rule=_rule(request, key), person=request.user, now=request.now)
    return redirect("alert-rules")


def _content(request: PersonRequest, alarm: Alarm) -> dict[str, Any]:
    page = Paginator(queries.posts_of(alarm, request.user), 50).get_page(request.GET.get("page"))
    troubled = Source.visible_to(request.user).filter(stream=alarm.stream_id, closed_at=None)
    return {
        "alarm": alarm,
        "headline": headline(alarm, now=request.now),
        "rule_words": rule_words(alarm.rule),
        "figures": figures(alarm),
        "page": page,
        "troubled": [source.name for source in troubled if source.is_troubled],
        "form": FalseForm(),
        "may_settle": may(request.user, SETTLE_ALARM, at=request.now),
    }


def _alarm(request: PersonRequest, key: str) -> Alarm:
    found = Alarm.visible_to(request.user).select_related("rule__watch", "stream", "settled_by")
    return get_object_or_404(found, key=key)


def _rule(request: PersonRequest, key: str) -> AlertRule:
    return get_object_or_404(AlertRule.visible_to(request.user).select_related("watch", "stream"), key=key)


def _watches(request: PersonRequest) -> Any:
    return Watch.visible_to(request.user).filter(stream=request.stream, closed_at=None).order_by("name")


def _initial(request: PersonRequest, rule: AlertRule | None) -> dict[str, Any]:
    if rule is None:
        usual = {"kind": "RATIO", "sensitivity": "BALANCED", "counts": "POSTS", "minimum": 10}
        return usual | {"cooldown_hours": 4, "watch": request.GET.get("watch")}
    names = ("kind", "sensitivity", "counts", "cooldown_hours", "quiet_from", "quiet_until")
    kept = {name: getattr(rule, name) for name in names}
    return kept | {
        "minimum": rule.minimum or 10,
        "hard_words": " ".join(rule.words),
        "watch": rule.watch.key,
    }
