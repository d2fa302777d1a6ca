"""审计: who may read it does, the check says what it found, the table holds no formulas."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.actions import record
from guanlan.audit.models import Entry
from guanlan.people.models import Person

Browser = Callable[[Person], Client]


def text(answer: Any) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def write(**changed: Any) -> None:
    fields = {"actor": "system", "verb": "tests.step", "kind": "thing", "subject": "s", "at": NOW}
    with transaction.atomic():
        record(**(fields | changed))


class TestTrail:
    def test_names_who_did_what_to_whom(self, cast: Cast, sign_in: Browser) -> None:
        write(actor=cast.wu.key, verb="people.place", kind="person", subject=cast.chen.key)
        page = sign_in(cast.zhao).get(reverse("audit"))

        assert page.status_code == 200
        row = page.context["named"][0]
        assert (row[0].verb, row[1], row[2]) == ("people.place", "吴凡", "陈晓")

    def test_shows_fifty_a_page(self, cast: Cast, sign_in: Browser) -> None:
        for _each in range(60):
            write(verb="tests.many")
        browser = sign_in(cast.zhao)

        assert len(browser.get(reverse("audit"), {"verb": "tests.many"}).context["named"]) == 50
        assert len(browser.get(reverse("audit"), {"verb": "tests.many", "page": 2}).context["named"]) == 10

    def test_is_narrowed_by_actor_and_subject(self, cast: Cast, sign_in: Browser) -> None:
        write(actor=cast.wu.key, subject="only-this")
        browser = sign_in(cast.zhao)

        for chosen in ({"actor": cast.wu.key}, {"subject": "only-this"}):
            named = browser.get(reverse("audit"), chosen).context["named"]
            assert [entry.subject for entry, _actor, _subject in named] == ["only-this"]

    def test_says_when_nothing_fits(self, cast: Cast, sign_in: Browser) -> None:
        assert "没有符合条件的记录" in text(sign_in(cast.zhao).get(reverse("audit"), {"verb": "none"}))

    @pytest.mark.parametrize("who", ["zhao", "wu", "zhou", "li"])
    def test_auditor_administrator_counsel_and_command_read(
        self, cast: Cast, sign_in: Browser, who: str
    ) -> None:
        assert sign_in(getattr(cast, who)).get(reverse("audit")).status_code == 200

    @pytest.mark.parametrize("who", ["chen", "wang", "liu"])
    def test_others_do_not(self, cast: Cast, sign_in: Browser, who: str) -> None:
        browser = sign_in(getattr(cast, who))

        answers = [
            browser.get(reverse("audit")),
            browser.post(reverse("audit-check")),
            browser.get(reverse("audit-csv")),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]


class TestCheck:
    def test_says_that_the_chain_holds(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.zhao).post(reverse("audit-check"))

        assert f"{Entry.objects.count()} 条全部核对过，没有人改动或删除" in text(answer)

    def test_names_the_entries_that_were_tampered_with(self, cast: Cast, sign_in: Browser) -> None:
        Entry.objects.filter(number=4).update(actor="somebody")
        answer = sign_in(cast.zhao).post(reverse("audit-check"))

        assert "有 1 处对不上，第一处是第 4 条" in text(answer)

    def test_is_not_done_by_looking(self, cast: Cast, sign_in: Browser) -> None:
        Entry.objects.filter(number=4).update(actor="somebody")

        assert "对不上" not in text(sign_in(cast.zhao).get(reverse("audit")))
        assert sign_in(cast.zhao).get(reverse("audit-check")).status_code == 405


class TestTable:
    def rows(self, browser: Client, **chosen: str) -> list[list[str]]:
        answer = browser.get(reverse("audit-csv"), chosen)
        content = b"".join(answer.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(content)))

    def test_holds_the_narrowed_entries(self, cast: Cast, sign_in: Browser) -> None:
        write(actor=cast.wu.key, verb="tests.table", subject="abc", facts={"b": 1, "a": "x"})
        head, *rows = self.rows(sign_in(cast.zhao), verb="tests.table")

        assert head == ["编号", "时间", "谁", "办了什么", "对象", "对象编号", "细节", "封印"]
        entry = Entry.objects.latest("number")
        assert rows == [
            [
                str(entry.number),
                "2026-11-20T14:05:00+08:00",
                "吴凡",
                "tests.table",
                "thing",
                "abc",
                '{"a": "x", "b": 1}',
                entry.seal,
            ]
        ]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_no_cell_is_a_formula(self, cast: Cast, sign_in: Browser, start: str) -> None:
        write(verb="tests.formula", subject=f"{start}HYPERLINK()")
        Person.objects.filter(pk=cast.wu.pk).update(name=f"{start}cmd")
        write(verb="tests.formula", actor=cast.wu.key)

        cells = [cell for row in self.rows(sign_in(cast.zhao), verb="tests.formula") for cell in row]
        assert [cell for cell in cells if cell.startswith(start)] == []
        assert f"'{start}HYPERLINK()" in cells
        assert f"'{start}cmd" in cells
