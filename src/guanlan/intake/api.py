"""Posts pushed by other programs."""

import tempfile
from pathlib import Path
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from guanlan.api.repeats import Answer, once
from guanlan.api.tokens import POSTS_WRITE, require_scope
from guanlan.errors import BadInput
from guanlan.intake.actions import receive_batch, standing_source
from guanlan.intake.models import Source
from guanlan.intake.reading import read_posts

MOST_POSTS = 1_000

router = Router(tags=["posts"])


class Posts(Schema):
    """Up to 1,000 canonical posts."""

    posts: list[dict[str, Any]]


class Received(Schema):
    """What was taken; the posts are analysed within seconds."""

    batch: str
    posts: int


@router.post("/posts", response={202: Received})
def push_posts(request: HttpRequest, body: Posts) -> Status[Any]:
    """Take a batch of posts: all of it, or none with a sentence that says where it fails."""
    token = request.auth  # type: ignore[attr-defined]
    require_scope(token, POSTS_WRITE)
    now = request.now  # type: ignore[attr-defined]
    raw = _checked(body.posts, now)

    def take() -> Answer:
        source = standing_source(
            stream=request.stream,  # type: ignore[attr-defined]
            kind=Source.Kind.API,
            name=token.name,
            actor=token.key,
            now=now,
        )
        batch = receive_batch(source=source, raw=raw, name=token.name, actor=token.key, now=now)
        return 202, {"batch": batch.key, "posts": len(body.posts)}

    status, answer = once(request, token, now=now, answer=take)
    return Status(status, answer)


def _checked(posts: list[dict[str, Any]], now: Any) -> bytes:
    if not 0 < len(posts) <= MOST_POSTS:
        raise BadInput(_("posts 要有 1 到 %(most)d 条，请分批推送。") % {"most": MOST_POSTS})
    raw = b"\n".join(orjson.dumps(post) for post in posts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts"
        path.write_bytes(raw)
        for _batch in read_posts(path, now=now, strict=True):
            pass
    return raw
