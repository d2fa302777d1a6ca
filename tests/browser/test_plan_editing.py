"""A draft is written in a real browser: a row is added without losing the place, and nothing runs over."""

import pytest
from django.urls import reverse

from browser.test_pages import violations
from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import Cast
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_draft_is_begun_and_written(
    plan: PlanVersion, cast: Cast, open_as: SignIn, viewport: dict[str, int]
) -> None:
    page = open_as(cast.li, viewport)
    page.goto("/plan/")
    page.click("text=起草新版本")
    refuse_sideways_scroll(page)
    page.click("button:has-text('起草')")
    page.locator("h1:has-text('草案 1.1 版')").wait_for()
    refuse_sideways_scroll(page)

    page.click("text=组和岗位")
    page.click("text=法律顾问组")
    page.click("#f-roles > p > button:has-text('加一项')")
    page.fill("[name='roles.2.name']", "合规专员")
    page.select_option("[name='roles.2.deputies'] >> nth=0", label="法律顾问组：法律组长")
    refuse_sideways_scroll(page)
    page.click("button:has-text('保存') >> visible=true >> nth=0")
    page.locator("text=已保存。").wait_for()

    draft = PlanVersion.objects.get(label="1.1")
    roles = document(draft).groups["group.legal"].roles
    assert [(role.name, role.deputies) for role in roles][-1] == ("合规专员", ("role.legal-lead",))
    for section, part in (
        ("levels", "II"),
        ("duties", "duty.monitoring.assess"),
        ("criteria", "criterion.growth"),
        ("notifications", draft.document["notifications"][0]["key"]),
    ):
        page.goto(reverse("plan-edit-part", args=[draft.key, section, part]))
        refuse_sideways_scroll(page)
        assert violations(page) == []
    page.goto(reverse("plan-edit-section", args=[draft.key, "duties"]))
    refuse_sideways_scroll(page)
    assert violations(page) == []
