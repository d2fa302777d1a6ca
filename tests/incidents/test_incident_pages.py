"""The pages of incidents and tasks: what they say, what they offer to whom, what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import accept_task, stand_down, take_closing_report, waive_task
from guanlan.incidents.models import Decision, Incident, Task, TaskProof
from guanlan.people import actions as people
from guanlan.people.models import Membership
from guanlan.watch.models import Event
from incident_scene import activate, finish, publish, raise_event, read_posts, task_of

Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    publish(cast)
    return raise_event(cast, stream)


@pytest.fixture
def incident(event: Event, cast: Cast) -> Incident:
    return activate(event, cast.li)


@pytest.fixture
def task(incident: Incident) -> Task:
    return task_of(incident, "duty.contact")


def page(browser: Client, name: str, *arguments: str) -> str:
    answer = browser.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestIncidents:
    def test_lists_them_with_what_is_late(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        Task.objects.filter(duty="duty.collect").update(accept_by=NOW - timedelta(minutes=5))

        shown = page(sign_in(cast.zhao), "incidents")

        assert "1 个应急事件响应中，" in shown
        assert "1 项任务超时" in shown
        assert "GL-2026-001" in shown
        assert "0 / 3" in shown

    def test_says_what_would_be_here(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        assert "还没有启动过预案" in page(sign_in(cast.zhao), "incidents")

    def test_names_events_that_wait_for_a_decision(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.li), "incidents")

        assert "等指挥决定" in shown
        assert reverse("decide", args=[event.key]) in shown


class TestIncident:
    def test_shows_the_war_room(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.liu), "incident", incident.key)

        for words in (
            "退款三天未到账：",
            "办结 0 / 3 项，",
            "下一时限 14:15 接手“汇总帖文”",
            "首次对外回应",
            "客服应对组",
            "无人值班",
            "指令：启动Ⅱ级响应，派 3 项任务。超过阈值，影响扩大",
            "去办：逐一联系客户",
        ):
            assert words in shown
        assert "解除响应" not in shown

    def test_offers_the_command_its_steps(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.li), "incident", incident.key)

        assert reverse("incident-level", args=[incident.key]) in shown
        assert reverse("incident-stand-down", args=[incident.key]) in shown

    def test_answers_htmx_with_the_content_alone_and_304_until_it_changes(
        self, task: Task, cast: Cast, sign_in: Browser
    ) -> None:
        browser, address = sign_in(cast.li), reverse("incident", args=[task.incident.key])
        first = browser.get(address, headers={"HX-Request": "true"})
        tag = first.headers["ETag"]

        assert b"<html" not in first.content
        again = {"HX-Request": "true", "If-None-Match": tag}
        assert browser.get(address, headers=again).status_code == 304
        accept_task(task=task, person=cast.liu, now=NOW)
        assert browser.get(address, headers=again).status_code == 200

    def test_a_restricted_incident_is_not_found_by_others(
        self, event: Event, cast: Cast, sign_in: Browser
    ) -> None:
        secret = activate(event, cast.li, restricted=True)

        addresses = [
            reverse("incident", args=[secret.key]),
            reverse("task", args=[task_of(secret, "duty.contact").key]),
        ]
        for address in addresses:
            assert sign_in(cast.zhao).get(address).status_code == 404
            assert sign_in(cast.liu).get(address).status_code == 200

    def test_writes_markup_in_a_name_as_text(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        publish(cast)
        incident = activate(raise_event(cast, stream, "x", "<b>退款</b>" * 10), cast.li)

        assert "<b>退款" not in page(sign_in(cast.li), "incident", incident.key)


class TestDecide:
    def test_shows_each_option_with_its_consequence(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.li), "decide", event.key)

        for words in (
            "退款三天未到账：",
            "系统建议Ⅱ级，",
            "未确认，",
            "派 3 项任务：监测组 1、客服应对组 1、媒体沟通组 1",
            "选 A：启动Ⅱ级响应，派 3 项任务",
            "暂不启动，继续观察",
            "1,284",
            "78%",
        ):
            assert words in shown

    def test_the_button_follows_the_choice(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).get(reverse("decide", args=[event.key]), {"choice": "I"})

        assert "启动Ⅰ级响应，派 4 项任务</button>" in answer.content.decode()

    def test_activates_and_goes_to_the_war_room(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).post(
            reverse("decide", args=[event.key]), {"choice": "II", "reason": "影响扩大"}
        )

        incident = Incident.objects.get()
        assert answer.headers["Location"] == reverse("incident", args=[incident.key])
        assert (incident.opened_at, incident.restricted) == (NOW, False)

    def test_records_watching_with_its_review_in_shanghai_time(
        self, event: Event, cast: Cast, sign_in: Browser
    ) -> None:
        given = {"choice": "observe", "reason": "先核实", "review_at": "2026-11-20T16:30"}

        answer = sign_in(cast.li).post(reverse("decide", args=[event.key]), given)

        assert answer.status_code == 302
        assert Decision.objects.get().review_at == NOW + timedelta(hours=2, minutes=25)

    def test_watching_needs_its_time(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.li).post(
            reverse("decide", args=[event.key]), {"choice": "observe", "reason": "先核实"}
        )

        assert answer.status_code == 422
        assert "选观察要写何时复核" in answer.content.decode()
        assert not Decision.objects.exists()

    def test_says_to_others_who_decides(self, event: Event, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)

        assert "这里由指挥或领导决定" in page(browser, "decide", event.key)
        refused = browser.post(reverse("decide", args=[event.key]), {"choice": "II", "reason": "影响"})
        assert refused.status_code == 403
        assert not Incident.objects.exists()

    def test_says_when_there_is_no_plan(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        event = raise_event(cast, stream)

        assert "还没有现行预案" in page(sign_in(cast.li), "decide", event.key)

    def test_leads_to_what_is_active_already(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        assert "打开应急事件" in page(sign_in(cast.li), "decide", incident.event.key)


class TestTask:
    def test_says_what_to_do_until_when(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.liu), "task", task.key)

        for words in ("逐一联系客户，", "14:15 前接手，", "剩 10 分", "联系记录", "回应与联系", "必办"):
            assert words in shown
        assert reverse("task-accept", args=[task.key]) in shown

    def test_links_to_its_clause_in_the_pinned_version(
        self, task: Task, cast: Cast, sign_in: Browser
    ) -> None:
        shown = page(sign_in(cast.liu), "task", task.key)

        address = reverse("plan-version", args=[task.incident.plan_version.key])
        assert f'href="{address}#clause.answer"' in shown

    def test_is_accepted_with_one_press(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.liu).post(reverse("task-accept", args=[task.key]))

        task.refresh_from_db()
        assert answer.headers["Location"] == reverse("task", args=[task.key])
        assert (task.state, task.owner) == (Task.State.ACCEPTED, cast.liu)

    def test_offers_nothing_to_other_groups(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)

        assert "这项任务等客服应对组接手" in page(browser, "task", task.key)
        refused = browser.post(reverse("task-accept", args=[task.key]))
        assert refused.status_code == 403
        assert "您不在组里" in refused.content.decode()

    def test_is_done_with_a_file(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)
        upload = SimpleUploadedFile("名单.xlsx", b"abc")

        browser = sign_in(cast.liu)
        answer = browser.post(
            reverse("task-complete", args=[task.key]), {"words": "都已联系", "upload": upload}
        )

        assert answer.status_code == 302
        # printf 'abc' | sha256sum
        assert TaskProof.objects.get().file.sha256.startswith("ba7816bf8f01cfea")
        shown = page(browser, "task", task.key)
        assert "名单.xlsx" in shown
        assert "已办结" in shown

    def test_is_done_with_a_post_by_its_address(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)
        [reading] = read_posts(task.incident.event, count=1, negative=0, at=NOW)

        sign_in(cast.liu).post(reverse("task-complete", args=[task.key]), {"post": reading.post.url})

        assert TaskProof.objects.get().post == reading.post

    def test_says_when_no_post_has_that_address(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        accept_task(task=task, person=cast.liu, now=NOW)

        answer = sign_in(cast.liu).post(
            reverse("task-complete", args=[task.key]), {"post": "https://nowhere.example/"}
        )

        assert answer.status_code == 422
        assert "没有收过这个链接的帖文" in answer.content.decode()

    def test_a_refused_completion_keeps_no_file(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        upload = SimpleUploadedFile("名单.xlsx", b"abc")

        answer = sign_in(cast.liu).post(reverse("task-complete", args=[task.key]), {"upload": upload})

        assert answer.status_code == 409
        assert not task.stream._meta.apps.get_model("evidence", "KeptFile").objects.exists()

    def test_is_handed_to_a_colleague(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        sun = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
        people.place(
            person=sun, group=cast.groups["service"], role=Membership.Role.MEMBER, actor="system", now=NOW
        )
        browser, address = sign_in(cast.liu), reverse("task-hand-over", args=[task.key])

        assert "孙悦" in page(browser, "task-hand-over", task.key)
        assert browser.post(address, {"to": cast.wang.key}).status_code == 422
        assert browser.post(address, {"to": sun.key, "remark": "请接着联系"}).status_code == 302

        task.refresh_from_db()
        assert task.owner == sun

    def test_a_stranger_cannot_hand_it_over(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        assert "不能转交" in page(sign_in(cast.wang), "task-hand-over", task.key)

    def test_is_waived_by_the_command_only(self, task: Task, cast: Cast, sign_in: Browser) -> None:
        address = reverse("task-waive", args=[task.key])

        assert "免办由指挥或领导决定" in page(sign_in(cast.liu), "task-waive", task.key)
        assert sign_in(cast.liu).post(address, {"reason": "不必"}).status_code == 403
        assert sign_in(cast.li).post(address, {"reason": ""}).status_code == 422
        assert sign_in(cast.li).post(address, {"reason": "没有未到账客户"}).status_code == 302

        task.refresh_from_db()
        assert task.state == Task.State.WAIVED


class TestLevel:
    def test_moves_with_a_reason(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser, address = sign_in(cast.li), reverse("incident-level", args=[incident.key])

        assert "现在是Ⅱ级，改为哪一级" in page(browser, "incident-level", incident.key)
        assert browser.post(address, {"level": "III", "reason": ""}).status_code == 422
        assert browser.post(address, {"level": "III", "reason": "热度回落"}).status_code == 302

        incident.refresh_from_db()
        assert incident.level == "III"

    def test_others_may_look_only(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)

        assert "等级由指挥或领导在响应期间调整" in page(browser, "incident-level", incident.key)
        answer = browser.post(
            reverse("incident-level", args=[incident.key]), {"level": "I", "reason": "扩散"}
        )
        assert answer.status_code == 403


class TestEnding:
    def test_shows_why_it_cannot_end(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        shown = page(sign_in(cast.li), "incident-stand-down", incident.key)

        assert "必办任务没有办完，" in shown
        assert "0 / 2 项，未办：发布首次回应、逐一联系客户" in shown
        assert "<textarea" not in shown

    def test_ends_with_both_reasons(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        finish(task_of(incident, "duty.contact"), cast.liu)
        finish(task_of(incident, "duty.answer"), cast.chen)
        browser, address = sign_in(cast.li), reverse("incident-stand-down", args=[incident.key])

        assert "2 个条件未达或未知，" in page(browser, "incident-stand-down", incident.key)
        assert browser.post(address, {"reason": "平息"}).status_code == 409
        assert browser.post(address, {"reason": "平息", "override": "量小，已核"}).status_code == 302

        assert "已解除响应" in page(browser, "incident", incident.key)

    def test_others_may_look_only(self, incident: Incident, cast: Cast, sign_in: Browser) -> None:
        assert "解除由指挥或领导决定" in page(sign_in(cast.wang), "incident-stand-down", incident.key)

    def test_archives_after_the_closing_report(
        self, incident: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        for task in Task.objects.filter(incident=incident):
            waive_task(task=task, reason="无关", person=cast.li, now=NOW)
        stand_down(incident=incident, reason="平息", override="量小", person=cast.li, now=NOW)
        finish(task_of(incident, "duty.review"), cast.li)
        browser, address = sign_in(cast.li), reverse("incident-archive", args=[incident.key])

        assert "总结报告还没有分发" in page(browser, "incident-archive", incident.key)
        assert browser.post(address).status_code == 409
        take_closing_report(incident=incident, sha256="ab" * 32, person=cast.wang, now=NOW)
        assert sign_in(cast.liu).post(address).status_code == 403
        assert browser.post(address).status_code == 302

        assert "已归档" in page(browser, "incident", incident.key)
