"""The versions of the model, what each changes, and the step that puts one in force."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.watch.models import ModelVersion
from guanlan.watch.permissions import MANAGE_MODELS
from guanlan.watch.versions import queries
from guanlan.watch.versions.actions import put_in_force, recalibrate


@login_required
def models_page(request: PersonRequest) -> HttpResponse:
    """List the versions and the platforms that people judged; make a version for one of them."""
    if request.method == "POST":
        platform = request.POST.get("platform", "")
        version = recalibrate(stream=request.stream, platform=platform, person=request.user, now=request.now)
        return redirect("model", version.key)
    versions = ModelVersion.visible_to(request.user).filter(stream=request.stream)
    chosen = queries.chosen(request.stream)
    content = {
        "standing": chosen or versions.filter(made_by=None).first(),
        "versions": versions.select_related("made_by").defer("content"),
        "chosen": chosen,
        "platforms": queries.platforms(request.user, request.stream),
        "may_manage": may(request.user, MANAGE_MODELS, at=request.now),
    }
    return render(request, "watch/models.html", content)


@login_required
def model_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what a version calls otherwise than the one it goes on from."""
    version = _version(request, key)
    chosen = queries.chosen(request.stream)
    content = {
        "version": version,
        "compared": queries.examined(version) if version.base else (),
        "in_force": version == chosen or (chosen is None and version.base is None),
        "may_manage": may(request.user, MANAGE_MODELS, at=request.now),
    }
    return render(request, "watch/model.html", content)


@login_required
@require_POST
def force(request: PersonRequest, key: str) -> HttpResponse:
    """Let posts be read with this version from now on."""
    put_in_force(version=_version(request, key), person=request.user, now=request.now)
    return redirect("models")


def _version(request: PersonRequest, key: str) -> ModelVersion:
    found = ModelVersion.visible_to(request.user).select_related("made_by", "base", "stream")
    return get_object_or_404(found.defer("content"), key=key)
