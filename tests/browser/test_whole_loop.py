"""The whole loop as people click it: from the first complaint on the feed to the archived incident."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.evidence.models import KeptFile
from guanlan.incidents.models import Incident, Task
from guanlan.media.models import Release
from guanlan.reports.jobs import render_next_report
from guanlan.reports.models import Receipt
from guanlan.watch.models import Watch

pytestmark = IN_A_BROWSER

DRAFT = "因对账异常，部分退款没有按时到账。今晚八点前先行垫付。"
EDITED = "因对账异常，部分退款没有按时到账。11月20日20时前先行垫付。"


class Desk:
    """A person before a screen. Each step begins at the home page and ends where the click led."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("main")
        self.phone = page.viewport_size == PHONE

    def home(self) -> None:
        self.page.goto("/")
        self.look()

    def look(self) -> None:
        expect(self.main.locator("h1").first).to_be_visible()
        refuse_sideways_scroll(self.page)

    def part(self, name: str, page: str = "") -> None:
        """Go to a page by the navigation: the rail at a desk, the five below and 更多 on a phone."""
        if self.phone:
            self.page.locator(".nav5").get_by_role("link", name="更多").click()
            self.page.wait_for_url("**/more/")
            self.main.get_by_role("link", name=page or name, exact=True).click()
        else:
            self.page.locator(".nav").get_by_role("link", name=name, exact=True).click()
            if page:
                self.page.locator(".nav .sub").get_by_role("link", name=page, exact=True).click()
        self.page.wait_for_load_state()
        self.look()

    def seen(self, words: str) -> Locator:
        found = self.main.get_by_text(words).locator("visible=true").first
        expect(found).to_be_visible()
        return found

    def press(self, words: str, leads_to: str = "") -> None:
        """Click the visible button or link with these words, and see where it leads."""
        either = self.main.get_by_role("button", name=words).or_(self.main.get_by_role("link", name=words))
        either.locator("visible=true").first.click()
        if leads_to:
            self.page.wait_for_url(leads_to)
            self.look()

    def write(self, label: str, words: str) -> None:
        self.main.get_by_label(re.compile(f"^{label}[:：]?$")).fill(words)

    def open_message(self, words: str, leads_to: str) -> None:
        self.home()
        self.part("首页", "消息")
        self.press(words, leads_to)


class Company:
    """Who sits where, and the clock on the wall."""

    SCREENS = {"wang": DESKTOP, "chen": DESKTOP, "li": PHONE, "liu": PHONE, "zhou": PHONE}
    BY_FUNCTION = {
        "command": "li",
        "monitoring": "wang",
        "service": "liu",
        "media": "chen",
        "legal": "zhou",
    }

    def __init__(self, cast: Cast, open_as: SignIn, hands: dict[str, datetime]) -> None:
        self.desks = {
            name: Desk(open_as(getattr(cast, name), screen)) for name, screen in self.SCREENS.items()
        }
        self.hands, self.open_as = hands, open_as

    def __getitem__(self, name: str) -> Desk:
        return self.desks[name]

    def later(self, **span: float) -> None:
        self.hands["now"] += timedelta(**span)

    def refused_once(self) -> None:
        """Take the one line that the browser writes about a refused request."""
        line = self.open_as.said.pop()  # type: ignore[attr-defined]
        assert "409" in line, line


@pytest.fixture
def company(cast: Cast, watch: Watch, bring: Any, open_as: SignIn, hands: dict[str, datetime]) -> Company:
    bring(320, start=NOW - timedelta(hours=2))
    return Company(cast, open_as, hands)


def monitor_confirms_and_reports(desk: Desk) -> None:
    desk.part("监测", "信息流")
    desk.seen("320 条")
    expect(desk.main.locator("mark", has_text="退款").first).to_be_visible()

    desk.home()
    desk.press("去确认", "**/events/*/")
    desk.seen("系统算为Ⅱ级")
    desk.seen("达Ⅱ级")
    desk.page.wait_for_selector("[data-chart] svg")
    desk.press("确认为Ⅱ级")
    desk.seen("王芳已确认")
    desk.press("报指挥部", "**/reports/*/")
    desk.seen("1 人未签收")


def commander_signs_for_it_and_activates(desk: Desk) -> None:
    desk.open_message("请签收", "**/reports/*/")
    desk.press("签收")
    desk.seen("1 人都已签收")
    desk.press("去决定", "**/incidents/decide/*/")
    desk.main.get_by_label("启动Ⅱ级响应").check()
    desk.write("理由", "投诉过三百件，仍在增加")
    desk.press("启动Ⅱ级响应", "**/incidents/*/")
    desk.seen("任务")
    assert desk.page.locator(".inc").inner_text().startswith("Ⅱ级")


