"""The whole loop once, through HTTP: from imported complaints to an archived incident."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.approvals.queries import latest
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.incidents.jobs import remind_next_overdue
from guanlan.incidents.models import Incident, Task, TimelineEntry
from guanlan.media.models import Release, Statement
from guanlan.notify.models import Message
from guanlan.reports.jobs import render_next_report
from guanlan.reports.models import Receipt, Rendering, Report
from guanlan.watch.models import Event, Watch

BODY = {
    "kind": "ATTITUDE",
    "title": "关于部分退款延迟的说明",
    "body": "因对账异常，部分退款没有按时到账。今晚八点前先行垫付。",
}


ORDINARY = [
    "观澜商城退款到账了，谢谢客服",
    "在观澜商城退款很快，满意",
    "请问观澜商城退款一般几天到账",
    "观澜商城的退款已收到，点赞",
    "第一次在观澜商城申请退款，记录一下流程",
]


class Company:
    """The cast at their browsers, and the clock on the wall."""

    def __init__(self, cast: Cast, sign_in: Callable[..., Client], hands: dict[str, datetime]) -> None:
        self.hands = hands
        names = ("chen", "li", "zhou", "wang", "liu", "zhao")
        self.browsers = {name: sign_in(getattr(cast, name)) for name in names}
        self.by_function = {
            "command": "li",
            "monitoring": "wang",
            "service": "liu",
            "media": "chen",
            "legal": "zhou",
        }

    def post(self, who: str, address: str, *keys: str, **body: Any) -> Any:
        answer = self.browsers[who].post(reverse(address, args=keys), body)
        assert answer.status_code == 302, (who, address, answer.status_code, answer.content.decode()[-2000:])
        return answer

    def page(self, who: str, address: str, *keys: str) -> str:
        answer = self.browsers[who].get(reverse(address, args=keys))
        assert answer.status_code == 200, (who, address, answer.status_code)
        return str(answer.content.decode())

    def later(self, **span: float) -> None:
        self.hands["now"] += timedelta(**span)


@pytest.fixture
def company(cast: Cast, watch: Watch, sign_in: Callable[..., Client], hands: dict[str, datetime]) -> Company:
    return Company(cast, sign_in, hands)


def finish(company: Company, task: Task) -> None:
    who = company.by_function[task.group.function]
    company.post(who, "task-accept", task.key)
    company.post(who, "task-complete", task.key, words="已办，记录在案。")
    if task.checked_by:
        # Whoever did it leads the group, so the command checks it.
        assert company.browsers[who].post(reverse("task-pass", args=[task.key])).status_code == 403
        company.post("li", "task-pass", task.key)


def ordinary(bring: Any, at: datetime, *, history: bool = False) -> None:
    """Bring what people write about refunds on an ordinary day: forty posts, none of them angry."""
    lines = [
        {
            "id": f"ordinary-{at:%d%H}-{number}",
            "platform": "微博",
            "media_type": "social",
            "text": f"{ORDINARY[number % len(ORDINARY)]}，第{number}单",
            "published_at": (at + timedelta(minutes=7 * number)).isoformat(),
        }
        for number in range(40)
    ]
    bring.send(lines, history=history)


def test_from_the_first_complaint_to_the_archive(company: Company, bring: Any, cast: Cast) -> None:
    # An ordinary week, to which things must return.
    ordinary(bring, NOW - timedelta(days=3), history=True)

    # The monitor sees complaints become an event with a level and its reasons.
    bring(320, start=NOW - timedelta(hours=2))
    event = Event.objects.filter(computed_level="II").get()
    assert "系统算为Ⅱ级" in company.page("wang", "event", event.key)
    assert Message.objects.filter(person=cast.wang).exists()

    # She confirms it and reports to the command.
    company.post("wang", "event-confirm", event.key, level="II")
    company.post("wang", "report-submit", event.key)
    flash = Report.objects.get(kind=Report.Kind.FLASH)
    assert flash.receipts.get(person=cast.li).read_at is None

    # A member of the command reads it, decides, and activates the plan.
    company.later(minutes=5)
    assert flash.title in company.page("li", "report", flash.key)
    company.post("li", "report-read", flash.key)
    company.post("li", "decide", event.key, choice="II", reason="投诉过三百件，仍在增加")
    incident = Incident.objects.get()
    tasks = list(incident.tasks.select_related("group"))
    assert {task.group.function for task in tasks} == set(company.by_function)
    assert all(task.accept_by <= task.due_at for task in tasks)

    # Each group accepts and completes one with evidence.
    for function in company.by_function:
        finish(company, next(task for task in tasks if task.group.function == function))

    # Media drafts a statement; counsel and command sign it; its release is recorded.
    company.post("chen", "statement-new", incident.key, **BODY)
    statement = Statement.objects.get()
    company.post("chen", "statement-submit", statement.key)
    for who in ("zhou", "li"):
        company.post(who, "statement-sign", statement.key, sha256=latest(statement.text).sha256)
    company.post(
        "chen",
        "statement-release",
        statement.key,
        sha256=latest(statement.text).sha256,
        channel="官方微博",
        released_at=(company.hands["now"] + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
    )
    assert Release.objects.get().sha256 == latest(statement.text).sha256

    # What nobody accepted is told to the group's lead, then to the command.
    company.later(hours=3)
    while remind_next_overdue():
        pass
    assert Message.objects.filter(person=cast.li, title__contains="超").exists()

    # The level is lowered with a reason; then the response ends when its conditions hold.
    company.post("li", "incident-level", incident.key, level="III", reason="新增投诉回落")
    for task in incident.tasks.filter(state__in=["OFFERED", "ACCEPTED"], mandatory=True):
        finish(company, task)
    refused = company.browsers["li"].post(
        reverse("incident-stand-down", args=[incident.key]), {"reason": "平息"}
    )
    assert refused.status_code == 409
    company.later(days=4)
    ordinary(bring, company.hands["now"] - timedelta(hours=6))
    settled = {"done": 312, "total": 320, "ground": "投诉平台后台截图"}
    company.post("liu", "incident-figure", incident.key, "complaints_settled", **settled)
    answered = {"done": 5, "total": 5, "ground": "问询登记表"}
    company.post("chen", "incident-figure", incident.key, "inquiries_answered", **answered)
    shown = company.page("li", "incident-stand-down", incident.key)
    assert "条件全部达到，" in shown
    assert "刘洋 17:10 填报：已办 312，共 320，要 95.0%；依据：投诉平台后台截图" in shown
    company.post("li", "incident-stand-down", incident.key, reason="退款已全部到账，四天没有新增负面")
    incident.refresh_from_db()
    assert incident.state == Incident.State.STOOD_DOWN
    ended = incident.decisions.get(kind="STAND_DOWN")
    assert "仍解除" not in ended.reason

    # The closing report, as HTML, Word and PDF, goes out with receipts; the file is closed.
    company.post("wang", "report-close", incident.key)
    closing = Report.objects.get(kind=Report.Kind.CLOSING)
    for format in Rendering.Format.values:
        company.browsers["wang"].post(reverse("report-files", args=[closing.key]), {"format": format})
    while render_next_report():
        pass
    assert closing.renderings.filter(made_at__isnull=False).count() == 3
    company.post("wang", "report-distribute", closing.key, persons=[cast.li.key, cast.liu.key])
    company.post("liu", "report-read", closing.key)
    assert Receipt.objects.filter(report=closing, read_at__isnull=False).count() == 1
    for task in incident.tasks.filter(state__in=["OFFERED", "ACCEPTED"], mandatory=True):
        finish(company, task)
    company.post("li", "incident-archive", incident.key)

    # It is all on the timeline and in the chain.
    incident.refresh_from_db()
    assert incident.state == Incident.State.ARCHIVED
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {
        "watch.confirm_level",
        "reports.submit_flash",
        "reports.read_report",
        "incidents.decide_activation",
        "incidents.accept_task",
        "incidents.complete_task",
        "incidents.submit_task",
        "incidents.pass_task",
        "media.record_release",
        "incidents.remind_overdue",
        "incidents.change_level",
        "incidents.state_figure",
        "incidents.stand_down",
        "reports.write_closing",
        "reports.distribute",
        "incidents.archive",
    } <= verbs
    numbers = set(TimelineEntry.objects.filter(incident=incident).values_list("audit_number", flat=True))
    assert numbers <= set(Entry.objects.values_list("number", flat=True))
    assert list(breaks()) == []


def test_the_reader_sees_all_of_it_and_changes_nothing(company: Company, bring: Any) -> None:
    bring(60)
    event = Event.objects.exclude(computed_level="").get()
    company.post("wang", "event-confirm", event.key, level=event.computed_level)

    company.page("zhao", "event", event.key)
    for address in ("event-confirm", "report-submit", "decide"):
        body = {"level": "II", "reason": "x", "choice": "II"}
        assert company.browsers["zhao"].post(reverse(address, args=[event.key]), body).status_code == 403
