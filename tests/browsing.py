"""A real browser at the product's door: signing in, what it may not say, what it may not ask."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cast import PASSWORD
from guanlan.people.models import Person

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

# What every module of tests/browser/ is marked with.
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed (Debian: chromium, fonts-noto-cjk)"
    ),
]

# The innermost elements that stick out, by themselves or by their text.
WIDEST = """[...document.querySelectorAll("body *:not(svg *)")]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    || e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
  .slice(-3).map(e => e.outerHTML.slice(0, 300))"""

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")  # its loop runs as long as it is open, and others cannot draw charts in it
def browser() -> Iterator[Browser]:
    # Playwright's loop would make Django think that its own calls are asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def open_as(browser: Browser, live_server: Any, hands: dict[str, datetime]) -> Iterator[SignIn]:
    """Return a function that signs a person in by the form and gives the page.

    At the end the console must be clean and every request must have stayed here; a test
    that provoked a refusal takes its line out of `open_as.said`.
    """
    said: list[str] = []
    contexts = []

    def page_of(person: Person, viewport: dict[str, int], scheme: str = "light") -> Page:
        person.set_password(PASSWORD)
        person.save()
        context = browser.new_context(viewport=viewport, base_url=live_server.url, color_scheme=scheme)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
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

    page_of.said = said  # type: ignore[attr-defined]
    yield page_of
    for context in contexts:
        context.close()
    assert said == []


def refuse_sideways_scroll(page: Page) -> None:
    """Hold that nothing is wider than the screen."""
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > page.viewport_size["width"]:  # type: ignore[index]
        pytest.fail(f"{page.url} is {width} wide: {page.evaluate(WIDEST)}")