def member_takes_and_finishes_one(desk: Desk, evidence: Path | None) -> None:
    desk.home()
    desk.press("接手", "**/tasks/*/")
    finish(desk, evidence)


def finish(desk: Desk, evidence: Path | None = None, checked: bool = False) -> None:
    """Accept and complete the task that is open on the screen, or submit it to who checks it."""
    desk.press("接手")
    desk.write("结果", "已办，记录在案。")
    if checked:
        desk.press("交验收")
        desk.seen("已办完，等验收")
        return
    if evidence:
        desk.main.locator("input[type=file]").set_input_files(evidence)
    desk.press("办结")
    desk.seen("已办结")
    if evidence:
        desk.seen(evidence.name)


def media_drafts(desk: Desk) -> None:
    desk.home()
    desk.part("媒体")
    desk.press("起草", "**/statements/new/")
    desk.write("标题", "关于部分退款延迟的说明")
    desk.write("正文", DRAFT)
    desk.press("保存这一版", "**/statements/*/")
    submit_for_approval(desk, 1)


def submit_for_approval(desk: Desk, number: int) -> None:
    desk.press(f"提交第 {number} 版审批")
    desk.seen("不能批准：这份声明有您的改动。")
    desk.seen("请周宁审批。")
    expect(desk.main.get_by_role("button", name="批准第")).to_have_count(0)


def approver_signs(desk: Desk, number: int, wording: str) -> None:
    desk.home()
    desk.press("去审批", "**/statements/*/")
    kept = desk.main.locator(".prose .body").evaluate(
        "e => [...e.childNodes].filter(n => n.tagName !== 'DEL').map(n => n.textContent).join('')"
    )
    assert kept == wording
    desk.press(f"批准第 {number} 版")
    desk.seen("已签")


def media_edits(desk: Desk) -> None:
    desk.home()
    desk.part("媒体")
    desk.press("关于部分退款延迟的说明", "**/statements/*/")
    desk.seen("第 1 版已批准")
    desk.press("修改", "**/revise/")
    desk.seen("先前的签字作废")
    desk.write("正文", EDITED)
    desk.press("保存这一版", "**/statements/*/")
    desk.seen("第 2 版起草中")
    expect(desk.main.get_by_text("已签")).to_have_count(0)
    submit_for_approval(desk, 2)


def media_records_the_release(desk: Desk) -> None:
    desk.home()
    desk.part("媒体")
    desk.press("关于部分退款延迟的说明", "**/statements/*/")
    desk.press("登记发布", "**/release/")
    desk.write("渠道", "官方微博")
    desk.press("登记发布", "**/statements/*/")
    desk.seen("已登记发布")


def commander_lowers_the_level(desk: Desk) -> None:
    open_incident(desk)
    desk.press("调整等级", "**/level/")
    desk.main.get_by_label("改为哪一级", exact=True).select_option("III")
    desk.write("理由", "新增投诉回落")
    desk.press("改等级", "**/incidents/*/")
    assert desk.page.locator(".inc").inner_text().startswith("Ⅲ级")


def open_incident(desk: Desk) -> None:
    desk.home()
    if desk.phone:
        desk.page.locator(".nav5").get_by_role("link", name="指挥").click()
    else:
        desk.part("指挥")
    desk.main.locator("tr[data-href^='/incidents/'] a").first.click()
    desk.page.wait_for_url("**/incidents/*/")
    desk.look()


def stand_down_is_refused_while_tasks_are_open(desk: Desk) -> None:
    open_incident(desk)
    desk.press("解除响应", "**/stand-down/")
    desk.seen("必办任务没有办完，不能解除。请先办结，或由指挥逐项免办。")
    expect(desk.main.get_by_role("button", name="解除响应")).to_have_count(0)


def groups_finish(company: Company, tasks: list[Task]) -> None:
    """Let each group finish its tasks from the war room's board."""
    for task in tasks:
        desk = company[Company.BY_FUNCTION[task.group.function]]
        open_incident(desk)
        desk.main.locator(f".board a[href='/tasks/{task.key}/']").click()
        desk.page.wait_for_url("**/tasks/*/")
        finish(desk, checked=bool(task.checked_by))
        if task.checked_by:
            commander_checks(company["li"], task)


def commander_checks(desk: Desk, task: Task) -> None:
    desk.home()
    desk.main.locator(f"a[href='/tasks/{task.key}/']:visible").first.click()
    desk.page.wait_for_url("**/tasks/*/")
    desk.press("验收通过")
    desk.seen("已验收")


