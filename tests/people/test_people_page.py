"""人员与值班: everybody looks, the administrator changes, nobody else does."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from sheets import HEAD, sheet

from conftest import NOW, Cast
from guanlan.people import actions
from guanlan.people.models import DutyShift, Membership, Person
from guanlan.people.permissions import functions_of

Browser = Callable[[Person], Client]


def text(answer: Any) -> str:
    """Return what is read on a page: without tags, entities for quotes undone."""
    return re.sub(r"<[^>]+>", "", answer.content.decode()).replace("&quot;", '"')


@pytest.fixture
def shift(cast: Cast) -> DutyShift:
    return actions.plan_shift(
        group=cast.groups["monitoring"],
        person=cast.wang,
        deputy=cast.liu,
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=7),
        actor="system",
        now=NOW,
    )


class TestPeople:
    def test_shows_who_watches_and_which_hours_are_empty(
        self, cast: Cast, sign_in: Browser, shift: DutyShift
    ) -> None:
        answer = sign_in(cast.zhao).get(reverse("people"))

        assert answer.status_code == 200
        page = text(answer)
        assert "王芳在值班监测" in page
        assert "还空 329 小时" in page  # 336 less the 7 that the shift still covers
        assert "13 天 17 时" in page
        assert "改人员和值班请找管理员吴凡" in page
        assert reverse("person-add") not in answer.content.decode()

    def test_offers_changes_to_the_administrator(self, cast: Cast, sign_in: Browser) -> None:
        page = sign_in(cast.wu).get(reverse("people")).content.decode()

        assert reverse("person-add") in page
        assert "排监测组的一周值班" in page

    def test_finds_by_name_login_name_and_group(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.zhao)

        def found(**filters: str) -> list[str]:
            return [person.name for person in browser.get(reverse("people"), filters).context["page"]]

        assert found(q="王") == ["王芳"]
        assert found(q="LIU") == ["刘洋"]
        assert found(group=cast.groups["media"].key) == ["陈晓"]
        assert found(q="nobody") == []

    def test_a_name_with_markup_is_a_name(self, cast: Cast, sign_in: Browser) -> None:
        Person.objects.filter(pk=cast.chen.pk).update(name="<b>陈</b>")

        page = sign_in(cast.zhao).get(reverse("people")).content.decode()

        assert "&lt;b&gt;陈&lt;/b&gt;" in page
        assert "<b>陈</b>" not in page


class TestAdd:
    def fields(self, cast: Cast, **changed: str) -> dict[str, str]:
        fields = {"name": "何涛", "username": "he", "role": "MEMBER", "group": cast.groups["service"].key}
        return fields | changed

    def test_shows_a_password_once_that_lets_in(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wu).post(reverse("person-add"), self.fields(cast))

        password = re.search(r'class="secret">([^<]+)<', answer.content.decode())
        assert password is not None
        assert "no-store" in answer.headers["Cache-Control"]
        assert Client().login(username="he", password=password[1])
        assert functions_of(Person.objects.get(username="he"), at=NOW) == {"service"}

    def test_says_what_is_wrong_beside_the_box(self, cast: Cast, sign_in: Browser) -> None:
        wrong = self.fields(cast, username="何 涛", phone="abc")
        answer = sign_in(cast.wu).post(reverse("person-add"), wrong)

        assert answer.status_code == 422
        assert "登录名“何 涛”不能用" in text(answer)
        assert "手机“abc”不像电话号码" in text(answer)
        assert Person.objects.count() == 7

    def test_a_taken_login_name_is_a_sentence(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wu).post(reverse("person-add"), self.fields(cast, username="Chen"))

        assert answer.status_code == 409
        assert "“Chen”已经有人使用" in text(answer)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_refuses_whoever_is_no_administrator(self, cast: Cast, sign_in: Browser, method: str) -> None:
        answer = getattr(sign_in(cast.li), method)(reverse("person-add"), self.fields(cast))

        assert answer.status_code == 403
        assert Person.objects.count() == 7


class TestImport:
    def send(self, browser: Client, content: bytes) -> Any:
        return browser.post(reverse("people-import"), {"sheet": SimpleUploadedFile("people.xlsx", content)})

    def test_takes_a_sheet_and_shows_the_passwords(self, cast: Cast, sign_in: Browser) -> None:
        answer = self.send(sign_in(cast.wu), sheet(["何涛", "he"], ["郑凯", "zheng"], head=HEAD[:2]))

        assert "已添加 2 人" in text(answer)
        assert answer.content.decode().count('class="secret"') == 2

    def test_tells_the_bad_rows_and_takes_none(self, cast: Cast, sign_in: Browser) -> None:
        answer = self.send(sign_in(cast.wu), sheet(["何涛", "he"], ["", "zheng"], head=HEAD[:2]))

        assert answer.status_code == 422
        assert "第 3 行：姓名要填" in text(answer)
        assert Person.objects.count() == 7

    def test_hands_out_a_sample_with_our_groups(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wu).get(reverse("people-sample"))

        assert answer.content[:2] == b"PK"
        assert self.send(sign_in(cast.wu), answer.content).status_code == 200
        assert functions_of(Person.objects.get(username="zhangwei"), at=NOW) == {"command"}

    def test_refuses_whoever_is_no_administrator(self, cast: Cast, sign_in: Browser) -> None:
        assert self.send(sign_in(cast.li), sheet(["何涛", "he"])).status_code == 403


class TestPerson:
    def test_shows_groups_and_shifts_to_everybody_and_changes_to_none(
        self, cast: Cast, sign_in: Browser, shift: DutyShift
    ) -> None:
        answer = sign_in(cast.zhao).get(reverse("person", args=[cast.wang.key]))

        assert "王芳，监测组组长" in text(answer)
        assert "刘洋" in text(answer)
        assert "<input" not in re.sub(r'<input type="hidden"[^>]+>', "", answer.content.decode())

    def test_a_person_corrects_their_own_contacts(self, cast: Cast, sign_in: Browser) -> None:
        address = reverse("person", args=[cast.chen.key])
        answer = sign_in(cast.chen).post(address, {"name": "陈晓", "phone": "13911112222"})

        assert answer.status_code == 302
        assert Person.objects.get(pk=cast.chen.pk).phone == "13911112222"

    def test_nobody_corrects_a_colleagues(self, cast: Cast, sign_in: Browser) -> None:
        address = reverse("person", args=[cast.chen.key])

        assert sign_in(cast.li).post(address, {"name": "陈小"}).status_code == 403

    def test_the_administrator_places_and_removes(self, cast: Cast, sign_in: Browser) -> None:
        browser, legal = sign_in(cast.wu), cast.groups["legal"]
        browser.post(reverse("person-place", args=[cast.chen.key]), {"group": legal.key, "role": "DEPUTY"})
        assert functions_of(cast.chen, at=NOW) == {"media", "legal"}

        browser.post(reverse("person-remove", args=[cast.chen.key]), {"group": legal.key})
        assert functions_of(cast.chen, at=NOW) == {"media"}

    def test_the_administrator_resets_a_password(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.wu).post(reverse("person-password", args=[cast.chen.key]))

        password = re.search(r'class="secret">([^<]+)<', answer.content.decode())
        assert password is not None
        assert Client().login(username="chen", password=password[1])

    def test_the_administrator_deactivates_and_reactivates(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wu)
        browser.post(reverse("person-deactivate", args=[cast.chen.key]))
        assert not Person.objects.get(pk=cast.chen.pk).is_active

        browser.post(reverse("person-reactivate", args=[cast.chen.key]))
        assert Person.objects.get(pk=cast.chen.pk).is_active

    @pytest.mark.parametrize(
        "address",
        ["person-place", "person-remove", "person-password", "person-deactivate", "person-reactivate"],
    )
    def test_nobody_else_does(self, cast: Cast, sign_in: Browser, address: str) -> None:
        fields = {"group": cast.groups["media"].key, "role": "LEAD"}
        answer = sign_in(cast.li).post(reverse(address, args=[cast.chen.key]), fields)

        assert answer.status_code == 403
        assert Membership.objects.filter(person=cast.chen, ended_at=None).count() == 1
        assert Person.objects.get(pk=cast.chen.pk).is_active


class TestRoster:
    def test_lays_a_week_from_the_grid(self, cast: Cast, sign_in: Browser) -> None:
        actions.place(
            person=cast.liu, group=cast.groups["monitoring"], role="MEMBER", actor="system", now=NOW
        )
        address = reverse("roster", args=[cast.groups["monitoring"].key]) + "?week=2026-11-25"
        fields = {
            "2026-11-23-early": cast.wang.key,
            "2026-11-29-night": cast.wang.key,
            "deputy-early": cast.liu.key,
        }
        answer = sign_in(cast.wu).post(address, fields)

        assert answer.status_code == 302
        laid = DutyShift.objects.order_by("starts_at").values_list("person__name", "deputy__name")
        assert list(laid) == [("王芳", "刘洋"), ("王芳", None)]

    def test_shows_what_is_laid_and_does_not_ask_for_what_is_over(
        self, cast: Cast, sign_in: Browser, shift: DutyShift
    ) -> None:
        answer = sign_in(cast.wu).get(reverse("roster", args=[cast.groups["monitoring"].key]))

        page = answer.content.decode()
        assert "监测组 11月16日至11月22日的值班" in text(answer)
        assert 'name="2026-11-20-early"' not in page  # began at 08:00, and it is 14:05
        assert 'name="2026-11-20-late"' in page

    def test_refuses_a_deputy_who_serves(self, cast: Cast, sign_in: Browser) -> None:
        address = reverse("roster", args=[cast.groups["monitoring"].key]) + "?week=2026-11-23"
        fields = {"2026-11-23-early": cast.wang.key, "deputy-early": cast.wang.key}
        answer = sign_in(cast.wu).post(address, fields)

        assert answer.status_code == 422
        assert "王芳不能当自己的副手" in text(answer)
        assert not DutyShift.objects.exists()

    def test_a_week_that_is_no_date_is_this_week(self, cast: Cast, sign_in: Browser) -> None:
        address = reverse("roster", args=[cast.groups["monitoring"].key])

        assert "11月16日至" in text(sign_in(cast.wu).get(address, {"week": "soon"}))

    def test_plans_one_shift_in_shanghai_time(self, cast: Cast, sign_in: Browser) -> None:
        address = reverse("shift-plan", args=[cast.groups["monitoring"].key])
        fields = {"person": cast.wang.key, "starts_at": "2026-11-20T18:00", "ends_at": "2026-11-20T22:00"}
        assert sign_in(cast.wu).post(address, fields).status_code == 302

        # 18:00 in Shanghai is 10:00 UTC, 3 h 55 min after NOW.
        assert DutyShift.objects.get().starts_at == NOW + timedelta(hours=3, minutes=55)

    def test_takes_a_shift_off(self, cast: Cast, sign_in: Browser) -> None:
        coming = actions.plan_shift(
            group=cast.groups["monitoring"],
            person=cast.wang,
            deputy=None,
            starts_at=NOW + timedelta(hours=1),
            ends_at=NOW + timedelta(hours=2),
            actor="system",
            now=NOW,
        )
        assert sign_in(cast.li).post(reverse("shift-drop", args=[coming.key])).status_code == 403
        sign_in(cast.wu).post(reverse("shift-drop", args=[coming.key]))

        assert not DutyShift.objects.exists()

    @pytest.mark.parametrize("address", ["roster", "shift-plan"])
    def test_nobody_but_the_administrator(self, cast: Cast, sign_in: Browser, address: str) -> None:
        answer = sign_in(cast.wang).get(reverse(address, args=[cast.groups["monitoring"].key]))

        assert answer.status_code == 403
