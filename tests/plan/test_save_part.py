"""A part of a draft is changed on screen: saved whole with its key, or refused with what was typed kept."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.plan.actions import publish_version
from guanlan.plan.document import digest
from guanlan.plan.editing.actions import save_part
from guanlan.plan.editing.places import Place, digest_of, find
from guanlan.plan.editing.shapes import sections
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document, findings
from guanlan.plan.reading import read
from plan.filling import boxes, send
from plan.versions import drafted, text_of

Browser = Callable[..., Client]


def place(section: str, key: str = "") -> Place:
    return Place(sections()[section], key)


def form(version: PlanVersion, section: str, key: str) -> str:
    return reverse("plan-edit-part", args=[version.key, section, key])


def save(cast: Cast, version: PlanVersion, text: str, who: str = "li", seen: str | None = None) -> str:
    version.refresh_from_db()
    where = place("rewards", "reward.early")
    stored = find(version.document, where)
    return save_part(
        version=version,
        place=where,
        typed={"key": "reward.early", "title": "及早发现", "text": text},
        seen=digest_of(stored) if seen is None else seen,
        person=getattr(cast, who),
        now=NOW,
    )


class TestSavePart:
    def test_content_hash_and_file_change_together(self, cast: Cast) -> None:
        version = drafted(cast, "2.0")
        before = version.sha256

        save(cast, version, "奖励两百元。")

        version.refresh_from_db()
        plan = document(version)
        assert (version.state, version.label) == ("DRAFT", "2.0")
        assert [clause.text for clause in plan.rewards if clause.key == "reward.early"] == ["奖励两百元。"]
        assert version.sha256 == digest(plan) != before
        assert read(version.source.encode(), "plan.yaml").document == plan

    def test_writes_one_audit_row_with_both_hashes(self, cast: Cast) -> None:
        version = drafted(cast, "2.0")
        before, entries = version.sha256, Entry.objects.count()

        save(cast, version, "奖励两百元。")

        version.refresh_from_db()
        entry = Entry.objects.latest("number")
        assert Entry.objects.count() == entries + 1
        assert (entry.verb, entry.actor, entry.subject) == ("plan.change_draft", cast.li.key, version.key)
        assert entry.facts == {
            "before": before,
            "sha256": version.sha256,
            "part": "reward.early",
            "label": "2.0",
        }

    @pytest.mark.parametrize("who", ["wang", "liu", "chen", "zhou", "zhao"])
    def test_refuses_who_may_not_manage_plans(self, cast: Cast, who: str) -> None:
        version = drafted(cast, "2.0")

        with pytest.raises(NotAllowed, match="可以办理的是：领导、指挥、管理员"):
            save(cast, version, "奖励两百元。", who=who)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_is_told(self, cast: Cast, at_once: AtOnce) -> None:
        version = drafted(cast, "2.0")
        seen = digest_of(find(version.document, place("rewards", "reward.early")))

        outcomes = at_once(lambda: save(cast, PlanVersion.objects.get(), "奖励两百元。", seen=seen))

        assert outcomes == ["ChangedMeanwhile", "done"]

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_in_different_parts_both_stay(self, cast: Cast, at_once: AtOnce) -> None:
        version, parts = drafted(cast, "2.0"), ["reward.early", "reward.improve"]

        def step() -> None:
            where = place("rewards", parts.pop())
            stored = find(version.document, where)
            assert stored is not None
            typed = {**stored, "text": f"改过：{where.key}"}
            save_part(
                version=version, place=where, typed=typed, seen=digest_of(stored), person=cast.li, now=NOW
            )

        assert at_once(step) == ["done", "done"]
        version.refresh_from_db()
        texts = {clause.text for clause in document(version).rewards}
        assert texts == {"改过：reward.early", "改过：reward.improve"}


class TestTheForm:
    def test_a_clock_in_working_days_keeps_its_key(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "levels", "III")

        answer = send(
            browser,
            address,
            clocks__5__minutes="6",
            clocks__5__minutes__unit="day",
            clocks__5__source="指挥部会议定",
        )

        assert answer.headers["Location"] == address
        version.refresh_from_db()
        (level,) = (level for level in document(version).levels if level.key == "III")
        clock = level.clocks[5]
        assert (clock.key, clock.minutes, clock.calendar) == (
            "clock.III.measures-published",
            6 * 480,  # working days of eight hours
            "working",
        )
        assert "已保存。" in text_of(browser.get(address))

    def test_a_row_is_added_first_and_saved_later(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "groups", "group.legal")

        added = send(browser, address, do="add roles")
        again = send(browser, address, added, do="up roles.2", roles__2__name="合规专员")

        version.refresh_from_db()
        assert len(document(version).groups["group.legal"].roles) == 2
        assert "还没有保存。" in text_of(added)
        assert boxes(again)["roles.1.name"] == ["合规专员"]

        send(browser, address, again, roles__1__deputies=["role.legal-lead"])

        version.refresh_from_db()
        roles = document(version).groups["group.legal"].roles
        assert [role.name for role in roles] == ["法律组长", "合规专员", "法律顾问"]
        assert [role.key for role in roles][::2] == ["role.legal-lead", "role.legal-counsel"]
        assert re.fullmatch(r"role\.[a-z0-9]{12}", roles[1].key)
        assert roles[1].deputies == ("role.legal-lead",)

    def test_a_row_is_dropped(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "chapters", "chapter.general")

        dropped = send(browser, address, do="drop clauses.1")
        send(browser, address, dropped)

        version.refresh_from_db()
        assert [clause.title for clause in document(version).chapters[0].clauses] == ["目的", "原则"]

    def test_what_cannot_be_is_told_at_its_box(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "duties", "duty.monitoring.assess")

        answer = send(
            browser,
            address,
            title="",
            times__I__due_minutes="十五",
            times__II__due_minutes="999",
            times__II__due_minutes__unit="day",
            action="见 {{负责人}}",
        )

        page = text_of(answer)
        assert answer.status_code == 422
        assert "没有保存：有 1 处要改。请填“标题”。" in page
        assert boxes(answer)["times.I.due_minutes"] == ["十五"]

        answer = send(browser, address, answer, title="研判")

        page = text_of(answer)
        assert "“完成时限”应是整数。" in page
        assert "“完成时限”不能大于 525600。" in page

        answer = send(browser, address, answer, times__I__due_minutes="15", times__II__due_minutes="15",
                      times__II__due_minutes__unit="minute")  # fmt: skip

        assert "“{{负责人}}”在这里没有人来填" in text_of(answer)
        before = version.sha256
        version.refresh_from_db()
        assert version.sha256 == before

    def test_nothing_chosen_where_something_must_be(self, cast: Cast, sign_in: Browser) -> None:
        version = drafted(cast, "2.0")

        answer = send(sign_in(cast.li), form(version, "drills", "-"), name="夜间演练")

        page = text_of(answer)
        assert answer.status_code == 422
        for sentence in ("请选“种类”。", "请填“每几个月一次”。", "“参加的组”至少要选一项。", "请填“目的”。"):
            assert sentence in page
        assert boxes(answer)["name"] == ["夜间演练"]

    def test_another_part_gets_a_key_of_its_own(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)

        answer = send(
            browser,
            form(version, "drills", "-"),
            name="夜间演练",
            kind="tabletop",
            every_months="6",
            groups=["group.service"],
            aim="看夜里有没有人",
        )

        version.refresh_from_db()
        drill = document(version).drills[-1]
        assert (drill.name, drill.groups) == ("夜间演练", ("group.service",))
        assert drill.key not in {other.key for other in document(version).drills[:-1]}
        assert answer.headers["Location"] == form(version, "drills", drill.key)

    def test_examples_follow_a_moved_threshold(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        assert findings(version, today=NOW.date()) == ()

        send(browser, form(version, "criteria", "criterion.volume"), cells__0__at_least="8000")

        version.refresh_from_db()
        cell = next(row for row in document(version).criteria if row.key == "criterion.volume").cells[0]
        assert cell.fires == ({"negative_24h": 8000, "negative_permille": 600},)
        assert cell.just_not == (
            {"negative_24h": 7999, "negative_permille": 600},
            {"negative_24h": 8000, "negative_permille": 199},
        )
        assert findings(version, today=NOW.date()) == ()

    def test_examples_that_were_typed_stay(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "criteria", "criterion.outlets")

        answer = send(
            browser, address, cells__0__at_least="30", cells__0__fires="负面报道的媒体 31，负面占比 未知"
        )
        bad = send(browser, address, cells__0__fires="很多媒体")

        version.refresh_from_db()
        cell = next(row for row in document(version).criteria if row.key == "criterion.outlets").cells[0]
        assert answer.status_code == 302
        assert cell.fires == ({"outlets": 31, "negative_permille": None},)
        assert bad.status_code == 422
        assert boxes(bad)["cells.0.fires"] == ["很多媒体"]

    def test_the_second_of_two_people_is_told_who_and_loses_nothing(
        self, cast: Cast, sign_in: Browser
    ) -> None:
        version, first, second = drafted(cast, "2.0"), sign_in(cast.li), sign_in(cast.wu)
        address = form(version, "rewards", "reward.early")
        opened = second.get(address)
        send(first, address, text="李敏写的。")

        answer = send(second, address, opened, text="吴凡写的。")

        page = text_of(answer)
        assert answer.status_code == 409
        assert "没有保存：李敏 14:05 改过这一处。您填的还在下面。" in page
        assert boxes(answer)["text"] == ["吴凡写的。"]
        version.refresh_from_db()
        assert "李敏写的。" in version.source

        assert "按我填的保存，盖掉那次改动" in page
        assert send(second, address, answer).status_code == 302
        version.refresh_from_db()
        assert "吴凡写的。" in version.source

    def test_what_another_removed_is_put_back_only_on_purpose(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "rewards", "reward.early")
        opened = browser.get(address)
        seen = boxes(opened)["seen"][0]
        browser.post(
            reverse("plan-edit-remove", args=[version.key, "rewards", "reward.early"]), {"seen": seen}
        )

        answer = send(browser, address, opened, text="奖励。")

        version.refresh_from_db()
        assert answer.status_code == 409
        assert "reward.early" not in version.source

        assert send(browser, address, answer).status_code == 302
        version.refresh_from_db()
        assert (document(version).rewards[-1].key, document(version).rewards[-1].text) == (
            "reward.early",
            "奖励。",
        )

    def test_a_chapter_of_hundreds_of_clauses_is_one_form(self, cast: Cast, sign_in: Browser) -> None:
        clauses = "".join(f"      - {{key: clause.x{n}, title: 第{n}, text: 内容{n}}}\n" for n in range(400))
        start = "    title: 法律事务\n    clauses:\n"
        version, browser = drafted(cast, "2.0", (start, start + clauses)), sign_in(cast.li)

        answer = send(browser, form(version, "chapters", "chapter.legal"), title="法务")

        assert answer.status_code == 302
        version.refresh_from_db()
        assert len(document(version).chapters[5].clauses) == 402

    def test_two_people_in_different_parts_do_not_meet(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        opened = browser.get(form(version, "rewards", "reward.early"))
        send(browser, form(version, "support", "support.money"), text="另行安排。")

        answer = send(browser, form(version, "rewards", "reward.early"), opened, text="奖励。")

        assert answer.status_code == 302
        version.refresh_from_db()
        assert "另行安排。" in version.source
        assert "奖励。" in version.source

    def test_a_published_version_is_not_changed(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "1.0"), sign_in(cast.li)
        address = form(version, "rewards", "reward.early")
        opened = browser.get(address)
        publish_version(version=version, effective_on=NOW.date(), person=cast.li, now=NOW)

        answer = send(browser, address, opened, text="改了。")

        assert answer.status_code == 409
        assert "这一版现在是“现行”，内容不能再改。要改请另起一份草案。" in text_of(answer)
        assert boxes(answer)["text"] == ["改了。"]
        version.refresh_from_db()
        assert "改了。" not in version.source

    def test_a_label_that_is_taken_is_told(self, cast: Cast, sign_in: Browser) -> None:
        drafted(cast, "2.0")
        version, browser = drafted(cast, "3.0"), sign_in(cast.li)

        answer = send(browser, reverse("plan-edit-section", args=[version.key, "meta"]), version="2.0")

        assert answer.status_code == 409
        assert "版本号“2.0”已经有了，请换一个。" in text_of(answer)

    def test_comments_are_said_to_go_once(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "rewards", "reward.early")
        sentence = "注释不再保留"

        assert sentence in text_of(browser.get(address))
        send(browser, address, text="奖励。")

        assert sentence not in text_of(browser.get(address))
        assert sentence not in text_of(browser.get(reverse("plan-edit", args=[version.key])))

    def test_who_may_not_manage_plans_sees_no_form(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.wang)

        for address in (form(version, "rewards", "reward.early"), reverse("plan-edit", args=[version.key])):
            answer = browser.get(address)
            assert answer.status_code == 403
            assert "领导、指挥、管理员" in text_of(answer)

    def test_markup_is_only_text(self, cast: Cast, sign_in: Browser) -> None:
        version, browser = drafted(cast, "2.0"), sign_in(cast.li)
        address = form(version, "rewards", "reward.early")

        send(browser, address, title="<script>alert(1)</script>")

        page: Any = browser.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert boxes(browser.get(address))["title"] == ["<script>alert(1)</script>"]
        assert html.escape("<script>alert(1)</script>") in page
