"""Reports on screen: the list, one report with who has read it, its files, handing it out."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.documents.frozen import roll_bytes
from guanlan.documents.group_message import group_message
from guanlan.errors import BadInput, Refused
from guanlan.incidents.models import Incident
from guanlan.notify.actions import mark_seen
from guanlan.notify.queries import troubles
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.wording import level_word
from guanlan.reports import queries
from guanlan.reports.actions import (
    ask_rendering,
    distribute,
    download_file,
    read_report,
    submit_flash,
    submit_follow_up,
    write_closing,
)
from guanlan.reports.cadence import next_turn
from guanlan.reports.following import changes, happened
from guanlan.reports.forms import DistributeForm, FollowUpForm
from guanlan.reports.models import Rendering, Report
from guanlan.reports.permissions import CLOSE, SUBMIT
from guanlan.watch.counting import rows_of
from guanlan.watch.models import Event

FILES = {
    "DOCX": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "PDF": "application/pdf",
    "HTML": "text/html; charset=utf-8",
}


@login_required
@live
def reports_page(request: PersonRequest) -> HttpResponse:
    """List the reports; first of all those that wait for this person's receipt."""
    page = Paginator(queries.reports(request.user, request.stream), 50).get_page(request.GET.get("page"))
    waiting = queries.waiting_receipts(request.user, request.stream).select_related("report")
    ended = Incident.visible_to(request.user).filter(stream=request.stream, state=Incident.State.STOOD_DOWN)
    to_close = ended.filter(closing_report="") if may(request.user, CLOSE, at=request.now) else []
    return render(request, "reports/reports.html", {"page": page, "waiting": waiting, "to_close": to_close})


@login_required
@live
def report_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a report as it was frozen, and who has read it."""
    report = _report(request, key)
    mark_seen(cause=f"report:{report.key}", person=request.user, now=request.now)
    return render(request, "reports/report.html", _content(request, report))


@login_required
@require_POST
def submit(request: PersonRequest, key: str) -> HttpResponse:
    """Report an event to the command."""
    event = get_object_or_404(Event.visible_to(request.user), key=key)
    report = submit_flash(event=event, person=request.user, now=request.now)
    return redirect("report", key=report.key)


@login_required
def follow_up_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what changed since the last report; send the next one with the monitor's own words."""
    incident = get_object_or_404(Incident.visible_to(request.user).select_related("event__watch"), key=key)
    form = FollowUpForm(request.POST or None)
    status, refusal = 200, ""
    if form.is_valid():
        try:
            report = submit_follow_up(
                incident=incident, person=request.user, now=request.now, **form.cleaned_data
            )
        except Refused as refused:
            # What was written stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(request, _("续报已发指挥部，下一期的时限重新起算。"))
            return redirect("report", key=report.key)
    mark_seen(cause=f"follow-up:{incident.key}", person=request.user, now=request.now)
    page = {"incident": incident, "form": form, "refusal": refusal} | _turn(request, incident)
    return render(request, "reports/follow_up.html", page, status=status)


def _turn(request: PersonRequest, incident: Incident) -> dict[str, Any]:
    turn = next_turn(incident)
    since = turn.since if turn else incident.opened_at
    return {
        "turn": turn,
        "since": since,
        "changes": changes(incident, rows_of(incident.event), turn, now=request.now),
        "happened": happened(incident, since),
        "count": len(queries.command_of(incident, at=request.now)),
        "may_submit": incident.state == Incident.State.ACTIVE and may(request.user, SUBMIT, at=request.now),
    }


@login_required
@require_POST
def close(request: PersonRequest, key: str) -> HttpResponse:
    """Write the closing report of an incident."""
    incident = get_object_or_404(Incident.visible_to(request.user), key=key)
    report = write_closing(incident=incident, person=request.user, now=request.now)
    return redirect("report", key=report.key)


@login_required
@require_POST
def read(request: PersonRequest, key: str) -> HttpResponse:
    """Acknowledge a report."""
    read_report(report=_report(request, key), person=request.user, now=request.now)
    return redirect("report", key=key)


@login_required
def distribute_page(request: PersonRequest, key: str) -> HttpResponse:
    """Choose who gets the report too; those concerned are ticked already."""
    report = _report(request, key)
    concerned = Person.visible_to(request.user).filter(pk__in=queries.concerned(report))
    initial = {"persons": list(concerned.values_list("key", flat=True))}
    form = DistributeForm(request.POST or None, report=report, person=request.user, initial=initial)
    if not form.is_valid():
        status = BadInput.status if form.is_bound else 200
        return render(request, "reports/distribute.html", {"report": report, "form": form}, status=status)
    distribute(report=report, persons=form.cleaned_data["persons"], person=request.user, now=request.now)
    return redirect("report", key=key)


