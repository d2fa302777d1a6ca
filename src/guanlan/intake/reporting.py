"""报一条: a post that a person saw and reports; counts typed later are a second sight of it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import orjson
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.errors import BadInput
from guanlan.intake.actions import receive_batch, standing_source
from guanlan.intake.jobs import read_batch
from guanlan.intake.models import Batch, Post, Source
from guanlan.intake.paste import Pasted
from guanlan.intake.permissions import REPORT_POST
from guanlan.people.models import Person
from guanlan.people.permissions import require

Counts = Mapping[str, int | None]


def report_post(*, stream: Stream, pasted: Pasted, counts: Counts, person: Person, now: datetime) -> Post:
    """Take in what a person pasted and return the post; the same again is another sight of it.

    A moment that the text does not tell is the moment of reporting.
    """
    require(person, REPORT_POST, at=now)
    if not (pasted.text or pasted.title):
        raise BadInput(_("只有链接、没有文字，无法判断说了什么。请把标题或正文也粘贴进来。"))
    platform = pasted.platform or _("未知平台")
    fields = {
        "platform": platform,
        "url": pasted.url,
        "title": pasted.title,
        "text": pasted.text,
        "author": pasted.author,
        "published_at": (pasted.published_at or now).isoformat(),
        "id": _identity(pasted),
        **{name: value for name, value in {**pasted.counts, **counts}.items() if value is not None},
    }
    return _take(stream, fields, person, now)


def add_counts(*, post: Post, counts: Counts, person: Person, now: datetime) -> Post:
    """Note the counts a person sees now; the event is graded anew from them."""
    require(person, REPORT_POST, at=now)
    known = {name: value for name, value in counts.items() if value is not None}
    if not known:
        raise BadInput(_("一个数也没有填。不知道的可以留空，但至少要填一个。"))
    fields = {
        "platform": post.platform,
        "id": post.external_id,
        "title": post.title or None,
        "text": post.text or None,
        "published_at": post.published_at.isoformat(),
        **known,
    }
    return _take(post.stream, fields, person, now)


def _identity(pasted: Pasted) -> str:
    seed = pasted.url or f"{pasted.title or ''}\n{pasted.text or ''}"
    return f"p-{hashlib.sha256(seed.encode()).hexdigest()[:24]}"


def _take(stream: Stream, fields: Mapping[str, object], person: Person, now: datetime) -> Post:
    source = standing_source(
        stream=stream, kind=Source.Kind.PERSON, name=_("人工报送"), actor=person.key, now=now
    )
    raw = orjson.dumps({name: value for name, value in fields.items() if value is not None})
    batch = receive_batch(source=source, raw=raw, name=_("报一条"), actor=person.key, now=now)
    if Batch.objects.filter(pk=batch.pk, state=Batch.State.RECEIVED).update(state=Batch.State.READING):
        read_batch(batch)
    refused = batch.refused_lines.first()
    if refused is not None:
        raise BadInput(_("没有收下：%(sentence)s。") % {"sentence": refused.sentence})
    return Post.objects.get(stream=stream, platform=fields["platform"], external_id=fields["id"])
