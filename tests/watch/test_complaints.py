"""What an event's negative posts complain of: stored with its words, grouped on the page, put right."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.engine.tasks import CATEGORIES, EMOTIONS
from guanlan.plan.models import PlanVersion
from guanlan.watch.actions import keep_watch
from guanlan.watch.categories import CATEGORY_NAMES, EMOTION_NAMES
from guanlan.watch.models import Event, Reading
from guanlan.watch.said import complaints

LATE = (
    ("张", "观澜商城快递太慢了，物流三天没动静，盒子压烂了，差评，垃圾物流"),
    ("王", "观澜商城快递太慢，物流信息一周不更新，气死我了，垃圾"),
    ("张", "观澜商城物流慢得离谱，快递又丢了，太差了，骗人"),
    ("赵", "观澜商城物流很快，快递小哥服务很好，非常满意，喜欢"),
)


@pytest.fixture
def event(bring: Callable[..., object], plan: PlanVersion, stream: Stream, cast: Cast) -> Event:
    keep_watch(
        stream=stream,
        unit=plan.unit,
        name="物流",
        query="观澜商城 AND 物流",
        own_accounts=(),
        person=cast.wang,
        now=NOW,
    )
    lines = [
        {
            "id": f"c{number}",
            "platform": "微博",
            "media_type": "social",
            "text": text,
            "author": author,
            "published_at": (NOW - timedelta(minutes=60 - 5 * number)).isoformat(),
        }
        for number, (author, text) in enumerate(LATE)
    ]
    bring.send(lines)  # type: ignore[attr-defined]
    bring(1, start=NOW - timedelta(minutes=5))
    event = Event.objects.filter(watch__name="物流").order_by("pk").first()
    assert event is not None
    # The engine may tell so few posts as several matters; here they are one.
    Reading.objects.filter(post__external_id__startswith="c").update(event=event)
    return event


def kept(number: int) -> Reading:
    return Reading.objects.get(post__external_id=f"c{number}")


def test_a_negative_post_keeps_its_category_and_the_words_that_decided(event: Event) -> None:
    for number in range(3):
        reading = kept(number)
        assert (reading.stance, reading.category) == ("negative", "LOGISTICS")
        said = LATE[number][1]
        assert reading.because
        assert reading.because_category
        assert all(words in said for words, _weight in reading.because + reading.because_category)
        assert any("物流" in words or "快递" in words for words, _weight in reading.because_category)
        assert reading.emotion in EMOTIONS


def test_a_post_that_praises_complains_of_nothing(event: Event) -> None:
    praise = kept(3)

    assert (praise.stance, praise.category, praise.because, praise.because_category) == (
        "positive",
        "",
        [],
        [],
    )
    assert praise.emotion == "happy"


def test_complaints_are_counted_by_people_and_a_correction_counts(event: Event) -> None:
    (row,) = complaints(event)
    assert (row.name, row.voices, row.posts) == ("物流", 2, 3)

    Reading.objects.filter(pk=kept(1).pk).update(corrected_category="ATTITUDE")
    assert [(row.name, row.voices, row.posts) for row in complaints(event)] == [
        ("物流", 1, 2),
        ("客服态度", 1, 1),
    ]

    Reading.objects.filter(pk=kept(0).pk).update(corrected_stance="neutral")
    Reading.objects.filter(pk=kept(2).pk).update(not_ours=True)
    assert [row.name for row in complaints(event)] == ["客服态度"]


def test_the_pages_say_which_category_and_which_words(
    event: Event, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(cast.wang)
    shown = html.unescape(client.get(reverse("event", args=[event.key])).content.decode())
    assert "投诉类别" in shown

    reading = kept(0)
    post = html.unescape(client.get(reverse("post-correct", args=[reading.post.key])).content.decode())
    assert "判为负面的词" in post
    for words, _weight in reading.because + reading.because_category:
        assert f"“{words}”" in post
    assert str(EMOTION_NAMES[reading.emotion]) in post


def test_every_code_of_the_model_has_a_name() -> None:
    assert set(CATEGORY_NAMES) == set(CATEGORIES)
    assert set(EMOTION_NAMES) == set(EMOTIONS)
