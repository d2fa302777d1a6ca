"""The loop as people see it: a real browser, at desktop and phone width, nothing leaves the machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from conftest import NOW, PASSWORD, Cast
from guanlan.incidents.models import Task
from guanlan.people.models import Person
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event, Watch

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed (Debian: chromium, fonts-noto-cjk)"
    ),
]

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop would make Django think that its own calls are asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def open_as(browser: Browser, live_server: Any, hands: dict[str, datetime]) -> Iterator[SignIn]:
    """Return a function that signs a person in by the form and gives the page."""
    said: list[str] = []
    contexts = []

    def page_of(person: Person, viewport: dict[str, int]) -> Page:
        person.set_password(PASSWORD)
        person.save()
        context = browser.new_context(viewport=viewport, base_url=live_server.url)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda asked: (
                said.append(asked.url) if not asked.url.startswith((live_server.url, "data:")) else None
            ),
        )
        page.goto("/accounts/login/")
        page.fill("#id_login", person.username)
        page.fill("#id_password", PASSWORD)
        page.click("text=登录 >> visible=true >> nth=-1")
        page.wait_for_url("**/")
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert said == []


def refuse_sideways_scroll(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], (page.url, width)  # type: ignore[index]


def test_from_a_confirmed_level_to_an_accepted_task(
    watch: Watch, bring: Any, cast: Cast, open_as: SignIn
) -> None:
    bring(320, start=NOW - timedelta(hours=2))
    event = Event.objects.filter(computed_level="II").get()

    monitor = open_as(cast.wang, DESKTOP)
    monitor.goto(f"/events/{event.key}/")
    monitor.wait_for_selector("[data-chart] svg")
    monitor.click("text=确认为Ⅱ级")
    monitor.wait_for_selector("text=王芳已确认")
    monitor.click(".act button:has-text('指挥')")
    monitor.wait_for_url("**/reports/**")

    commander = open_as(cast.li, PHONE)
    commander.goto("/messages/")
    refuse_sideways_scroll(commander)
    commander.goto(f"/incidents/decide/{event.key}/")
    refuse_sideways_scroll(commander)
    commander.check("input[value='II']")
    commander.fill("textarea[name=reason]", "投诉过三百件，仍在增加")
    commander.click(".act .btn-primary")
    commander.wait_for_url("**/incidents/*/")
    refuse_sideways_scroll(commander)
    assert commander.locator(".inc").inner_text().startswith("Ⅱ级")

    agent = open_as(cast.liu, PHONE)
    agent.goto("/")
    refuse_sideways_scroll(agent)
    agent.locator("main a[href^='/tasks/']:visible").first.click()
    agent.wait_for_url("**/tasks/**")
    refuse_sideways_scroll(agent)
    agent.locator(".act .btn-primary:visible").click()
    agent.locator("textarea[name=words]").wait_for()  # the result can be written now
    assert Task.objects.get(owner=cast.liu).state == Task.State.ACCEPTED


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_door_opens_without_sideways_scroll(
    watch: Watch, bring: Any, cast: Cast, open_as: SignIn, viewport: dict[str, int]
) -> None:
    bring(3)
    page = open_as(cast.wang, viewport)

    for address in ("/", "/feed/", "/events/", "/watches/new/", "/sources/", "/report-one/", "/incidents/"):
        page.goto(address)
        refuse_sideways_scroll(page)
        assert page.locator("h1").first.inner_text()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_publish_button_follows_the_day_in_the_box(
    plan: PlanVersion, cast: Cast, open_as: SignIn, viewport: dict[str, int]
) -> None:
    page = open_as(cast.li, viewport)
    page.goto("/plan/")
    refuse_sideways_scroll(page)

    page.goto("/plan/import/")
    content = plan.source.replace('version: "1.0"', 'version: "2.0"').encode()
    page.set_input_files(
        "input[type=file]", {"name": "plan.yaml", "mimeType": "application/yaml", "buffer": content}
    )
    page.click("text=导入为草案")
    page.locator("text=发布 2.0 版，2026-11-20 起施行，原 1.0 版停用").wait_for()
    refuse_sideways_scroll(page)
    page.fill("input[type=date]", "2026-12-01")
    page.dispatch_event("input[type=date]", "change")
    page.click("text=发布 2.0 版，2026-12-01 起施行，原 1.0 版到时停用")
    page.locator("text=在那之前仍按现行版办").wait_for()

    assert PlanVersion.objects.get(label="2.0").state == "SCHEDULED"
