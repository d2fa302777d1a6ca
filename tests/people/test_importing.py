"""People from a sheet: all or nothing, errors by row, and a second import updates."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sheets import HEAD, sheet

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.people import actions, importing, queries
from guanlan.people.importing import BadSheet, Line, read_people
from guanlan.people.models import Membership, Person, Unit
from guanlan.people.permissions import functions_of
from guanlan.people.samples import people_sample

GROUPS = {"监测组": "monitoring", "媒体沟通组": "media"}
LATER = NOW + timedelta(hours=1)


def problems(content: bytes, known: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(BadSheet) as refused:
        read_people(content, groups=GROUPS, known=known or {})
    return refused.value.problems


class TestRead:
    def test_gives_codes_for_names_and_login_names_for_deputies(self) -> None:
        lines = read_people(
            sheet(
                ["张伟", "ZhangWei", 13900000001, "z@example.com", "监测组", "组长", "李娜"],
                ["李娜", "lina", "", "", "监测组", "", ""],
            ),
            groups=GROUPS,
            known={},
        )

        # Excel keeps the telephone number as 13900000001.0.
        assert lines == (
            Line(2, "张伟", "zhangwei", "13900000001", "z@example.com", "monitoring", "LEAD", "lina"),
            Line(3, "李娜", "lina", "", "", "monitoring", "", ""),
        )

    def test_skips_empty_rows_and_keeps_excels_numbers(self) -> None:
        lines = read_people(
            sheet(["张伟", "zhangwei"], [], ["李娜", "lina"], head=HEAD[:2]), groups={}, known={}
        )

        assert [line.number for line in lines] == [2, 4]

    def test_columns_may_stand_in_any_order(self) -> None:
        lines = read_people(sheet(["lina", "李娜"], head=["登录名", "姓名"]), groups={}, known={})

        assert (lines[0].name, lines[0].username) == ("李娜", "lina")

    def test_a_deputy_may_be_somebody_who_is_there_already(self) -> None:
        row = ["张伟", "zhangwei", "", "", "监测组", "组长", "陈晓"]
        lines = read_people(sheet(row), groups=GROUPS, known={"chen": "陈晓"})

        assert lines[0].deputy == "chen"

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            (["", "zhang", "", "", "", "", ""], "第 2 行：姓名要填，最多 40 个字。"),
            (["张" * 41, "zhang", "", "", "", "", ""], "第 2 行：姓名要填，最多 40 个字。"),
            (["张伟", "", "", "", "", "", ""], "第 2 行：登录名“”不能用"),
            (["张伟", "张伟", "", "", "", "", ""], "第 2 行：登录名“张伟”不能用"),
            (["张伟", "zhang wei", "", "", "", "", ""], "第 2 行：登录名“zhang wei”不能用"),
            (["张伟", "zhang", "一三九", "", "", "", ""], "第 2 行：手机“一三九”不像电话号码"),
            (["张伟", "zhang", "", "zhang@", "", "", ""], "第 2 行：邮箱“zhang@”写得不对"),
            (["张伟", "zhang", "", "", "媒体组", "", ""], "没有“媒体组”这个组。是不是“媒体沟通组”？"),
            (["张伟", "zhang", "", "", "监测组", "组", ""], "没有“组”这个角色。是不是“组长”？"),
            (["张伟", "zhang", "", "", "", "组长", ""], "第 2 行：写了角色或副手，没有写组，请补上组。"),
            (["张伟", "zhang", "", "", "监测组", "", "郑凯"], "第 2 行：副手“郑凯”不在表里也不在系统里"),
            (["张伟", "zhang", "", "", "监测组", "", "ZHANG"], "第 2 行：副手是本人，请换一个人。"),
        ],
    )
    def test_says_which_row_is_wrong_and_what_to_do(self, row: list[Any], sentence: str) -> None:
        assert sentence in problems(sheet(row))[0]

    def test_tells_every_row_at_once_in_order(self) -> None:
        found = problems(sheet(["张伟", "zhang"], ["", "li"], ["王强", ""], head=HEAD[:2]))

        assert [sentence[:6] for sentence in found] == ["第 3 行：", "第 4 行："]

    def test_one_login_name_is_one_person(self) -> None:
        found = problems(sheet(["张伟", "zhang"], ["张薇", "Zhang"], head=HEAD[:2]))

        assert "第 3 行：登录名“Zhang”在第 2 行是另一个人，请换一个。" in found

    def test_one_person_serves_in_a_group_once(self) -> None:
        row = ["张伟", "zhang", "", "", "监测组", "", ""]

        assert problems(sheet(row, row)) == ("第 3 行：“zhang”在第 2 行已经写过，请删去一行。",)

    def test_two_of_one_name_make_a_deputy_unclear(self) -> None:
        row = ["张伟", "zhang", "", "", "监测组", "", "李娜"]
        found = problems(sheet(row), known={"lina": "李娜", "lina2": "李娜"})

        assert "或有重名，请写登录名" in found[0]

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "这个文件读不开"),
            ("姓名,登录名\n张伟,zhang\n".encode("gb18030"), "这个文件读不开"),
            (sheet(), "表里没有人员"),
            (sheet(head=[]), "表里没有人员"),
            (sheet([" ", None], head=HEAD[:2]), "表里没有人员"),
            (sheet(["x"], head=["名字"]), "第 1 行：不认识列“名字”，可用的列是姓名、登录名"),
            (sheet(["x"], head=["姓名"]), "第 1 行：缺少列“登录名”"),
            (sheet(["x", "y", "z"], head=["姓名", "登录名", "姓名"]), "第 1 行：列“姓名”写了两遍"),
        ],
    )
    def test_a_file_that_is_no_list_of_people_is_refused(self, content: bytes, sentence: str) -> None:
        assert sentence in problems(content)[0]

    def test_a_file_that_unpacks_without_end_is_refused(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(2):
                archive.writestr(f"xl/{number}.xml", b" " * 60_000_000)

        assert len(packed.getvalue()) < 1_000_000
        assert "解压后超过 100 MB" in problems(packed.getvalue())[0]

    def test_a_large_file_is_refused(self) -> None:
        assert "超过 5 MB" in problems(b"x" * 5_000_001)[0]

    def test_too_many_rows_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importing, "MOST_ROWS", 2)
        rows = [["张伟", f"zhang{number}"] for number in range(3)]

        assert problems(sheet(*rows, head=HEAD[:2])) == ("表里超过 2 行，请拆成几个文件导入。",)


class TestSample:
    def test_the_sample_can_be_brought_in_as_it_is(self) -> None:
        lines = read_people(people_sample(["监测组", "媒体沟通组"]), groups=GROUPS, known={})

        assert [(line.username, line.group, line.role, line.deputy) for line in lines] == [
            ("zhangwei", "monitoring", "LEAD", "lina"),
            ("lina", "monitoring", "MEMBER", ""),
            ("wangqiang", "", "", ""),
        ]

    def test_there_is_a_sample_before_there_are_groups(self) -> None:
        assert len(read_people(people_sample([]), groups={}, known={})) == 3


@pytest.fixture
def passwords() -> Iterator[str]:
    return (f"first-{number}" for number in count(1))


class TestBringIn:
    def bring(
        self, content: bytes, unit: Unit, actor: str, passwords: Iterator[str]
    ) -> list[tuple[Person, str]]:
        lines = read_people(content, groups=queries.group_codes(), known=queries.known_names())
        return actions.bring_in(
            lines=lines, unit=unit, password=lambda: next(passwords), actor=actor, now=LATER
        )

    def test_adds_persons_with_passwords_groups_and_deputies(
        self, cast: Cast, unit: Unit, passwords: Iterator[str]
    ) -> None:
        content = sheet(
            ["张伟", "zhangwei", "", "", "媒体沟通组", "成员", "陈晓"],
            ["李娜", "lina", "", "", "监测组", "", ""],
            ["张伟", "zhangwei", "", "", "监测组", "组长", "李娜"],
        )
        # Names are ordered by each database's own collation.
        added = sorted(self.bring(content, unit, cast.wu.key, passwords), key=lambda pair: pair[0].username)

        assert [person.username for person, _password in added] == ["lina", "zhangwei"]
        assert {password for _person, password in added} == {"first-1", "first-2"}
        assert all(person.check_password(password) for person, password in added)
        lina, zhang = (person for person, _password in added)
        assert functions_of(zhang, at=LATER) == {"media", "monitoring"}
        role = Membership.objects.get(person=lina, ended_at=None).role
        assert role == Membership.Role.DEPUTY
        # Chen leads the media group and is not made a deputy of it.
        assert Membership.objects.get(person=cast.chen, ended_at=None).role == Membership.Role.LEAD

    def test_a_second_import_updates_by_login_name_and_changes_no_password(
        self, cast: Cast, unit: Unit, passwords: Iterator[str]
    ) -> None:
        self.bring(
            sheet(["张伟", "zhangwei", "13900000001", "", "监测组", "", ""]), unit, "system", passwords
        )
        before = Membership.objects.count()

        again = sheet(["张玮", "ZhangWei", "", "z@example.com", "监测组", "", ""])
        assert self.bring(again, unit, cast.wu.key, passwords) == []

        person = Person.objects.get(username="zhangwei")
        assert (person.name, person.phone, person.email) == ("张玮", "13900000001", "z@example.com")
        assert person.check_password("first-1")
        assert Membership.objects.count() == before

    def test_a_changed_role_is_changed(self, cast: Cast, unit: Unit, passwords: Iterator[str]) -> None:
        self.bring(sheet(["刘洋", "liu", "", "", "客服应对组", "成员", ""]), unit, cast.wu.key, passwords)

        assert Membership.objects.get(person=cast.liu, ended_at=None).role == Membership.Role.MEMBER

    def test_leaves_nothing_behind_when_a_row_cannot_be_taken(
        self, cast: Cast, unit: Unit, passwords: Iterator[str]
    ) -> None:
        before = Entry.objects.count()
        lines = [
            Line(2, "张伟", "zhangwei", "", "", "monitoring", "", ""),
            Line(3, "李娜", "lina", "", "", "gone", "", ""),
        ]
        with pytest.raises(KeyError):
            actions.bring_in(lines=lines, unit=unit, password=lambda: "x", actor="system", now=LATER)

        assert (Person.objects.count(), Entry.objects.count()) == (7, before)

    def test_refuses_whoever_is_no_administrator(
        self, cast: Cast, unit: Unit, passwords: Iterator[str]
    ) -> None:
        with pytest.raises(NotAllowed):
            self.bring(sheet(["张伟", "zhangwei"], head=HEAD[:2]), unit, cast.li.key, passwords)

        assert not Person.objects.filter(username="zhangwei").exists()

    def test_writes_down_how_many_and_no_name(self, cast: Cast, unit: Unit, passwords: Iterator[str]) -> None:
        self.bring(sheet(["张伟", "zhangwei"], head=HEAD[:2]), unit, cast.wu.key, passwords)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.facts) == ("people.bring_in", {"rows": 1, "added": 1})