def commander_stands_down(company: Company, desk: Desk) -> None:
    open_incident(desk)
    desk.press("解除响应", "**/stand-down/")
    desk.write("解除的理由", "退款已全部到账，四天没有新增负面")
    desk.press("解除响应，派善后任务")
    desk.seen("条件未达仍要解除，请写明理由。")
    company.refused_once()
    assert (
        desk.main.get_by_label("解除的理由", exact=True).input_value() == "退款已全部到账，四天没有新增负面"
    )
    desk.write("条件未达仍解除的理由", "投诉平台的办结数由客服核对，已办结")
    desk.press("解除响应，派善后任务", "**/incidents/*/")
    desk.seen("已解除")


def monitor_writes_the_closing_report(desk: Desk) -> None:
    desk.home()
    desk.part("指挥", "报告")
    desk.press("总结报告", "**/reports/*/")
    desk.seen("还没有分发")
    files = {}
    for name in ("PDF", "Word", "HTML"):
        desk.press(f"生成 {name}")
        desk.seen(f"正在生成 {name}")
        render_what_was_asked_for()
        with desk.page.expect_download() as waiting:
            desk.press(f"下载 {name}")
        files[name] = Path(waiting.value.path()).read_bytes()
    hold_that_files_are_real(Incident.objects.get().number, files)
    desk.press("分发", "**/distribute/")
    desk.press("分发", "**/reports/*/")
    desk.seen("人未签收")


def render_what_was_asked_for() -> None:
    """Let the worker make the files; in a thread of its own, as Playwright's loop fills this one."""

    def work() -> None:
        while render_next_report():
            pass
        connections.close_all()

    worker = Thread(target=work)
    worker.start()
    worker.join()


def hold_that_files_are_real(number: str, files: dict[str, bytes]) -> None:
    """Open each file as its reader would, and find the incident's number in it."""
    assert number in "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["PDF"])).pages)
    with zipfile.ZipFile(io.BytesIO(files["Word"])) as word:
        parts = [word.read(name).decode() for name in word.namelist() if name.endswith(".xml")]
    assert "word/document.xml" in word.namelist()
    assert any(number in part for part in parts)
    assert files["HTML"].lower().startswith(b"<!doctype html>")
    assert number in files["HTML"].decode()


def reader_signs_for_it(desk: Desk) -> None:
    desk.open_message("请签收", "**/reports/*/")
    desk.press("签收")
    expect(desk.main.get_by_role("button", name="签收")).to_have_count(0)


def commander_archives(desk: Desk) -> None:
    open_incident(desk)
    desk.press("归档", "**/archive/")
    desk.press("归档", "**/incidents/*/")
    desk.seen("已归档")


def test_from_the_first_complaint_to_the_archive(company: Company, tmp_path: Path) -> None:
    monitor_confirms_and_reports(company["wang"])
    company.later(minutes=5)
    commander_signs_for_it_and_activates(company["li"])
    incident = Incident.objects.get()

    proof = tmp_path / "联系记录.txt"
    proof.write_text("已逐一联系", encoding="utf-8")
    for function, name in Company.BY_FUNCTION.items():
        member_takes_and_finishes_one(company[name], proof if function == "service" else None)
    done = incident.tasks.filter(state=Task.State.DONE)
    assert set(done.values_list("group__function", flat=True)) == set(Company.BY_FUNCTION)
    assert KeptFile.objects.get().name == proof.name

    media_drafts(company["chen"])
    for name in ("zhou", "li"):
        approver_signs(company[name], 1, DRAFT)
    media_edits(company["chen"])
    for name in ("zhou", "li"):
        approver_signs(company[name], 2, EDITED)
    media_records_the_release(company["chen"])
    assert Release.objects.get().version.body == EDITED

    commander_lowers_the_level(company["li"])
    stand_down_is_refused_while_tasks_are_open(company["li"])
    groups_finish(company, open_mandatory(incident))
    company.later(days=4)
    commander_stands_down(company, company["li"])

    monitor_writes_the_closing_report(company["wang"])
    reader_signs_for_it(company["liu"])
    assert Receipt.objects.get(report__kind="CLOSING", person__username="liu").read_at is not None
    groups_finish(company, open_mandatory(incident))
    commander_archives(company["li"])

    incident.refresh_from_db()
    assert incident.state == Incident.State.ARCHIVED
    assert Entry.objects.filter(verb="incidents.archive").exists()
    assert list(breaks()) == []


def open_mandatory(incident: Incident) -> list[Task]:
    waiting = incident.tasks.filter(state__in=["OFFERED", "ACCEPTED"], mandatory=True)
    return list(waiting.select_related("group").order_by("group", "pk"))
