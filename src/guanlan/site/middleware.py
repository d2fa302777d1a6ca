"""What every request gets: its stream, its time, and refusals as sentences."""

from collections.abc import Callable

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from guanlan.clocks.edge import now_for, real_now
from guanlan.clocks.queries import default_stream
from guanlan.errors import Refused
from guanlan.people.requests import PersonRequest

Respond = Callable[[PersonRequest], HttpResponse]


class StreamMiddleware:
    """Sets `request.stream` (absent before set-up) and `request.now`, the time on its clock."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        """Answer with the person's stream at hand."""
        # Before sign-in the user is anonymous, whatever the type says.
        chosen = getattr(request.user, "current_stream", None)
        stream = chosen if chosen is not None and chosen.closed_at is None else default_stream()
        if stream is not None:
            request.stream = stream
        request.now = now_for(stream) if stream is not None else real_now()
        return self.get_response(request)


class RefusalMiddleware:
    """Shows a Refused as its sentence: a page, a fragment for htmx, or JSON for the API."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        """Answer; see process_exception."""
        return self.get_response(request)

    def process_exception(self, request: PersonRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page; leave everything else to be noticed."""
        if not isinstance(exception, Refused):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": exception.sentence}, status=exception.status)
        template = "site/_refusal.html" if request.htmx else "site/refusal.html"
        return render(request, template, {"sentence": exception.sentence}, status=exception.status)
