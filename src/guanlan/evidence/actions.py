"""Keeping a file as it was handed in."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput
from guanlan.evidence.models import KeptFile
from guanlan.evidence.permissions import KEEP_FILE
from guanlan.evidence.queries import place_of
from guanlan.people.models import Person
from guanlan.people.permissions import require

LARGEST = 50 * 1024 * 1024


class NotAFile(BadInput):
    """Nothing was handed in, or more than can be kept."""


def keep_file(
    *, stream: Stream, upload: File[bytes], person: Person, now: datetime, permission: str = KEEP_FILE
) -> KeptFile:
    """Keep the bytes under their SHA-256 and return the row that names them.

    `permission` is that of the step that the file belongs to, where it has one of its own.
    The same bytes are stored once, whoever hands them in. Raises NotAFile for an empty file
    or one above 50 MB.
    """
    require(person, permission, at=now)
    if not upload.size or upload.size > LARGEST:
        raise NotAFile(
            _("文件“%(name)s”是空的或超过 50 MB，没有保存。请检查后重传。") % {"name": upload.name}
        )
    content = upload.read()
    sha256 = hashlib.sha256(content).hexdigest()
    place = place_of(sha256)
    if not default_storage.exists(place):
        default_storage.save(place, ContentFile(content))
    with transaction.atomic():
        kept = KeptFile.objects.create(
            stream=stream,
            sha256=sha256,
            size=len(content),
            name=(upload.name or sha256)[:200],
            media_type=(getattr(upload, "content_type", "") or "application/octet-stream")[:100],
            kept_by=person,
            kept_at=now,
        )
        record(
            actor=person.key,
            verb="evidence.keep_file",
            kind="file",
            subject=kept.key,
            stream=stream.pk,
            at=now,
            facts={"sha256": sha256, "size": kept.size},
        )
    return kept
