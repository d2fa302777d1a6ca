"""Every main page, light and dark, desk and phone: nothing sideways, nothing that axe calls serious."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import NOW, Cast
from guanlan.incidents.actions import issue_warning, start_first
from guanlan.incidents.models import Incident
from guanlan.media.actions import draft_statement, submit_statement
from guanlan.people.models import Group
from guanlan.reports.actions import submit_flash
from guanlan.watch.actions import confirm_level
from guanlan.watch.models import Event, Watch
from incident_scene import activate

pytestmark = IN_A_BROWSER

# The theme changes nothing but colours.
CONTRAST = {"runOnly": ["color-contrast"]}
SERIOUS = ("serious", "critical")
FOR_ADMINISTRATORS = (
    "people/",
    "people/add/",
    "people/import/",
    "audit/",
    "setup/",
    "setup/company/",
    "setup/plan/",
    "setup/plan/five-groups/",
    "setup/people/",
    "setup/roster/",
    "setup/deputies/",
    "setup/channels/",
    "setup/words/",
    "setup/history/",
    "setup/demo/",
    "running/",
    "subscriptions/",
    "reach/",
)
FOR_MONITORS = ("watches/new/", "sources/new/", "import/")
FOR_EVERYBODY = (
    "",
    "more/",
    "messages/",
    "feed/",
    "events/",
    "events/?level=below",
    "watches/",
    "sources/",
    "report-one/",
    "incidents/",
    "tasks/",
    "handovers/",
    "reports/",
    "kpis/",
    "kpis/tasks-done/",
    "statements/",
    "plan/",
)


@dataclass(frozen=True)
class Scene:
    """One incident in full swing, and the addresses of its pages."""

    cast: Cast
    command: tuple[str, ...]
    media: tuple[str, ...]
    administrator: tuple[str, ...]


@pytest.fixture
def scene(watch: Watch, bring: Any, cast: Cast) -> Scene:
    bring(60, start=NOW - timedelta(minutes=20))
    event = Event.objects.exclude(computed_level="").get()
    other = Event.objects.create(
        stream=event.stream, watch=watch, code="other", name="另一件事", first_at=NOW, last_at=NOW
    )
    third = Event.objects.create(
        stream=event.stream, watch=watch, code="third", name="第三件事", first_at=NOW, last_at=NOW
    )
    warning = issue_warning(
        event=other,
        level="III",
        words="投诉在涨，各组备好人手",
        review_at=NOW + timedelta(hours=4),
        person=cast.wang,
        now=NOW,
    )
    started = start_first(event=third, level="III", reason="等不及", person=cast.wang, now=NOW).incident
    assert started is not None
    confirm_level(event=event, level="III", levels=("I", "II", "III", "IV"), person=cast.wang, now=NOW)
    report = submit_flash(event=event, person=cast.wang, now=NOW)
    incident = activate(event, cast.li, "III")
    statement = draft_statement(
        incident=incident,
        kind="ATTITUDE",
        title="说明",
        body="今晚八点前先行垫付。",
        person=cast.chen,
        now=NOW,
    )
    submit_statement(statement=statement, person=cast.chen, now=NOW)
    return Scene(
        cast,
        command=(
            *FOR_EVERYBODY,
            *_incident_pages(incident),
            f"events/{event.key}/",
            f"reports/{report.key}/",
            f"incidents/decide/{other.key}/",
            f"incidents/first/{other.key}/",
            f"incidents/warn/{other.key}/",
            f"warnings/{warning.key}/",
            f"incidents/{started.key}/ratify/",
            f"handovers/new/{Group.objects.get(code='group.command').key}/",
            f"people/{cast.liu.key}/call/",
            f"posts/{event.readings.first().post.key}/",
        ),
        media=(f"statements/{statement.key}/", f"statements/{statement.key}/revise/"),
        administrator=(
            *FOR_ADMINISTRATORS,
            f"people/{cast.liu.key}/",
            f"people/roster/{Group.objects.get(code='group.monitoring').key}/",
        ),
    )


def _incident_pages(incident: Incident) -> tuple[str, ...]:
    task = incident.tasks.filter(group__function="command").first()
    assert task is not None
    around = f"incidents/{incident.key}/"
    return (
        around,
        f"{around}kpis/",
        f"events/{incident.event.key}/losses/",
        f"{around}level/",
        f"{around}order/",
        f"{around}stand-down/",
        f"tasks/{task.key}/",
        f"tasks/{task.key}/waive/",
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_can_be_read_and_used_by_everybody(
    scene: Scene, open_as: SignIn, viewport: dict[str, int], scheme: str
) -> None:
    found: list[str] = []
    for person, addresses in (
        (scene.cast.li, scene.command),
        (scene.cast.wang, FOR_MONITORS),
        (scene.cast.chen, scene.media),
        (scene.cast.wu, scene.administrator),
    ):
        page = open_as(person, viewport, scheme)
        for address in addresses:
            answer = page.goto(f"/{address}")
            assert answer is not None
            assert answer.status == 200, address
            assert page.locator("h1").first.inner_text()
            refuse_sideways_scroll(page)
            found += violations(page, rules=CONTRAST if scheme == "dark" else None)
    assert not found, "\n".join(found)


def violations(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """Return what axe finds serious or critical, each with its page and first place."""
    result = Axe().run(page, options={"resultTypes": ["violations"], **(rules or {})})
    found = [rule for rule in result.response["violations"] if rule["impact"] in SERIOUS]
    nodes = [(rule["id"], rule["nodes"][0]) for rule in found]
    return [f"{page.url} {name}: {node['html'][:160]} {node['failureSummary'][:300]}" for name, node in nodes]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_doors_outside_can_be_used_too(cast: Cast, open_as: SignIn, viewport: dict[str, int]) -> None:
    page = open_as(cast.wang, viewport)
    page.goto("/accounts/password/change/")
    assert violations(page) == []
    page.goto("/more/")
    page.locator("main").get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/**")
    assert violations(page) == []
