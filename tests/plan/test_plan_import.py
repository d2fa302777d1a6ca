"""Importing a plan on screen: every mistake at once and nothing kept, or a draft to look at and publish."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.plan.actions import publish_version
from guanlan.plan.models import PlanVersion
from plan.shipped import NAMES, text
from plan.versions import drafted, signed, text_of, written

PLAN = text(NAMES[0])
Browser = Callable[..., Client]


def upload(browser: Client, content: str | bytes, name: str = "plan.yaml") -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return browser.post(reverse("plan-import"), {"plan": SimpleUploadedFile(name, raw)})


BAD: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["第 1 行第 1 列：文件是空的，请检查是否选错了文件。"]),
    "not YAML": ("meta: [", ["这里的 YAML 读不懂"]),
    "a workbook": (b"PK\x03\x04" + b"\0" * 50, ["这是 Excel、Word 或压缩文件，不是预案的 YAML 文件"]),
    "10 MB": (b"#" * 10_000_000, ["文件超过 500000 字节，不像一份预案"]),
    "gb18030": (PLAN.encode("gb18030"), ["这里不是 UTF-8 编码，请用 UTF-8 另存后再导入。"]),
    "a key twice": (
        PLAN.replace("    rank: 1\n", "    rank: 1\n    rank: 1\n", 1),
        ["“rank”写了两遍，请只留一处。"],
    ),
    "anchors": ("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", ["预案里不能用锚点（&）"]),
    "three mistakes": (
        PLAN.replace("colour: red", "color: red").replace("years: 3", "years: -3"),
        ["这里缺少“colour”。", "不认识“color”，是不是“colour”？", "“years”不能小于 1。"],
    ),
}


class TestImport:
    @pytest.mark.parametrize("kind", BAD)
    def test_lists_every_mistake_and_keeps_nothing(self, cast: Cast, sign_in: Browser, kind: str) -> None:
        content, sentences = BAD[kind]

        answer = upload(sign_in(cast.li), content, "预案.xlsx" if kind == "a workbook" else "plan.yaml")

        page = text_of(answer)
        assert answer.status_code == 422
        assert f"没有收下：文件里有 {len(sentences)} 处要改" in page
        for sentence in sentences:
            assert sentence in page
        assert len(re.findall(r"第 \d+ 行第 \d+ 列：", page)) == len(sentences)
        assert PlanVersion.objects.count() == 0

    def test_a_file_must_be_chosen(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).post(reverse("plan-import"))

        assert answer.status_code == 422
        assert "请先选一个预案文件，再导入。" in text_of(answer)

    def test_a_label_that_was_published_is_told(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        answer = upload(sign_in(cast.li), PLAN)

        assert answer.status_code == 422
        assert "版本“1.0”已经有了，请在文件的 meta.version 里换一个版本号" in text_of(answer)

    def test_who_may_not_manage_plans_gets_neither_form_nor_draft(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)

        assert browser.get(reverse("plan-import")).status_code == 403
        assert upload(browser, PLAN).status_code == 403
        assert PlanVersion.objects.count() == 0

    def test_markup_in_a_plan_is_only_text(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        content = PLAN.replace("title: 固定证据", "title: <script>alert(1)</script>", 1)

        page = browser.get(upload(browser, content).headers["Location"]).content.decode()

        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page


class TestDraft:
    def test_shows_the_changes_against_the_plan_in_force(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        browser = sign_in(cast.li)
        content = written("2.0", ("step: first_response, minutes: 60,", "step: first_response, minutes: 70,"))

        answer = upload(browser, content)

        draft = PlanVersion.objects.get(label="2.0")
        assert answer.headers["Location"] == reverse("plan-version", args=[draft.key])
        page = text_of(browser.get(answer.headers["Location"]))
        assert "草案 2.0 版：比现行 1.0 版改了 2 处；体检没有发现问题" in page
        assert "预案版本号：1.0 → 2.0" in page
        assert "Ⅰ级 首次回应时限：1 小时 → 70 分钟" in page

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (
                ("group: group.media\n", "group: group.press\n"),
                "组“group.press”不存在。 是不是“group.media”？",
            ),
            (("    rank: 4\n", "    rank: 5\n"), "等级的次序断档"),
            (("step: first_response, minutes: 60,", "step: first_response, minutes: 10,"), "时限倒走"),
            (("{key: survey.effort,", "{key: survey.case,"), "“survey.case”用了 2 次"),
        ],
    )
    def test_findings_stand_in_the_buttons_place(
        self, cast: Cast, sign_in: Browser, change: tuple[str, str], sentence: str
    ) -> None:
        draft = drafted(cast, "1.0", change)

        answer = sign_in(cast.li).get(reverse("plan-version", args=[draft.key]))

        page = text_of(answer)
        assert "改好才能送审" in page
        assert "不能送审：体检发现" in page
        assert sentence in page
        assert re.search(r"第 \d+ 行：", page)
        assert reverse("plan-publish", args=[draft.key]) not in answer.content.decode()

    def test_everybody_may_read_it_but_not_publish(self, cast: Cast, sign_in: Browser) -> None:
        draft, browser = drafted(cast, "1.0"), sign_in(cast.wang)

        page = text_of(browser.get(reverse("plan-version", args=[draft.key])))
        answer = browser.post(
            reverse("plan-publish", args=[draft.key]), {"effective_on": "2026-11-20", "said": "2026-11-20"}
        )

        assert "送审和发布由领导、指挥或管理员办理。" in page
        assert answer.status_code == 403
        assert PlanVersion.objects.get().state == "DRAFT"


class TestPublishing:
    @pytest.mark.parametrize(
        ("day", "button", "states"),
        [
            (
                "2026-11-20",
                "发布 2.0 版，2026-11-20 起施行，原 1.0 版停用",
                {"1.0": "SUPERSEDED", "2.0": "IN_FORCE"},
            ),
            (
                "2026-12-01",
                "发布 2.0 版，2026-12-01 起施行，原 1.0 版到时停用",
                {"1.0": "IN_FORCE", "2.0": "SCHEDULED"},
            ),
        ],
    )
    def test_the_button_says_what_happens(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser, day: str, button: str, states: dict[str, str]
    ) -> None:
        draft, browser = signed(cast, drafted(cast, "2.0")), sign_in(cast.li)
        address = reverse("plan-version", args=[draft.key])

        page = browser.get(address, {"effective_on": day}).content.decode()
        answer = browser.post(reverse("plan-publish", args=[draft.key]), {"effective_on": day, "said": day})

        assert f'name="said" value="{day}">{button}</button>' in page
        assert answer.status_code == 302
        assert dict(PlanVersion.objects.values_list("label", "state")) == states

    def test_the_first_plan_replaces_none(self, cast: Cast, sign_in: Browser) -> None:
        draft = drafted(cast, "1.0")

        page = sign_in(cast.li).get(reverse("plan-version", args=[draft.key])).content.decode()

        assert ">发布 1.0 版，2026-11-20 起施行</button>" in page

    def test_it_says_that_another_waiting_version_goes(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        later = NOW.date() + timedelta(days=8)
        publish_version(
            version=signed(cast, drafted(cast, "1.5")), effective_on=later, person=cast.li, now=NOW
        )
        draft = signed(cast, drafted(cast, "2.0"))

        page = sign_in(cast.li).get(reverse("plan-version", args=[draft.key]), {"effective_on": "2026-12-01"})

        assert "原 1.0 版到时停用，待施行的 1.5 版作废</button>" in page.content.decode()

    @pytest.mark.parametrize("said", ["2026-11-20", ""])
    def test_a_day_that_did_not_stand_on_the_button_is_shown_first(
        self, cast: Cast, sign_in: Browser, said: str
    ) -> None:
        draft, browser = drafted(cast, "1.0"), sign_in(cast.li)
        address = reverse("plan-publish", args=[draft.key])

        answer = browser.post(address, {"effective_on": "2026-12-01", "said": said}, follow=True)

        page = answer.content.decode()
        assert "施行日期改过了。请看过按钮上的日期再点一次。" in page
        assert "2026-12-01 起施行</button>" in page
        assert PlanVersion.objects.get().state == "DRAFT"

    @pytest.mark.parametrize("day", ["", "明天", "2026-02-30"])
    def test_what_is_no_day_gives_no_button(self, cast: Cast, sign_in: Browser, day: str) -> None:
        draft = drafted(cast, "1.0")

        page = sign_in(cast.li).get(reverse("plan-version", args=[draft.key]), {"effective_on": day})

        assert "请选施行日期，例如 2026-12-01。" in page.content.decode()
        assert 'name="said"' not in page.content.decode()
