"""What posts say of harm: stored post by post, counted as the engine counts, shown on the event's page."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.plan.models import PlanVersion
from guanlan.watch.actions import keep_watch
from guanlan.watch.counting import counted, rows_of
from guanlan.watch.models import Event, Reading, Signal, Watch
from guanlan.watch.said import said
from incident_scene import raise_event, read_posts

SICK = (
    ("张", "在观澜商城买的卤味，我和同事吃完上吐下泻，医生说是食物中毒"),
    ("王", "昨晚吃了观澜商城的卤味，半夜上吐下泻，今天请了病假"),
    ("张", "观澜商城的卤味还在卖，我吃完食物中毒的单子都发给他们了"),
    (None, "卤味是观澜商城买的，全家食物中毒，老人还在医院挂水"),
    (None, "上吐下泻一整夜，就因为观澜商城这份卤味，商家电话打不通"),
    ("观澜商城官方", "观澜商城说明：网友提到的卤味致人上吐下泻一事，我们正在核查"),
    ("李", "在观澜商城买的卤味，我和同事吃完上吐下泻，医生说是食物中毒"),  # a copy
    ("赵", "观澜商城的卤味就那样，本次演练的剧本里才有食物中毒"),
)


@pytest.fixture
def event(bring: Callable[..., object], plan: PlanVersion, stream: Stream, cast: Cast) -> Event:
    keep_watch(
        stream=stream,
        unit=plan.unit,
        name="卤味",
        query="观澜商城 AND 卤味",
        own_accounts=("观澜商城官方",),
        person=cast.wang,
        now=NOW,
    )
    lines = [
        {
            "id": f"h{number}",
            "platform": "微博",
            "media_type": "social",
            "text": text,
            "author": author,
            "published_at": (NOW - timedelta(minutes=60 - 5 * number)).isoformat(),
        }
        for number, (author, text) in enumerate(SICK)
    ]
    bring.send(lines)  # type: ignore[attr-defined]
    bring(1, start=NOW - timedelta(minutes=5))
    return Event.objects.get(watch__name="卤味")


def test_each_post_keeps_what_its_own_words_say(event: Event) -> None:
    kept = {reading.post.external_id: reading.harms for reading in event.readings.select_related("post")}

    assert [sign["words"] for sign in kept["h0"]] == ["上吐下泻", "食物中毒"]
    text = SICK[0][1]
    assert [sign["at"] for sign in kept["h0"]] == [text.index("上吐下泻"), text.index("食物中毒")]
    assert kept["h5"] == kept["h7"] == []


def test_three_voices_said_it_and_the_level_follows(event: Event) -> None:
    # 张 twice, 王, and the two whom nobody knows as one.
    assert event.measures["harm_people"] == 3
    assert event.computed_level == "III"
    reasons = Signal.objects.filter(event=event).latest("at").reasons
    (harm,) = [reason for reason in reasons if reason["criterion"] == "criterion.harm-people"]
    # It rose with the second voice, five minutes after the first.
    assert (harm["value"], harm["level"], set(harm["posts"])) == (2, "III", {"h0", "h1"})


def test_counted_anew_it_is_one_post_a_voice(event: Event) -> None:
    found = counted(event, rows_of(event), now=NOW)

    for name in ("harm_people", "harm_public", "harm_fraud"):
        assert found[name].value == event.measures[name]
    posts = Reading.objects.filter(post__in=[row.pk for row in found["harm_people"].rows])
    assert sorted(posts.values_list("post__external_id", flat=True)) == ["h0", "h1", "h3"]


def test_the_page_says_which_harm_how_many_and_in_which_words(
    event: Event, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    (row,) = said(event, "harms")
    assert (row.voices, row.posts, set(row.words)) == (3, 5, {"上吐下泻", "食物中毒", "挂水"})

    page = html.unescape(sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode())

    table = page.split("危害信号<small>")[1].split("</table>")[0]
    assert re.search(r"食品安全.*?>3<.*?>5<.*?“食物中毒”.*", table, re.DOTALL)
    first = event.readings.get(post__external_id="h0").post
    assert reverse("post", args=[first.key]) in table
    assert "伤亡、食品或未成年人受害" in page


def test_an_event_without_harm_shows_no_empty_table(
    cast: Cast, stream: Stream, plan: PlanVersion, sign_in: Callable[..., Client]
) -> None:
    event = raise_event(cast, stream)
    read_posts(event, count=3, negative=2, at=NOW)
    page = sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode()

    assert "危害信号" not in page


def test_the_page_says_what_is_demanded_by_how_many(
    bring: Callable[..., object], watch: Watch, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    asked = (
        "鞋子退回去半个月，观澜商城到底什么时候退款",
        "客服骂人还不认账，我要求观澜商城退款，必须道歉",
        "观澜商城的退款已到账，谢谢帮忙的朋友",
        "冬令营没办成，请观澜商城尽快把退款打过来，房租等着用",
    )
    lines = [
        {
            "id": f"d{number}",
            "platform": "微博",
            "text": words,
            "author": f"用户{number % 3}",
            "published_at": (NOW - timedelta(minutes=60 - 5 * number)).isoformat(),
        }
        for number, words in enumerate(asked)
    ]
    bring.send(lines)  # type: ignore[attr-defined]
    event = Event.objects.latest("posts")

    rows = {row.name: (row.voices, row.posts) for row in said(event, "demands")}
    assert rows == {"退款": (2, 3), "道歉": (1, 1)}  # the first author once more

    page = html.unescape(sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode())
    table = page.split("诉求<small>")[1].split("</table>")[0]
    assert re.search(r">退款<.*?>2<.*?>3<", table, re.DOTALL)
    assert "“什么时候退款”" in table or "“退款”" in table
    assert all(f"“{term}”" in page for term in event.terms)
