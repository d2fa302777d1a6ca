"""What the frame around every page shows."""

from typing import Any

from django.http import HttpRequest

from guanlan.people.queries import root_unit


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the company, the stream and the time for the page's frame."""
    return {
        "company": root_unit(),
        "stream": getattr(request, "stream", None),
        "now": getattr(request, "now", None),
    }