@login_required
def files(request: PersonRequest, key: str) -> HttpResponse:
    """Show the files as a fragment; a posted format is asked for first."""
    report = _report(request, key)
    wanted = request.POST.get("format", "")
    if wanted in FILES:
        ask_rendering(report=report, format=wanted, person=request.user, now=request.now)
    if request.POST and not request.htmx:
        return redirect("report", key=key)
    return render(request, "reports/_files.html", {"report": report, **_files(request, report)})


@login_required
def report_file(request: PersonRequest, key: str) -> HttpResponse:
    """Send a rendering as a download, never to be shown by the browser as a page of ours."""
    made = Rendering.visible_to(request.user).filter(made_at__isnull=False).select_related("report")
    rendering = get_object_or_404(made, key=key)
    content = download_file(rendering=rendering, person=request.user, now=request.now)
    answer = HttpResponse(content, content_type=FILES[rendering.format])
    name = quote(f"{rendering.report.title}.{rendering.format.lower()}", safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


@login_required
def rolls_page(request: PersonRequest, key: str) -> HttpResponse:
    """List every list of posts that a figure of the report counts."""
    report = _report(request, key)
    return render(request, "reports/rolls.html", {"report": report, "rolls": queries.rolls(report)})


@login_required
def roll_page(request: PersonRequest, key: str, code: str) -> HttpResponse:
    """Show the posts or days that one figure stands on, as they were when the report was frozen."""
    report = _report(request, key)
    roll = _roll(report, code)
    page = Paginator(roll["keys"], 50).get_page(request.GET.get("page"))
    content = {"report": report, "roll": roll, "page": page, "unchanged": queries.is_unchanged(report)}
    if roll.get("of") == "days":
        return render(
            request, "reports/roll_days.html", content | {"days": queries.days_of(request.user, list(page))}
        )
    content |= {
        "posts": queries.posts_of(request.user, list(page)),
        "gone": queries.gone(request.user, roll["keys"]),
    }
    return render(request, "reports/roll.html", content)


@login_required
def roll_keys(request: PersonRequest, key: str, code: str) -> HttpResponse:
    """Send the keys of a roll as the very bytes that its hash is taken over."""
    report = _report(request, key)
    answer = HttpResponse(roll_bytes(_roll(report, code)["keys"]), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.key}-{code}.txt"'
    return answer


def _roll(report: Report, code: str) -> dict[str, Any]:
    found = queries.roll(report, code)
    if found is None:
        raise Http404
    return found


def _report(request: PersonRequest, key: str) -> Report:
    found = Report.visible_to(request.user).select_related("event", "incident", "stream", "written_by")
    return get_object_or_404(found, key=key)


def _files(request: PersonRequest, report: Report) -> dict[str, Any]:
    own = Rendering.visible_to(request.user).filter(report=report)
    ordered = {one.format: one for one in own.defer("content")}
    rows = [(form, ordered.get(form)) for form in Rendering.Format]
    running = any(one and not one.made_at and not one.failure for _form, one in rows)
    return {"files": rows, "running": running}


def _group_message(report: Report) -> str:
    """Return what may be pasted into a group chat; nothing of an incident that is not for everybody."""
    if report.incident is not None and report.incident.restricted:
        return ""
    address = settings.PUBLIC_ADDRESS.rstrip("/")
    return group_message(report.frozen, f"{address}{reverse('report', args=[report.key])}")


def _content(request: PersonRequest, report: Report) -> dict[str, Any]:
    receipts = list(report.receipts.select_related("person").order_by("read_at", "pk"))
    missed = {one.person.pk: one.sentence for one in troubles(f"report:{report.key}")}
    code = CLOSE if report.kind == Report.Kind.CLOSING else SUBMIT
    blocks = queries.blocks(report)
    level = (report.frozen["level"] or {}).get("numeral")
    return {
        "report": report,
        "frozen": report.frozen | {"blocks": [block for block in blocks if not block.get("lead")]},
        "lead": [block for block in blocks if block.get("lead")],
        "level_key": next((key for key in ("I", "II", "III", "IV") if level_word(key) == level), ""),
        "rolls": queries.rolls(report),
        "receipts": receipts,
        "sent": [(receipt, missed.get(receipt.person_id, "")) for receipt in receipts],
        "unread": [receipt for receipt in receipts if receipt.read_at is None],
        "mine": next((receipt for receipt in receipts if receipt.person_id == request.user.pk), None),
        "may_distribute": may(request.user, code, at=request.now),
        "group_message": _group_message(report),
        **_files(request, report),
    }
