"""Reading a received batch: posts once, counts as a series, refused lines with their sentences."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.intake.actions import NameTaken, SourceClosed, close_source, open_source, receive_batch
from guanlan.intake.jobs import read_next_batch
from guanlan.intake.models import Batch, Post, Sight, Source


@pytest.fixture(autouse=True)
def _at_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanlan.intake.jobs.now_for", lambda _stream: NOW)


@pytest.fixture
def source(cast: Cast, stream: Stream) -> Source:
    return open_source(
        stream=stream,
        unit=cast.wang.unit,
        kind=Source.Kind.FILE,
        name="导出",
        person=cast.wang,
        now=NOW,
        platform="",
    )


def line(number: int, **fields: object) -> str:
    post = {
        "id": str(number),
        "platform": "微博",
        "text": f"第 {number} 条：退款还没到",
        "published_at": "2026-11-20T13:00:00+08:00",
        "author": "阿青",
    }
    return json.dumps(post | fields, ensure_ascii=False)


def receive(source: Source, *lines: str) -> Batch:
    batch = receive_batch(source=source, raw="\n".join(lines).encode(), name="a.jsonl", actor="x", now=NOW)
    while read_next_batch():
        pass
    batch.refresh_from_db()
    return batch


class TestReadBatch:
    def test_keeps_each_post_once(self, source: Source) -> None:
        batch = receive(source, *(line(number) for number in range(1203)))

        assert (batch.state, batch.taken, batch.refused) == (Batch.State.STORED, 1203, 0)
        assert Post.objects.count() == 1203

    def test_masks_the_author_and_keeps_a_hash_that_tells_authors_apart(self, source: Source) -> None:
        receive(source, line(1), line(2), line(3, author="小满"))

        first, second, third = Post.objects.order_by("external_id")
        assert (first.author_name, third.author_name) == ("阿**", "小**")
        assert first.author_hash == second.author_hash != third.author_hash
        assert "阿青" not in first.author_hash

    def test_a_known_id_with_other_counts_is_a_second_sight(self, source: Source) -> None:
        receive(source, line(1, likes=10, views=500))
        again = receive(source, line(1, likes=25), line(1, likes=25))

        post = Post.objects.get()
        assert (again.taken, again.seen_again) == (0, 2)
        assert (post.likes, post.views) == (25, 500)  # an unknown count does not wipe a known one
        assert list(Sight.objects.order_by("pk").values_list("likes", "first")) == [(10, True), (25, False)]

    def test_the_same_counts_again_are_no_new_sight(self, source: Source) -> None:
        receive(source, line(1, likes=10))
        receive(source, line(1, likes=10))

        assert not Sight.objects.exists()

    def test_unknown_counts_stay_unknown(self, source: Source) -> None:
        receive(source, line(1, likes="", comments=None, reposts=-1))

        post = Post.objects.get()
        assert (post.likes, post.comments, post.reposts) == (None, None, None)

    def test_a_bad_line_is_told_and_the_others_are_kept(self, source: Source) -> None:
        batch = receive(source, line(1), line(2, published_at="不知道"), line(3))

        refused = batch.refused_lines.get()
        assert (batch.taken, batch.refused) == (2, 1)
        assert refused.line == 2
        assert "时间" in refused.sentence or "published_at" in refused.column

    def test_what_nobody_can_read_is_said_on_the_batch(self, source: Source) -> None:
        batch = receive(source, "[" + line(1) + "]")

        assert batch.state == Batch.State.REFUSED
        assert "JSON" in batch.failure
        assert Post.objects.count() == 0

    def test_a_batch_read_twice_stores_nothing_twice(self, source: Source) -> None:
        batch = receive_batch(source=source, raw=line(1).encode(), name="a", actor="x", now=NOW)
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RECEIVED)
        read_next_batch()
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RECEIVED, raw=line(1).encode())
        read_next_batch()

        assert Post.objects.count() == 1

    def test_writes_audit_rows_without_words(self, source: Source) -> None:
        receive(source, line(1))

        verbs = list(Entry.objects.order_by("-number").values_list("verb", "facts")[:2])
        assert verbs[0] == ("intake.finish_batch", {"taken": 1, "seen_again": 0, "refused": 0})
        assert verbs[1][0] == "intake.receive_batch"


class TestSources:
    def test_refuses_a_second_source_of_one_name(self, source: Source, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NameTaken, match="导出"):
            open_source(
                stream=stream, unit=cast.wang.unit, kind="FILE", name="导出", person=cast.wang, now=NOW
            )

    def test_refuses_a_person_without_the_function(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NotAllowed, match="监测"):
            open_source(stream=stream, unit=cast.wang.unit, kind="FILE", name="x", person=cast.zhao, now=NOW)

    def test_a_closed_source_takes_nothing_more(self, source: Source, cast: Cast) -> None:
        close_source(source=source, person=cast.wang, now=NOW)
        source.refresh_from_db()

        with pytest.raises(SourceClosed):
            receive_batch(source=source, raw=b"x", name="x", actor="x", now=NOW)


class TestPages:
    def test_sources_page_names_what_is_missing(
        self, source: Source, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        Source.objects.update(failing_since=NOW, failure="连不上")

        page = sign_in(cast.zhao).get(reverse("sources")).content.decode()

        assert "1 个来源，1 个没有正常来帖" in page
        assert "连不上" in page

    def test_a_reader_cannot_open_or_stop_a_source(
        self, source: Source, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.zhao)

        assert browser.get(reverse("source-new")).status_code == 403
        assert browser.post(reverse("source-stop", args=[source.key])).status_code == 403
        assert browser.get(reverse("import")).status_code == 403

    def test_an_uploaded_file_waits_for_the_worker_and_then_tells(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        browser = sign_in(cast.wang)
        file = SimpleUploadedFile("十一月.jsonl", (line(1) + "\n" + line(2)).encode())
        answer = browser.post(reverse("import"), {"file": file, "history": "on"})
        assert "正在读取" in browser.get(answer.headers["Location"]).content.decode()

        read_next_batch()

        assert "收下 2 条" in browser.get(answer.headers["Location"]).content.decode()
        assert Batch.objects.get().history
        assert reverse("batch", args=[Batch.objects.get().key]) == answer.headers["Location"]

    def test_markup_in_a_post_is_shown_as_text(
        self, source: Source, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        receive(source, line(1, text="<script>alert(1)</script>"))

        page = sign_in(cast.zhao).get(reverse("post", args=[Post.objects.get().key])).content.decode()

        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
