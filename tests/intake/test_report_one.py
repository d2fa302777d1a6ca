"""报一条: paste, recognise, report; counts typed later are a second sight."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.intake.models import Post, Sight, Source
from guanlan.intake.paste import recognise
from guanlan.intake.reporting import add_counts, report_post

SHARED = "双十一退的鞋三天没到账，客服只会说请耐心等待，订单里却写着“已退款”"


@pytest.fixture(autouse=True)
def _at_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanlan.intake.jobs.now_for", lambda _stream: NOW)


def report(cast: Cast, stream: Stream, words: str = SHARED, **counts: int) -> Post:
    return report_post(
        stream=stream, pasted=recognise(words, now=NOW), counts=counts, person=cast.wang, now=NOW
    )


class TestReportPost:
    def test_keeps_the_words_and_unknown_stays_unknown(self, cast: Cast, stream: Stream) -> None:
        post = report(cast, stream, likes=12)

        assert (post.text, post.likes, post.comments) == (SHARED, 12, None)
        assert (post.published_at, post.source.kind) == (NOW, Source.Kind.PERSON)

    def test_the_same_words_again_are_one_post(self, cast: Cast, stream: Stream) -> None:
        assert report(cast, stream).pk == report(cast, stream).pk

    def test_refuses_a_link_without_words(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(BadInput, match="只有链接"):
            report(cast, stream, "https://weibo.com/1234567890/AbCdEfGhI")

    def test_refuses_a_reader(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NotAllowed):
            report_post(
                stream=stream, pasted=recognise(SHARED, now=NOW), counts={}, person=cast.zhao, now=NOW
            )


class TestAddCounts:
    def test_counts_typed_later_are_a_second_sight(self, cast: Cast, stream: Stream) -> None:
        post = report(cast, stream, likes=12)

        post = add_counts(post=post, counts={"likes": 900, "views": None}, person=cast.wang, now=NOW)

        assert post.likes == 900
        assert list(Sight.objects.order_by("pk").values_list("likes", "views")) == [(12, None), (900, None)]

    def test_refuses_an_empty_form(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(BadInput, match="一个数也没有填"):
            add_counts(post=report(cast, stream), counts={"likes": None}, person=cast.wang, now=NOW)


class TestPage:
    def test_shows_what_was_recognised_before_anything_is_kept(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        page = sign_in(cast.wang).post(reverse("report-one"), {"words": SHARED}).content.decode()

        assert "已识别" in page
        assert not Post.objects.exists()

    def test_reports_with_one_more_press(
        self, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.wang)
        answer = browser.post(reverse("report-one"), {"words": SHARED, "report": "1", "likes": "3"})

        assert answer.headers["Location"] == reverse("post", args=[Post.objects.get().key])
        assert Post.objects.get().likes == 3

    def test_a_reader_is_told_who_may(self, cast: Cast, sign_in: Callable[..., Client]) -> None:
        answer = sign_in(cast.zhao).get(reverse("report-one"))

        assert answer.status_code == 403
        assert "可以办理的是" in answer.content.decode()
