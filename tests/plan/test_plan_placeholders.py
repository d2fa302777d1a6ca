"""Double braces: the company's name goes in when a version is drafted; what nobody would fill is refused."""

import datetime
import hashlib
import json

import pytest

from conftest import NOW, Cast
from guanlan.people.actions import name_company
from guanlan.plan.actions import draft_version
from guanlan.plan.adopting import UnfitName
from guanlan.plan.models import PlanVersion
from guanlan.plan.placeholders import announcement
from guanlan.plan.queries import document
from guanlan.plan.reading import BadPlan, read
from plan.shipped import NAMES, text

PLAN = text(NAMES[0])


def drafted(cast: Cast, content: str = PLAN) -> PlanVersion:
    return draft_version(
        unit=cast.li.unit, content=content.encode(), name="plan.yaml", person=cast.li, now=NOW
    )


def line_of(content: str, marker: str) -> int:
    return next(number for number, row in enumerate(content.split("\n"), 1) if marker in row)


class TestTheCompanysName:
    @pytest.mark.parametrize("name", NAMES)
    def test_stands_in_a_version_drafted_from_a_template(self, cast: Cast, name: str) -> None:
        version = drafted(cast, text(name))

        plan = document(version)
        assert plan.meta.company == "观澜商城"
        assert plan.meta.announcement.splitlines()[-2:] == ["观澜商城", "{{effective_on}}"]
        assert all("{{company}}" not in statement.body for statement in plan.statements)
        assert plan.statements[0].body.splitlines()[-2:] == ["观澜商城", "{{released_at}}"]

    def test_source_hash_and_content_agree(self, cast: Cast) -> None:
        version = drafted(cast)

        assert "{{company}}" not in version.source
        assert version.source == PLAN.replace("{{company}}", "观澜商城")
        assert read(version.source.encode(), "kept").document == document(version)
        canonical = json.dumps(version.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert version.sha256 == hashlib.sha256(canonical.encode()).hexdigest()

    def test_is_taken_as_it_is_written_in_quotes_and_in_texts(self, cast: Cast) -> None:
        content = PLAN.replace('"{{company}}"', '"{{ company }}"').replace(
            "各部门、各门店", "致{{company}}各部门"
        )

        plan = document(drafted(cast, content))

        assert (plan.meta.company, plan.meta.announcement[:9]) == ("观澜商城", "致观澜商城各部门：")

    def test_may_hold_quotes_where_the_file_can_take_them(self, cast: Cast) -> None:
        name_company(name='观澜"优选\\商城', actor="system", now=NOW)
        cast.li.unit.refresh_from_db()

        version = drafted(cast)

        assert document(version).meta.company == '观澜"优选\\商城'
        assert read(version.source.encode(), "kept").document == document(version)

    @pytest.mark.parametrize("company", ["观澜: 商城", "观澜 #1", "x\ny: 1"])
    def test_is_refused_where_it_would_change_what_the_file_says(self, cast: Cast, company: str) -> None:
        name_company(name=company, actor="system", now=NOW)
        cast.li.unit.refresh_from_db()
        content = PLAN.replace("summary: 由应急指挥部", "summary: 由{{company}}应急指挥部")

        with pytest.raises(UnfitName, match="里的符号填不进预案文件"):
            drafted(cast, content)
        assert PlanVersion.objects.count() == 0


class TestOtherPlaceholders:
    @pytest.mark.parametrize(
        ("old", "new", "marker", "sentence"),
        [
            ("purpose: 与媒体沟通", "purpose: 与{{media}}沟通", "{{media}}", "“{{media}}”在这里没有人来填"),
            ("已经应急指挥部审定", "已经{{approver}}审定", "{{approver}}", "“{{approver}}”在这里没有人来填"),
            (
                "purpose: 受理投诉",
                "purpose: 受理{{effective_on}}投诉",
                "受理{{effective_on}}",
                "在这里没有人来填",
            ),
            ("title: 固定证据", "title: 固定{{comapny}}证据", "{{comapny}}", "是不是“{{company}}”？"),
            ("title: 固定证据", "title: 固定{{}}证据", "{{}}", "“{{}}”在这里没有人来填"),
            ("关于“{{claim}}”的更正", "关于“{{claim”的更正", "{{claim”", "双花括号“{{”没有成对"),
            ("安排{{remedy}}并核查", "安排remedy}}并核查", "安排remedy}}", "双花括号“}}”没有成对"),
        ],
    )
    def test_what_nobody_fills_is_refused_with_its_line(
        self, old: str, new: str, marker: str, sentence: str
    ) -> None:
        assert old in PLAN
        content = PLAN.replace(old, new, 1)

        with pytest.raises(BadPlan) as refusal:
            read(content.encode(), "plan.yaml")

        (problem,) = refusal.value.problems
        assert problem.line == line_of(content, marker)
        assert sentence in problem.sentence

    def test_they_are_listed_beside_the_other_mistakes(self) -> None:
        content = PLAN.replace("固定证据", "固定{{x}}证据", 1).replace("years: 3", "years: -3")

        with pytest.raises(BadPlan) as refusal:
            read(content.encode(), "plan.yaml")

        assert [problem.line for problem in refusal.value.problems] == [
            line_of(content, "{{x}}"),
            line_of(content, "years: -3"),
        ]

    def test_statements_and_answers_may_ask_for_anything(self) -> None:
        content = PLAN.replace("{{matter}}", "{{事由}}").replace("{{promise}}", "{{承诺时间}}")

        assert "关于{{事由}}的说明" in read(content.encode(), "plan.yaml").document.statements[0].body

    def test_those_in_comments_do_not_count(self) -> None:
        assert read((PLAN + "# {{x}}\n").encode(), "plan.yaml").document


def test_the_announcement_carries_the_day_once_it_is_known(cast: Cast) -> None:
    plan = document(drafted(cast))

    assert announcement(plan, datetime.date(2026, 12, 1)).endswith("观澜商城\n2026年12月1日")
    assert announcement(plan, None).endswith("（施行日期，发布时填）")
