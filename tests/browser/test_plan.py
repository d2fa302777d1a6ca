"""A plan is imported and published in a real browser: the button says what it will do."""

import pytest

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import Cast
from guanlan.plan.models import PlanVersion

pytestmark = IN_A_BROWSER


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
