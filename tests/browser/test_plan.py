"""A plan is imported and published in a real browser: the button says what it will do."""

import pytest

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.people.actions import place
from guanlan.plan.models import PlanVersion

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_signed_then_published_for_the_day_in_the_box(
    plan: PlanVersion, stream: Stream, cast: Cast, open_as: SignIn, viewport: dict[str, int]
) -> None:
    place(person=cast.zhou, group=cast.groups["command"], role="MEMBER", actor="system", now=NOW)
    page = open_as(cast.li, viewport)
    page.goto("/plan/")
    refuse_sideways_scroll(page)

    page.goto("/plan/import/")
    content = plan.source.replace('version: "1.0"', 'version: "2.0"').encode()
    page.set_input_files(
        "input[type=file]", {"name": "plan.yaml", "mimeType": "application/yaml", "buffer": content}
    )
    page.click("text=导入为草案")
    page.locator("text=草案 2.0 版：比现行 1.0 版改了 1 处").wait_for()
    refuse_sideways_scroll(page)
    page.click("text=送审，请所选的人会签")
    page.locator("text=会签中，等周宁签").wait_for()
    reading = open_as(cast.zhou, viewport)
    reading.goto(page.url)
    refuse_sideways_scroll(reading)
    reading.click("text=同意 2.0 版")
    reading.locator("text=已会签，").wait_for()

    page.reload()
    page.locator("text=发布 2.0 版，2026-11-20 起施行，原 1.0 版停用").wait_for()
    refuse_sideways_scroll(page)
    page.fill("input[type=date]", "2026-12-01")
    page.dispatch_event("input[type=date]", "change")
    page.click("text=发布 2.0 版，2026-12-01 起施行，原 1.0 版到时停用")
    page.locator("text=在那之前仍按现行版办").wait_for()

    assert PlanVersion.objects.get(label="2.0").state == "SCHEDULED"
