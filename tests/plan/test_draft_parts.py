"""A draft is begun on screen, its parts are listed, moved and removed, and findings lead to their boxes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.plan.actions import publish_version
from guanlan.plan.editing.actions import move_part, remove_part
from guanlan.plan.editing.places import Place
from guanlan.plan.editing.shapes import sections
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from plan.filling import boxes, send
from plan.versions import drafted, text_of

Browser = Callable[..., Client]


def listing(version: PlanVersion, section: str) -> str:
    return reverse("plan-edit-section", args=[version.key, section])


class TestBeginning:
    @pytest.mark.parametrize(
        ("base", "code", "groups"),
        [
            ("in-force", "plan.five-groups", 5),
            ("three-tiers", "plan.three-tiers", 9),
            ("blank", "plan.own", 1),
        ],
    )
    def test_from_what_was_chosen(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser, base: str, code: str, groups: int
    ) -> None:
        answer = sign_in(cast.li).post(reverse("plan-begin"), {"base_of": base, "label": "1.1"})

        draft = PlanVersion.objects.get(label="1.1")
        assert answer.headers["Location"] == reverse("plan-edit", args=[draft.key])
        assert (draft.state, draft.code, draft.created_by) == ("DRAFT", code, cast.li)
        assert len(document(draft).organisation.groups) == groups
        assert document(draft).meta.company == "观澜商城"
        assert PlanVersion.objects.get(state="IN_FORCE") == plan

    def test_the_next_free_label_is_offered(self, plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        drafted(cast, "1.1")

        page = sign_in(cast.li).get(reverse("plan-begin")).content.decode()

        assert 'name="label" value="1.2"' in page
        assert "现行的 1.0 版：客服舆情应急预案（五组制）" in page

    def test_a_draft_that_is_there_is_not_written_over(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        draft = drafted(cast, "1.1", ("name: 监测专员", "name: 监测员"))

        answer = sign_in(cast.li).post(reverse("plan-begin"), {"base_of": "in-force", "label": "1.1"})

        assert answer.status_code == 409
        assert "版本号“1.1”已经有了，请换一个。" in text_of(answer)
        draft.refresh_from_db()
        assert "name: 监测员" in draft.source

    def test_who_may_not_manage_plans_begins_none(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.zhou)

        assert browser.get(reverse("plan-begin")).status_code == 403
        assert browser.post(reverse("plan-begin"), {"base_of": "blank", "label": "1.0"}).status_code == 403
        assert PlanVersion.objects.count() == 0

    def test_pages_of_the_plan_lead_here(self, plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        browser, draft = sign_in(cast.li), drafted(cast, "2.0")

        assert reverse("plan-begin") in browser.get(reverse("plan-versions")).content.decode()
        page = browser.get(reverse("plan-version", args=[draft.key])).content.decode()
        assert reverse("plan-edit", args=[draft.key]) in page


class TestFindings:
    def test_each_leads_to_its_very_box_in_words_of_the_screen(self, cast: Cast, sign_in: Browser) -> None:
        draft = drafted(
            cast,
            "2.0",
            ("deputies: [role.monitor]}", "deputies: []}"),
            ("meets: report_to_command\n", "meets: facts\n"),
        )
        browser = sign_in(cast.li)

        answer = browser.get(reverse("plan-edit", args=[draft.key]))

        page, said = answer.content.decode(), text_of(answer)
        group = reverse("plan-edit-part", args=[draft.key, "groups", "group.monitoring"])
        assert "“监测组长”没有替补，人不在时无人接手。 请在“替补”里写上另一个岗位。" in said
        assert f'href="{group}#f-roles.0.deputies"' in page
        assert "“特别重大”的上报有时限，却不是任何人的职责。 请在相应的职责上写“守哪个时限”：上报。" in said
        assert f'href="{listing(draft, "duties")}">去职责</a>' in page
        for name in ("deputies", "meets", "report_to_command", "role.", "clock."):
            assert name not in said
        assert 'id="f-roles.0.deputies"' in browser.get(group).content.decode()
        assert "体检：1 处要改" in text_of(browser.get(group))

    def test_what_is_missing_elsewhere_leads_there(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        browser.post(reverse("plan-begin"), {"base_of": "blank", "label": "1.0"})
        draft = PlanVersion.objects.get()

        answer = browser.get(reverse("plan-edit", args=[draft.key]))

        said, page = text_of(answer), answer.content.decode()
        assert "“特别重大”没有终止条件，启动后无从结束。 请在“终止条件”里给这一级写上条件。" in said
        assert f'<a class="u n" href="{listing(draft, "stand_down")}">去终止条件</a>' in page
        assert "stand_down" not in said


class TestList:
    def test_a_part_moves_and_stays_itself(self, cast: Cast, sign_in: Browser) -> None:
        draft, browser = drafted(cast, "2.0"), sign_in(cast.li)
        keys = [chapter.key for chapter in document(draft).chapters]

        for way in ("down", "down", "up"):
            browser.post(
                reverse("plan-edit-move", args=[draft.key, "chapters", keys[0]]), {"to": way}, follow=True
            )

        draft.refresh_from_db()
        assert [chapter.key for chapter in document(draft).chapters] == [keys[1], keys[0], *keys[2:]]
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.facts["part"]) == ("plan.change_draft", keys[0])

    def test_a_removed_part_is_missed_where_it_is_named(self, cast: Cast, sign_in: Browser) -> None:
        draft, browser = drafted(cast, "2.0"), sign_in(cast.li)
        row = browser.get(listing(draft, "groups")).content.decode().split('id="group.legal"')[1]
        seen = row.split('name="seen" value="')[1].split('"')[0]

        answer = browser.post(
            reverse("plan-edit-remove", args=[draft.key, "groups", "group.legal"]),
            {"seen": seen},
            follow=True,
        )

        draft.refresh_from_db()
        assert "group.legal" not in document(draft).groups
        assert "已删去。体检会指出还有哪里提到它。" in text_of(answer)
        overview = text_of(browser.get(reverse("plan-edit", args=[draft.key])))
        assert "提到的组“group.legal”不存在。" in overview
        drill = browser.get(
            reverse("plan-edit-part", args=[draft.key, "drills", document(draft).drills[0].key])
        )
        if "group.legal" in boxes(drill)["groups"]:
            assert "（已删去：group.legal）" in text_of(drill)

    def test_a_part_that_was_changed_meanwhile_is_not_removed(self, cast: Cast, sign_in: Browser) -> None:
        draft, browser = drafted(cast, "2.0"), sign_in(cast.li)
        send(browser, reverse("plan-edit-part", args=[draft.key, "rewards", "reward.early"]), text="改过的。")

        answer = browser.post(
            reverse("plan-edit-remove", args=[draft.key, "rewards", "reward.early"]), {"seen": "0" * 16}
        )

        assert answer.status_code == 409
        assert "改过这一处" in text_of(answer)
        draft.refresh_from_db()
        assert "改过的。" in draft.source

    def test_the_last_level_stays(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)
        browser.post(reverse("plan-begin"), {"base_of": "blank", "label": "1.0"})
        draft = PlanVersion.objects.get()
        page = browser.get(listing(draft, "groups")).content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]

        answer = browser.post(
            reverse("plan-edit-remove", args=[draft.key, "groups", "group.command"]), {"seen": seen}
        )

        assert answer.status_code == 422
        assert "至少要有 1 项" in text_of(answer)

    def test_who_may_not_manage_plans_neither_moves_nor_removes(self, cast: Cast, sign_in: Browser) -> None:
        draft = drafted(cast, "2.0")
        place = Place(sections()["rewards"], "reward.early")

        with pytest.raises(NotAllowed):
            move_part(version=draft, place=place, by=1, person=cast.wang, now=NOW)
        with pytest.raises(NotAllowed):
            remove_part(version=draft, place=place, seen="", person=cast.wang, now=NOW)
        for name in ("plan-edit-move", "plan-edit-remove"):
            address = reverse(name, args=[draft.key, "rewards", "reward.early"])
            assert sign_in(cast.wang).post(address).status_code == 403

    def test_a_published_version_offers_no_change(self, cast: Cast, sign_in: Browser) -> None:
        draft, browser = drafted(cast, "1.0"), sign_in(cast.li)
        publish_version(version=draft, effective_on=NOW.date(), person=cast.li, now=NOW)

        page = text_of(browser.get(listing(draft, "rewards")))
        moved = browser.post(reverse("plan-edit-move", args=[draft.key, "rewards", "reward.early"]))

        assert "加一项" not in page
        assert "上移" not in page
        assert moved.status_code == 409
        assert "1.0 版现在是“现行”，内容不能再改" in text_of(
            browser.get(reverse("plan-edit", args=[draft.key]))
        )

    @pytest.mark.parametrize(
        ("section", "part", "status"), [("nothing", "x", 404), ("drills", "drill.none", 404)]
    )
    def test_what_is_not_there_is_said(
        self, cast: Cast, sign_in: Browser, section: str, part: str, status: int
    ) -> None:
        draft = drafted(cast, "2.0")

        address = reverse("plan-edit-part", args=[draft.key, section, part])

        assert sign_in(cast.li).get(address).status_code == status
