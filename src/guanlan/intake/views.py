"""Sources, files, and reporting a post by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.clocks.live import live
from guanlan.errors import BadInput
from guanlan.intake import queries
from guanlan.intake.actions import close_source, open_source, receive_batch, standing_source
from guanlan.intake.forms import CountsForm, FeedForm, FileForm, PasteForm
from guanlan.intake.models import Batch, Post, Source
from guanlan.intake.paste import recognise
from guanlan.intake.permissions import MANAGE_SOURCES, REPORT_POST
from guanlan.intake.reporting import add_counts, report_post
from guanlan.people.permissions import may, require
from guanlan.people.queries import company
from guanlan.people.requests import PersonRequest

LARGEST_FILE = 50 * 1024 * 1024


@login_required
@live
def sources_page(request: PersonRequest) -> HttpResponse:
    """Show where posts come from and which source is failing or silent."""
    found = [
        (source, queries.hours_received(source, now=request.now))
        for source in queries.sources(request.user, request.stream, now=request.now)
    ]
    page = {
        "sources": found,
        "troubled": sum(source.is_troubled for source, _hours in found),
        "batches": queries.batches(request.user, request.stream)[:20],
        "may_manage": may(request.user, MANAGE_SOURCES, at=request.now),
    }
    return render(request, "intake/sources.html", page)


@login_required
def add_source(request: PersonRequest) -> HttpResponse:
    """Open a feed."""
    require(request.user, MANAGE_SOURCES, at=request.now)
    form = FeedForm(request.POST or None)
    if form.is_valid():
        open_source(
            stream=request.stream,
            unit=company(),
            kind=Source.Kind.FEED,
            person=request.user,
            now=request.now,
            **form.cleaned_data,
        )
        return redirect("sources")
    return render(request, "intake/new_source.html", {"form": form})


@login_required
@require_POST
def stop_source(request: PersonRequest, key: str) -> HttpResponse:
    """Close a source."""
    source = get_object_or_404(Source.visible_to(request.user), key=key)
    close_source(source=source, person=request.user, now=request.now)
    return redirect("sources")


@login_required
def import_file(request: PersonRequest) -> HttpResponse:
    """Take a file of posts; the worker reads it, its page tells what was refused."""
    require(request.user, MANAGE_SOURCES, at=request.now)
    form = FileForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "intake/import.html", {"form": form})
    file = form.cleaned_data["file"]
    if file.size > LARGEST_FILE:
        raise BadInput(_("文件超过 50 MB，请用命令行 guanlan import 导入。"))
    source = standing_source(
        stream=request.stream,
        kind=Source.Kind.FILE,
        name=_("文件导入"),
        actor=request.user.key,
        now=request.now,
    )
    batch = receive_batch(
        source=source,
        raw=file.read(),
        name=file.name,
        actor=request.user.key,
        now=request.now,
        history=form.cleaned_data["history"],
    )
    return redirect("batch", key=batch.key)


@login_required
@live
def batch_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what became of a batch; asked again until it is read."""
    batch = get_object_or_404(Batch.visible_to(request.user).select_related("source"), key=key)
    lines = Paginator(batch.refused_lines.order_by("line"), 50).get_page(request.GET.get("page"))
    template = "intake/_batch.html" if request.htmx else "intake/batch.html"
    return render(request, template, {"batch": batch, "page": lines})


@login_required
def report_one(request: PersonRequest) -> HttpResponse:
    """报一条: paste, see what was recognised, report."""
    require(request.user, REPORT_POST, at=request.now)
    paste, counts = PasteForm(request.POST or None), CountsForm(request.POST or None)
    page = {"paste": paste, "counts": counts}
    if not (paste.is_valid() and counts.is_valid()):
        return render(request, "intake/report_one.html", page)
    pasted = recognise(paste.cleaned_data["words"], now=request.now)
    if "report" not in request.POST:
        return render(request, "intake/report_one.html", {**page, "pasted": pasted})
    post = report_post(
        stream=request.stream,
        pasted=pasted,
        counts=counts.cleaned_data,
        person=request.user,
        now=request.now,
    )
    messages.success(request, _("已收下，几秒后分析完。看到新的互动数可以在这里补录。"))
    return redirect("post", key=post.key)


@login_required
def post_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show a post with its counts over time; take the counts that a person sees now."""
    post = get_object_or_404(Post.visible_to(request.user).select_related("source"), key=key)
    form = CountsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_counts(post=post, counts=form.cleaned_data, person=request.user, now=request.now)
        return redirect("post", key=post.key)
    may_report = may(request.user, REPORT_POST, at=request.now)
    page = {
        "post": post,
        "form": form,
        "sights": post.sights.order_by("-seen_at")[:20],
        "may_report": may_report,
    }
    return render(request, "intake/post.html", page)
