"""The daily figures of customer service on screen: what was given, one day by hand, a file."""

import io
import tempfile
from datetime import date, timedelta
from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from guanlan.errors import BadInput
from guanlan.intake import queries
from guanlan.intake.forms import VolumeForm, VolumesFileForm
from guanlan.intake.permissions import GIVE_VOLUMES
from guanlan.intake.reading.volumes import BadVolumes, Day, columns, read_volumes
from guanlan.intake.volumes import give_volumes
from guanlan.people.permissions import may, require
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest
from guanlan.people.weeks import local_day

LARGEST_FILE = 5 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
def volumes_page(request: PersonRequest) -> HttpResponse:
    """Show the figures day by day; whoever may gives those of one day, `?day=` of another than today."""
    today = local_day(request.now)
    day = _day(request, today)
    standing = queries.volume_of(request.user, request.stream, company(), day)
    allowed = may(request.user, GIVE_VOLUMES, at=request.now)
    form = VolumeForm(request.POST or None, standing=standing, day=day)
    if request.method == "POST" and form.is_valid():
        give_volumes(
            stream=request.stream,
            unit=company(),
            days=[Day(**form.figures())],
            source=form.cleaned_data["source"],
            person=request.user,
            now=request.now,
            seen=form.cleaned_data["seen"],
        )
        messages.success(request, _("已保存 %(day)s 的业务量。") % {"day": form.cleaned_data["day"]})
        return redirect("volumes")
    given = queries.volumes(request.user, request.stream, company())
    page = {
        "form": form if allowed else None,
        "day": day,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "page": Paginator(given, 50).get_page(request.GET.get("page")),
        "latest": given.first(),
        "missing": queries.days_without(request.user, request.stream, company(), today=today),
    }
    return render(request, "intake/volumes.html", page, status=BadInput.status if form.errors else 200)


@login_required
def import_volumes(request: PersonRequest) -> HttpResponse:
    """Take a table of days; if a line is bad none is kept, and every bad one is named."""
    require(request.user, GIVE_VOLUMES, at=request.now)
    form = VolumesFileForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _import_page(request, form)
    file = form.cleaned_data["file"]
    if file.size > LARGEST_FILE:
        raise BadInput(_("文件超过 5 MB，不像业务量表，请检查是否选错了文件。"))
    content = file.read()
    try:
        kept = give_volumes(
            stream=request.stream,
            unit=company(),
            days=_days(content, file.name, request),
            source=form.cleaned_data["source"] or file.name,
            person=request.user,
            now=request.now,
            file=content,
        )
    except BadVolumes as bad:
        return _import_page(request, form, bad.problems)
    except BadInput as bad:
        return _import_page(request, form, (bad.sentence,))
    messages.success(request, _("已保存 %(count)d 天的业务量。") % {"count": len(kept)})
    return redirect("volumes")


@login_required
def volumes_sample(request: PersonRequest) -> HttpResponse:
    """Hand out a table to fill in, with its heads and two days."""
    book = Workbook()
    sheet = book.active
    sheet.append(list(columns().values()))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for days, figures in ((2, (18, 64, 920)), (1, (21, 70, 1015))):
        sheet.append([(local_day(request.now) - timedelta(days=days)).isoformat(), *figures])
    content = io.BytesIO()
    book.save(content)
    answer = HttpResponse(content.getvalue(), content_type=XLSX)
    answer.headers["Content-Disposition"] = "attachment; filename=volumes.xlsx"
    return answer


def _day(request: PersonRequest, today: date) -> date:
    try:
        return min(date.fromisoformat(request.POST.get("day") or request.GET.get("day", "")), today)
    except ValueError:
        return today


def _days(content: bytes, name: str, request: PersonRequest) -> list[Day]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "file")
        path.write_bytes(content)
        return read_volumes(path, today=local_day(request.now), now=request.now)


def _import_page(request: PersonRequest, form: VolumesFileForm, wrong: tuple[str, ...] = ()) -> HttpResponse:
    page = {"form": form, "problems": wrong[:50], "more": max(0, len(wrong) - 50)}
    status = BadInput.status if wrong or form.errors else 200
    return render(request, "intake/import_volumes.html", page, status=status)
