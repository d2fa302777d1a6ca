"""Handing a kept file out again."""

from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from guanlan.evidence.models import KeptFile
from guanlan.evidence.queries import content_of
from guanlan.people.requests import PersonRequest


@login_required
def kept_file(request: PersonRequest, key: str) -> HttpResponse:
    """Send the bytes as a download, never to be shown by the browser as a page of ours."""
    kept = get_object_or_404(KeptFile.visible_to(request.user), key=key)
    answer = HttpResponse(content_of(kept), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return answer
