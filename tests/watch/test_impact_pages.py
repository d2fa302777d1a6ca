"""The panel and the pages of an event's impact, its posts and its days."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.intake.models import Source
from guanlan.people.models import Person
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event
from impact_scene import BEGIN, DAY, Put, give, putting, weeks
from incident_scene import raise_event

Browser = Callable[[Person], Client]


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    return raise_event(cast, stream)


@pytest.fixture
def put(event: Event) -> Put:
    return putting(event)


class TestPages:
    def test_the_event_page_asks_for_the_impact(
        self, sign_in: Browser, cast: Cast, event: Event, plan: PlanVersion
    ) -> None:
        page = sign_in(cast.wang).get(reverse("event", args=[event.key])).content.decode()

        assert f'hx-get="{reverse("event-impact", args=[event.key])}"' in page
        assert "hx-preserve" in page

    def test_unknown_stays_unknown_and_offers_the_way(
        self, sign_in: Browser, cast: Cast, event: Event
    ) -> None:
        address = reverse("event-impact", args=[event.key])
        page = sign_in(cast.liu).get(address).content.decode()

        assert "还说不出，原因见表" in page
        assert page.count("未知：没有人填过这个数") == 3
        assert "未知：没有接入热榜，也没有人登记上榜" in page
        assert f'href="{reverse("volumes")}">填业务量' in page
        fragment = sign_in(cast.wang).get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment
        assert "由客服填报" in fragment
        assert "填业务量" not in fragment

    def test_every_figure_leads_to_what_it_counts(
        self, sign_in: Browser, cast: Cast, event: Event, put: Put, stream: Stream
    ) -> None:
        for back in range(1, 21):
            put(10, BEGIN - back * DAY, negative=2, text="往日")
        put(60, NOW, negative=55, text="当日")
        give(cast, stream, weeks() | {NOW.date(): 60})
        browser = sign_in(cast.wang)

        def headlines(of: str) -> str:
            address = reverse("event-impact-posts", args=[event.key, "negative_share"])
            page = browser.get(address, {"of": of}).content.decode()
            return page.split("<h1>")[1].split("</h1>")[0]

        assert "55 条" in headlines("")
        assert "60 条" in headlines("beside")
        assert "40 条" in headlines("before")
        assert "200 条" in headlines("before-beside")
        days = browser.get(reverse("event-impact-posts", args=[event.key, "complaints"])).content.decode()
        assert "一共 29 天的数" in days
        assert days.count("刘洋") == 29
        assert browser.get(reverse("event-impact-posts", args=[event.key, "nothing"])).status_code == 404

    def test_a_source_that_is_silent_is_named(
        self, sign_in: Browser, cast: Cast, event: Event, put: Put
    ) -> None:
        Source.objects.update(silent_since=NOW)

        page = sign_in(cast.wang).get(reverse("event-impact", args=[event.key])).content.decode()

        assert "新闻导入现在没有正常来帖" in page
