"""Signing in and out, the password, the phone's list of parts: all in our own words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from conftest import NOW, PASSWORD, Cast
from guanlan.people import actions as people
from guanlan.people.models import Person
from guanlan.site.navigation import PARTS

Browser = Callable[[Person], Client]
CJK = re.compile(r"[\u4e00-\u9fff]")


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


@pytest.fixture
def wang(cast: Cast) -> Person:
    cache.clear()
    people.set_password(person=cast.wang, sealed=make_password(PASSWORD), actor="system", now=NOW)
    cast.wang.refresh_from_db()
    return cast.wang


def sign_in_with(password: str, login: str = "wang") -> Any:
    return Client().post(reverse("account_login"), {"login": login, "password": password})


class TestSignIn:
    def test_the_right_password_lets_in(self, wang: Person) -> None:
        answer = sign_in_with(PASSWORD)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/")

    @pytest.mark.parametrize("login", ["wang", "nobody"])
    def test_a_wrong_one_says_no_more_than_that(self, wang: Person, login: str) -> None:
        assert "登录名或密码不对，请再试一次" in text(sign_in_with("wrong", login))

    def test_too_many_are_refused_in_a_sentence_even_with_the_right_one(self, wang: Person) -> None:
        for _each in range(12):
            sign_in_with("wrong")

        answer = sign_in_with(PASSWORD)
        assert answer.status_code in (200, 429)
        assert re.search("试错次数太多|试得太频繁了", text(answer))

    def test_somebody_deactivated_is_told_whom_to_ask(self, wang: Person) -> None:
        people.deactivate(person=wang, actor="system", now=NOW)
        answer = sign_in_with(PASSWORD)

        assert answer.status_code != 302 or "inactive" in answer.headers["Location"]


class TestOwnPages:
    @pytest.mark.parametrize(
        "address",
        ["account_login", "account_reset_password", "account_signup", "account_inactive"],
    )
    def test_what_strangers_reach_is_chinese_and_ours(self, db: None, address: str) -> None:
        answer = Client().get(reverse(address))

        assert answer.status_code == 200
        assert "site/look.css" in answer.content.decode()
        assert text(answer).count("管理员") >= 1

    @pytest.mark.parametrize("address", ["account_logout", "account_change_password", "account_email"])
    def test_what_the_signed_in_reach_is_chinese_and_ours(
        self, wang: Person, sign_in: Browser, address: str
    ) -> None:
        answer = sign_in(wang).get(reverse(address))

        assert answer.status_code == 200
        heading = re.search("<h1>(.*?)</h1>", answer.content.decode())
        assert heading is not None
        assert CJK.search(heading[1])

    def test_the_password_is_changed_by_its_owner(self, wang: Person, sign_in: Browser) -> None:
        fields = {"oldpassword": PASSWORD, "password1": "another-long-one", "password2": "another-long-one"}
        sign_in(wang).post(reverse("account_change_password"), fields)

        assert Person.objects.get(pk=wang.pk).check_password("another-long-one")

    def test_a_wrong_old_password_is_a_sentence(self, wang: Person, sign_in: Browser) -> None:
        fields = {"oldpassword": "x", "password1": "another-long-one", "password2": "another-long-one"}
        answer = sign_in(wang).post(reverse("account_change_password"), fields)

        assert "请写现在的密码" in text(answer)


def test_more_lists_every_page_and_the_way_out(cast: Cast, sign_in: Browser) -> None:
    page = text(sign_in(cast.wang).get(reverse("more")))

    assert [str(entry.label) for part in PARTS for entry in part.pages if str(entry.label) not in page] == []
    assert "王芳，监测组，组长" in page
    assert "退出登录" in page
