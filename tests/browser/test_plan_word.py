"""A Word plan becomes a draft in a real browser, line by line beside its text."""

import pytest

from browser.test_pages import violations
from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import Cast
from guanlan.clocks.models import Stream
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from plan.word_files import LINES, word

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_word_plan_is_placed_and_drafted(
    plan: PlanVersion, stream: Stream, cast: Cast, open_as: SignIn, viewport: dict[str, int]
) -> None:
    page = open_as(cast.li, viewport)
    page.goto("/plan/begin/")
    page.click("text=从 Word 预案开始")
    refuse_sideways_scroll(page)
    page.set_input_files(
        "input[type=file]", {"name": "海棠.docx", "mimeType": "application/x", "buffer": word(*LINES)}
    )
    page.click("text=上传，看怎么分")
    page.locator("text=分出 4 章 6 条").wait_for()
    refuse_sideways_scroll(page)
    assert violations(page) == []
    page.select_option("[name='place-6']", label="条款")
    page.click("text=按选择重排")
    page.locator("text=2.2 总经理任总指挥").wait_for()
    page.click("text=分得对，下一步")
    page.locator("h1:has-text('4 章来自 Word')").wait_for()
    refuse_sideways_scroll(page)
    assert violations(page) == []
    page.click("button:has-text('起成草案')")
    page.locator("text=草案起好了").wait_for()

    titles = [chapter.title for chapter in document(PlanVersion.objects.get(label="1.1")).chapters]
    assert titles == ["总则", "组织与职责", "监测与上报", "附则", "沿用的条款"]
