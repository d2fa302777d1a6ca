"""Pages that are asked again every few seconds, answered before anything is rendered."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag

View = Callable[..., HttpResponse]


def live(view: View) -> View:
    """Answer 304 while nothing in the stream, and nothing about the person, has changed.

    The tag is made of the address, the person, the person's permission version and the
    stream's change number. A page whose text moves with the clock alone may be up to
    one minute old: the minute is in the tag too.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tag = _tag(request)
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = view(request, *args, **kwargs)
        if response.status_code in (200, 304):
            response.headers["ETag"] = tag
            response.headers["Cache-Control"] = "private, no-cache"
        return response

    return answer


def _tag(request: Any) -> str:
    seq = request.stream.changed_seq if getattr(request, "stream", None) else 0
    minute = int(request.now.timestamp() // 60)
    parts = (request.get_full_path(), request.user.pk, request.user.permission_version, seq, minute)
    text = "|".join(map(str, (*parts, bool(request.htmx))))
    return quote_etag(hashlib.sha256(text.encode()).hexdigest()[:24])
