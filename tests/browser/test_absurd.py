"""Pages with nothing on them, and with far too much: they hold at every width, light and dark."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.models import Incident, Task
from guanlan.intake.models import Batch, Post, Source
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event, Hit, Reading, Watch
from incident_scene import activate, raise_event

pytestmark = IN_A_BROWSER

SCREENS = [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
NAMES = ["desktop", "desktop-dark", "phone", "phone-dark"]
EVIL = '<img src=x onerror="window.entered=1"><b id="entered">退款</b>'
# One word without a place to break in, as an address would be.
TITLE = (EVIL + "https://example.com/" + "a" * 120)[:120]
PERSON = "欧阳" * 20
READINGS, TASKS = 10_000, 200


@pytest.fixture
def too_much(cast: Cast, stream: Stream, plan: PlanVersion) -> Incident:
    """Fill the house: 10,000 readings of one event, 200 tasks, names as long as they may be."""
    cast.li.name = PERSON
    cast.li.save()
    event = raise_event(cast, stream, name=TITLE)
    incident = activate(event, cast.li)
    _read(event, READINGS)
    group = cast.li.memberships.filter(group__code__startswith="group.").get().group
    times = {"offered_at": NOW, "accept_by": NOW + timedelta(minutes=9), "due_at": NOW + timedelta(hours=1)}
    Task.objects.bulk_create(
        Task(stream=stream, incident=incident, duty=f"d{n}", group=group, title=TITLE, **times)
        for n in range(TASKS)
    )
    return incident


def _read(event: Event, count: int) -> None:
    stream, at = event.stream, NOW - timedelta(minutes=5)
    source = Source.objects.create(stream=stream, unit=event.watch.unit, kind=Source.Kind.FILE, name=TITLE)
    batch = Batch.objects.create(stream=stream, source=source, number=1, received_at=at)
    posts = Post.objects.bulk_create(
        Post(
            stream=stream,
            source=source,
            batch=batch,
            platform="微博",
            external_id=str(n),
            title=TITLE,
            text=TITLE,
            author_name=PERSON,
            published_at=at,
            taken_at=at,
        )
        for n in range(count)
    )
    Reading.objects.bulk_create(
        Reading(stream=stream, post=post, event=event, stance="negative", published_at=at) for post in posts
    )
    Hit.objects.bulk_create(
        Hit(
            stream=stream,
            post=post,
            watch=event.watch,
            term="退款",
            field="title",
            position=TITLE.index("退款"),
        )
        for post in posts
    )


def _addresses(incident: Incident) -> list[str]:
    event, task = incident.event, incident.tasks.filter(title=TITLE).first()
    assert task is not None
    around = [f"/events/{event.key}/", f"/incidents/{incident.key}/", f"/tasks/{task.key}/"]
    doors = ["/", "/messages/", "/feed/", "/events/", "/sources/", "/incidents/"]
    return [*doors, *around, f"/incidents/decide/{event.key}/", f"/posts/{event.readings.first().post.key}/"]


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS, ids=NAMES)
def test_markup_and_length_break_nothing(
    too_much: Incident, cast: Cast, open_as: SignIn, viewport: dict[str, int], scheme: str
) -> None:
    page = open_as(cast.li, viewport, scheme)
    for address in _addresses(too_much):
        page.goto(address)
        refuse_sideways_scroll(page)
        assert page.locator("#entered").count() == 0, address
        assert page.evaluate("window.entered") is None, address
        lost = page.evaluate(
            "[...document.querySelectorAll('main .btn, main h1')].filter(e => e.offsetParent"
            " && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent)"
        )
        assert lost == [], address


def test_much_is_answered_in_little_time(
    too_much: Incident, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in(cast.li)
    # Templates are read once, here.
    assert "这里排最急的 50 项" in browser.get("/").content.decode()
    spent = {}
    for address in _addresses(too_much):
        began = time.process_time()
        assert browser.get(address).status_code == 200
        spent[address] = time.process_time() - began
    # Processor time, so that a busy machine fails nothing.
    assert max(spent.values()) < 1.5, spent


@pytest.mark.parametrize(("viewport", "scheme"), SCREENS[::3], ids=NAMES[::3])
def test_nothing_yet_says_what_would_be_here(
    cast: Cast, stream: Stream, plan: PlanVersion, open_as: SignIn, viewport: dict[str, int], scheme: str
) -> None:
    assert not Watch.objects.exists()
    page = open_as(cast.wang, viewport, scheme)
    for address, words in {
        "/": "都会排在这里",
        "/messages/": "还没有消息",
        "/feed/": "帖文就会出现在这里",
        "/events/": "就会合成事件",
        "/watches/": "写上公司和产品的叫法",
        "/sources/": "就能开始",
        "/incidents/": "就会出现在这里",
        "/reports/": "报告留在这里",
        "/statements/": "这里留下记录",
    }.items():
        page.goto(address)
        refuse_sideways_scroll(page)
        assert words in page.locator("main").inner_text(), address
