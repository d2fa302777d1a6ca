"""设置: each step knows from the rows whether it is done; it ends on what is missing."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.notify.jobs import deliver_next_message
from guanlan.notify.models import Delivery, Message
from guanlan.people import actions as people
from guanlan.people.models import Group, Membership, Person, Unit
from guanlan.people.permissions import functions_of
from guanlan.plan.models import PlanVersion
from guanlan.plan.shipped import template, templates
from guanlan.site.setup import actions, first, queries
from guanlan.watch.models import Watch

Browser = Callable[[Person], Client]
PAGES = (
    "set-up",
    "set-up-company",
    "set-up-plan",
    "set-up-people",
    "set-up-roster",
    "set-up-deputies",
    "set-up-channels",
    "set-up-words",
    "set-up-history",
    "set-up-demo",
)


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def alone(db: None, sign_in: Browser) -> Person:
    """The first administrator, just made; the stream there is is the real one."""
    return people.first_administrator(
        username="wu", name="吴凡", password="a-long-passphrase", company="观澜商城", now=NOW
    )


def said(person: Person, stream: Stream) -> dict[str, queries.Step]:
    return {step.title: step for step in queries.steps(person, stream, now=NOW)}


class TestFirstRun:
    FILLED = {
        "company": "观澜商城",
        "name": "吴凡",
        "username": "wu",
        "password": "a-long-passphrase",
    }

    def test_the_code_is_made_once_kept_for_us_only_and_gone_after_use(self, db: None, home: Path) -> None:
        code = first.code()

        assert code is not None
        assert first.code() == code
        assert (home / "first-run-code").stat().st_mode & 0o777 == 0o600

        answer = Client().post(reverse("set-up-first"), self.FILLED | {"code": code})
        assert answer.status_code == 302
        assert functions_of(Person.objects.get(), at=Person.objects.get().memberships.get().started_at) == {
            "administrator"
        }
        assert not (home / "first-run-code").exists()
        assert first.code() is None

    @pytest.mark.parametrize("written", ["", "aaaa-bbbb-cccc", "什么"])
    def test_nobody_without_the_code_makes_an_account(self, db: None, home: Path, written: str) -> None:
        answer = Client().post(reverse("set-up-first"), self.FILLED | {"code": written})

        assert answer.status_code == 403
        assert not Person.objects.exists()

    def test_the_code_opens_the_form(self, db: None, home: Path) -> None:
        assert Client().get(reverse("set-up-first")).status_code == 403
        assert "启动代码" in text(Client().get(reverse("set-up-first")))

        answer = Client().get(reverse("set-up-first"), {"code": first.code()})
        assert "写上公司和您自己" in text(answer)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [({"password": "12345678"}, "密码"), ({"password": "short"}, "8"), ({"username": "吴"}, "不能用")],
    )
    def test_says_what_is_wrong_and_keeps_the_code(
        self, db: None, home: Path, wrong: dict[str, str], sentence: str
    ) -> None:
        answer = Client().post(reverse("set-up-first"), self.FILLED | wrong | {"code": first.code()})

        assert answer.status_code == 422
        assert sentence in text(answer)
        assert (home / "first-run-code").exists()
        assert not Person.objects.exists()

    def test_is_over_once_anybody_exists(self, cast: Cast, home: Path) -> None:
        (home / "first-run-code").write_text("abcd-efgh-jkmn")
        answer = Client().post(reverse("set-up-first"), self.FILLED | {"code": "abcd-efgh-jkmn"})

        assert answer.status_code == 403
        assert "管理员已经有了" in text(answer)
        assert Person.objects.count() == 7

    def test_sign_in_shows_the_way_only_before_anybody_exists(self, db: None, home: Path) -> None:
        way = reverse("set-up-first")
        assert way in Client().get(reverse("account_login")).content.decode()

        people.name_company(name="观澜商城", actor="system", now=NOW)
        assert way not in Client().get(reverse("account_login")).content.decode()


class TestPages:
    @pytest.mark.parametrize("page", PAGES)
    def test_the_administrator_sees_each(self, alone: Person, sign_in: Browser, page: str) -> None:
        answer = sign_in(alone).get(reverse(page))

        assert answer.status_code == 200
        assert answer.content.decode().count("<h1>") == 1

    @pytest.mark.parametrize("page", PAGES)
    def test_nobody_else_does(self, cast: Cast, sign_in: Browser, page: str) -> None:
        browser = sign_in(cast.li)

        assert browser.get(reverse(page)).status_code == 403

    def test_the_first_look_says_how_much_is_missing(self, alone: Person, sign_in: Browser) -> None:
        page = text(sign_in(alone).get(reverse("set-up")))

        # Of the seven that must be done only the company's name is there.
        assert "设置还差 6 步，接着做预案模板" in page
        assert "还没有现行预案" in page
        assert "历史帖文（可选）" in page

    def test_the_company_is_renamed(self, alone: Person, sign_in: Browser) -> None:
        sign_in(alone).post(reverse("set-up-company"), {"name": "观澜百货有限公司"})

        assert Unit.objects.get().name == "观澜百货有限公司"


class TestPlan:
    def test_both_templates_stand_on_the_shelf(self) -> None:
        assert [found.code for found in templates()] == ["five-groups", "three-tiers"]
        assert template("no-such") is None

    def test_shows_levels_groups_and_duties_before_publication(self, alone: Person, sign_in: Browser) -> None:
        answer = sign_in(alone).get(reverse("set-up-template", args=["five-groups"]))

        page = text(answer)
        assert "特别重大" in page
        assert "应急指挥部" in page
        for duty in template("five-groups").document.duties:  # type: ignore[union-attr]
            assert duty.title in page

    def test_publishing_puts_it_in_force_and_opens_its_groups(self, alone: Person, sign_in: Browser) -> None:
        address = reverse("set-up-template", args=["five-groups"])
        answer = sign_in(alone).post(address, {"effective_on": "2026-12-01"})

        assert answer.status_code == 302
        version = PlanVersion.objects.get()
        assert (version.state, version.effective_date) == ("IN_FORCE", date(2026, 12, 1))
        opened = dict(Group.objects.values_list("name", "function"))
        assert opened == {
            "系统管理": "administrator",
            "应急指挥部": "command",
            "监测组": "monitoring",
            "客服应对组": "service",
            "媒体沟通组": "media",
            "法律顾问组": "legal",
        }
        assert Entry.objects.latest("number").verb == "site.adopt_template"

    def test_a_second_template_does_not_replace_the_plan(self, alone: Person, sign_in: Browser) -> None:
        browser = sign_in(alone)
        for code in ("five-groups", "three-tiers"):
            answer = browser.post(reverse("set-up-template", args=[code]), {"effective_on": "2026-12-01"})

        assert answer.status_code == 409
        assert "已经有现行预案" in text(answer)
        assert PlanVersion.objects.count() == 1

    def test_refuses_whoever_is_no_administrator(self, cast: Cast, unit: Unit) -> None:
        with pytest.raises(NotAllowed):
            actions.adopt_template(
                template=templates()[0], unit=unit, effective_on=NOW.date(), person=cast.li, now=NOW
            )

    def test_an_unknown_template_is_not_there(self, alone: Person, sign_in: Browser) -> None:
        assert sign_in(alone).get(reverse("set-up-template", args=["no-such"])).status_code == 404


class TestSteps:
    def test_people_are_done_when_every_group_has_a_lead(self, cast: Cast, stream: Stream) -> None:
        assert said(cast.wu, stream)["人员"].done

        people.remove_from(person=cast.chen, group=cast.groups["media"], actor="system", now=NOW)
        step = said(cast.wu, stream)["人员"]
        assert (step.done, step.says) == (False, "没有组长：媒体沟通组")

    def test_the_roster_is_done_when_somebody_watches_for_seven_days(
        self, cast: Cast, stream: Stream
    ) -> None:
        assert not said(cast.wu, stream)["值班表"].done

        people.plan_shift(
            group=cast.groups["monitoring"],
            person=cast.wang,
            deputy=None,
            starts_at=NOW,
            ends_at=NOW + timedelta(days=7),
            actor="system",
            now=NOW,
        )
        assert said(cast.wu, stream)["值班表"].done

    def test_a_watch_makes_the_words_done(self, cast: Cast, stream: Stream, unit: Unit) -> None:
        assert not said(cast.wu, stream)["品牌词"].done

        Watch.objects.create(stream=stream, unit=unit, name="退款", query="退款", created_at=NOW)
        assert (said(cast.wu, stream)["品牌词"].done, said(cast.wu, stream)["品牌词"].says) == (True, "退款")

    def test_the_demos_step_stands_only_while_there_is_a_demo(self, cast: Cast, stream: Stream) -> None:
        assert "演示数据" not in said(cast.wu, stream)

        Stream.objects.create(kind=Stream.Kind.DEMO, name="观澜商城演示")
        assert said(cast.wu, stream)["演示数据"].says == "观澜商城演示还开着"

    def test_what_must_be_done_comes_before_what_may(self) -> None:
        may = queries.Step("a", "/", done=False, says="", optional=True)
        must = queries.Step("b", "/", done=False, says="")

        assert queries.next_step([may, must]) == must
        assert queries.next_step([may]) == may
        assert queries.next_step([]) is None


class TestDeputies:
    def test_names_one_for_a_group_that_has_none(self, cast: Cast, sign_in: Browser) -> None:
        media = cast.groups["media"]
        address = reverse("set-up-deputies")
        browser = sign_in(cast.wu)
        assert "媒体沟通组" in text(browser.get(address))

        browser.post(address, {"group": media.key, "person": cast.liu.key})

        assert Membership.objects.get(person=cast.liu, group=media).role == Membership.Role.DEPUTY
        assert "媒体沟通组" not in [group.name for group in queries.lacking_deputy(now=NOW)]
        assert Entry.objects.latest("number").verb == "people.place"

    def test_a_lead_is_nobodys_deputy(self, cast: Cast, sign_in: Browser) -> None:
        fields = {"group": cast.groups["media"].key, "person": cast.chen.key}
        answer = sign_in(cast.wu).post(reverse("set-up-deputies"), fields)

        assert answer.status_code == 409
        assert "陈晓是媒体沟通组的组长" in text(answer)

    def test_somebody_must_be_chosen(self, cast: Cast, sign_in: Browser) -> None:
        fields = {"group": cast.groups["media"].key, "person": ""}
        answer = sign_in(cast.wu).post(reverse("set-up-deputies"), fields)

        assert answer.status_code == 422
        assert "请先选一个人" in text(answer)

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.name_deputy(group=cast.groups["media"], person=cast.liu, actor=cast.li, now=NOW)


class TestChannels:
    def test_the_test_goes_to_the_inbox_and_is_done_when_opened(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        browser, address = sign_in(cast.wu), reverse("set-up-channels")
        browser.post(address)
        assert not said(cast.wu, stream)["通知渠道"].done
        assert "通知测试：请点开这一条" in text(browser.get(reverse("inbox")))

        answer = browser.get(reverse("message", args=[Message.objects.get().key]))

        assert answer.headers["Location"] == address
        assert said(cast.wu, stream)["通知渠道"].done
        assert "已送达" in text(browser.get(address))

    def test_with_a_mail_server_it_is_done_when_the_mail_was_taken(
        self,
        cast: Cast,
        stream: Stream,
        sign_in: Browser,
        settings: Any,
        mailoutbox: list[Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.EMAIL_HOST_CONFIGURED = True
        monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda: NOW)
        Person.objects.filter(pk=cast.wu.pk).update(email="wu@example.com")
        browser, address = sign_in(cast.wu), reverse("set-up-channels")

        browser.post(address)
        browser.get(reverse("message", args=[Message.objects.get().key]))
        assert "等后台发送" in text(browser.get(address))
        assert not said(cast.wu, stream)["通知渠道"].done

        assert deliver_next_message()
        assert [mail.subject for mail in mailoutbox] == ["【观澜】紧急：通知测试：请点开这一条"]
        assert said(cast.wu, stream)["通知渠道"].done

        Delivery.objects.update(state=Delivery.State.FAILED, outcome="gone")
        assert "失败：gone" in text(browser.get(address))

    def test_refuses_whoever_is_no_administrator(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        assert sign_in(cast.li).post(reverse("set-up-channels")).status_code == 403
        assert not Message.objects.exists()


class TestClearDemo:
    @pytest.fixture
    def demo(self, cast: Cast) -> Stream:
        demo = Stream.objects.create(kind=Stream.Kind.DEMO, name="观澜商城演示")
        Person.objects.update(current_stream=demo)
        return demo

    def test_closes_it_and_lets_everybody_work_in_the_real_one(
        self, cast: Cast, stream: Stream, demo: Stream, sign_in: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("guanlan.site.setup.views.real_now", lambda: NOW)
        answer = sign_in(Person.objects.get(pk=cast.wu.pk)).post(reverse("set-up-demo"))

        assert answer.status_code == 302
        demo.refresh_from_db()
        assert demo.closed_at == NOW
        assert set(Person.objects.values_list("current_stream", flat=True)) == {None}
        assert list(Entry.objects.order_by("-number").values_list("verb", flat=True)[:2]) == [
            "site.clear_demo",
            "clocks.close_stream",
        ]

    def test_opens_the_real_stream_if_there_was_none(self, cast: Cast, demo: Stream) -> None:
        actions.clear_demo(person=cast.wu, now=NOW, real_now=NOW)

        assert Stream.objects.get(closed_at=None).kind == Stream.Kind.REAL

    def test_who_was_placed_on_the_demos_fast_clock_serves_on(self, cast: Cast, demo: Stream) -> None:
        ahead = NOW + timedelta(days=9)
        media, legal = cast.groups["media"], cast.groups["legal"]
        people.place(person=cast.liu, group=media, role="MEMBER", actor="system", now=ahead)
        people.remove_from(person=cast.zhou, group=legal, actor="system", now=ahead)
        people.place(person=cast.zhao, group=media, role="MEMBER", actor="system", now=ahead)
        people.remove_from(person=cast.zhao, group=media, actor="system", now=ahead + timedelta(days=1))

        actions.clear_demo(person=cast.wu, now=ahead, real_now=NOW)

        functions = {who: functions_of(getattr(cast, who), at=NOW) for who in ("liu", "zhou", "zhao")}
        assert functions == {"liu": {"service", "media"}, "zhou": set(), "zhao": {"auditor"}}

    def test_refuses_whoever_is_no_administrator(self, cast: Cast, demo: Stream) -> None:
        with pytest.raises(NotAllowed):
            actions.clear_demo(person=cast.li, now=NOW, real_now=NOW)

    def test_says_when_there_is_none(self, cast: Cast) -> None:
        with pytest.raises(actions.NoDemo, match="没有打开的演示数据"):
            actions.clear_demo(person=cast.wu, now=NOW, real_now=NOW)
