"""Who did what, when; and whether the chain still holds."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guanlan.audit.models import Entry
from guanlan.audit.permissions import READ
from guanlan.audit.queries import breaks, found, head, verbs
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.site.chain.queries import actors, named, rows


@login_required
def trail(request: PersonRequest) -> HttpResponse:
    """Show the entries, newest first, narrowed by verb, actor and subject."""
    require(request.user, READ, at=request.now)
    return _trail(request)


@login_required
@require_POST
def check(request: PersonRequest) -> HttpResponse:
    """Compute the whole chain again and say where it breaks."""
    require(request.user, READ, at=request.now)
    return _trail(request, broken=list(breaks()))


@login_required
def table(request: PersonRequest) -> HttpResponseBase:
    """Hand out the narrowed entries as CSV."""
    require(request.user, READ, at=request.now)
    lines = rows(_narrowed(request).iterator(chunk_size=2000))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=audit.csv"
    return answer


def _narrowed(request: PersonRequest) -> QuerySet[Entry]:
    return found(**{name: request.GET.get(name, "").strip() for name in ("verb", "actor", "subject")})


def _trail(request: PersonRequest, broken: list[int] | None = None) -> HttpResponse:
    page = Paginator(_narrowed(request), 50).get_page(request.GET.get("page"))
    content = {
        "page": page,
        "named": named(page),
        "head": head(),
        "broken": broken,
        "actors": actors(),
        "verbs": verbs(),
        "chosen": {name: request.GET.get(name, "") for name in ("verb", "actor", "subject")},
    }
    return render(request, "site/chain/trail.html", content)
