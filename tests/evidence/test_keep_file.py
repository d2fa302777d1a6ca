"""Keeping a file by what it contains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.evidence.actions import NotAFile, keep_file
from guanlan.evidence.queries import is_unchanged, place_of

# printf 'abc' | sha256sum
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }


def upload(content: bytes = b"abc") -> ContentFile[bytes]:
    return ContentFile(content, name="截图.png")


class TestKeepFile:
    def test_names_the_bytes_by_their_hash(self, cast: Cast, stream: Stream) -> None:
        kept = keep_file(stream=stream, upload=upload(), person=cast.liu, now=NOW)

        assert (kept.sha256, kept.size, kept.name) == (ABC, 3, "截图.png")
        assert is_unchanged(kept)

    def test_notices_changed_and_missing_bytes(self, cast: Cast, stream: Stream) -> None:
        kept = keep_file(stream=stream, upload=upload(), person=cast.liu, now=NOW)

        default_storage.delete(place_of(ABC))
        assert not is_unchanged(kept)
        default_storage.save(place_of(ABC), ContentFile(b"abd"))
        assert not is_unchanged(kept)

    def test_refuses_an_empty_file(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NotAFile, match=r"截图\.png"):
            keep_file(stream=stream, upload=upload(b""), person=cast.liu, now=NOW)

    def test_refuses_a_reader(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NotAllowed):
            keep_file(stream=stream, upload=upload(), person=cast.zhao, now=NOW)

    def test_writes_an_audit_row_with_the_hash(self, cast: Cast, stream: Stream) -> None:
        keep_file(stream=stream, upload=upload(), person=cast.liu, now=NOW)

        assert Entry.objects.latest("number").facts == {"sha256": ABC, "size": 3}


def test_hands_the_bytes_out_as_a_download(
    cast: Cast, stream: Stream, sign_in: Callable[..., Client]
) -> None:
    kept = keep_file(stream=stream, upload=upload(b"<script>"), person=cast.liu, now=NOW)

    answer = sign_in(cast.zhao).get(reverse("kept-file", args=[kept.key]))

    assert answer.content == b"<script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
