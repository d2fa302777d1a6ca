import datetime
import re

import pytest

from guanlan.plan.document import PlanDocument, digest, keys
from guanlan.plan.reading import read
from guanlan.plan.show import show
from guanlan.plan.wording import duration
from plan.shipped import NAMES, document, text


@pytest.mark.parametrize("name", NAMES)
def test_every_group_has_a_duty_at_every_level(name: str) -> None:
    plan = document(name)
    for level in plan.levels:
        busy = {duty.group for duty, _times in plan.duties_at(level.key)}
        idle = set(plan.groups) - busy
        assert not {group for group in idle if plan.groups[group].function != "leader"}
    assert 25 <= len(plan.duties) <= 45


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_found_where_the_file_has_them(name: str) -> None:
    written = re.findall(r"\bkey: ([\w.-]+)", text(name))
    assert sorted(keys(document(name))) == sorted(written)


def test_the_digest_follows_the_content_and_not_the_layout() -> None:
    first = digest(document())
    assert re.fullmatch("[0-9a-f]{64}", first)
    commented = "# 备注\n" + text(NAMES[0]).replace("    colour: red", "    colour:   'red'  # 红")
    assert digest(read(commented.encode(), "plan.yaml").document) == first
    changed = text(NAMES[0]).replace("at_least: 1000\n", "at_least: 1001\n", 1)
    assert digest(read(changed.encode(), "plan.yaml").document) != first
    assert digest(document(NAMES[1])) != first


def test_the_digest_does_not_mind_the_order_of_a_duties_levels() -> None:
    tree = document().model_dump(mode="json")
    for duty in tree["duties"]:
        duty["times"] = dict(reversed(duty["times"].items()))
    assert digest(PlanDocument.model_validate(tree)) == digest(document())


def test_columns_stand_under_each_other_on_a_terminal() -> None:
    lines = show(document()).splitlines()
    head, row = (
        next(line for line in lines if line.startswith("准则")),
        next(line for line in lines if line.startswith("单帖转发")),
    )
    # The longest name, “负面声量暴涨（基线积累中）”, is 13 characters, 26 wide; two spaces follow it.
    assert head.index("特别重大") == 2 + (26 - 4) + 2
    assert row.index("≥") == 4 + (26 - 8) + 2


def test_a_document_survives_its_own_json() -> None:
    for name in NAMES:
        again = PlanDocument.model_validate_json(document(name).model_dump_json())
        assert again == document(name)
        assert digest(again) == digest(document(name))


def test_duties_at_a_level_carry_that_levels_times() -> None:
    times = {
        duty.key: (times.accept_minutes, times.due_minutes) for duty, times in document().duties_at("III")
    }
    assert times["duty.media.holding"] == (20, 200)
    assert "duty.service.first-answer" not in times


def test_what_a_dutys_minutes_count_from() -> None:
    starts = {duty.key: duty.start for duty in document().duties}
    assert starts["duty.service.suspend"] == "signal"
    assert starts["duty.media.holding"] == "confirmed"
    assert starts["duty.command.review"] == "stood_down"


def test_the_chain_of_a_level() -> None:
    chain = document().chain_for("statement", "III")
    assert chain is not None
    assert ([step.role for step in chain.steps], chain.minutes) == (
        ["role.legal-lead", "role.deputy-commander"],
        60,
    )
    assert document().chain_for("legal_notice", "V") is None


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-11-24", "2029-11-24"), ("2024-02-29", "2027-03-01"), ("2025-03-01", "2028-03-01")],
)
def test_a_plan_holds_three_years(start: str, end: str) -> None:
    validity = document().validity.model_copy(update={"effective_on": datetime.date.fromisoformat(start)})
    assert validity.expires_on == datetime.date.fromisoformat(end)
    assert document().validity.expires_on is None


@pytest.mark.parametrize(
    ("minutes", "calendar", "words"),
    [
        (15, "natural", "15 分钟"),
        (90, "natural", "90 分钟"),
        (120, "natural", "2 小时"),
        (480, "natural", "8 小时"),
        (4320, "natural", "3 天"),
        (480, "working", "1 个工作日"),
        (2400, "working", "5 个工作日"),
        (120, "working", "2 小时（工作时间）"),
        (2340, "working", "4 个工作日又 7 小时"),
        (481, "working", "1 个工作日又 1 分钟"),
    ],
)
def test_a_time_in_words(minutes: int, calendar: str, words: str) -> None:
    assert duration(minutes, calendar) == words  # type: ignore[arg-type]


def test_showing_a_plan_names_levels_clocks_and_duties_by_group() -> None:
    shown = show(document())
    assert shown.startswith("客服舆情应急预案（五组制），版本 1.0\n\n等级 ")
    rows = [re.split(r"\s{2,}", line) for line in shown.splitlines()]
    assert [
        "III 较大", "30 分钟", "2 小时", "4 小时", "1 天", "2 天", "5 个工作日", "1 天", "副总指挥",
    ] in rows  # fmt: skip
    assert ["单帖转发", "≥ 10,000 次", "≥ 3,000 次", "≥ 500 次", "≥ 100 次"] in rows
    assert [
        "发布首次回应（必办）", "确认", "5 分钟／45 分钟", "10 分钟／100 分钟", "20 分钟／200 分钟", "—",
    ] in rows  # fmt: skip
    lines = shown.splitlines()
    media = lines.index("媒体沟通组（媒体组长（发言人）、文稿专员）")
    assert lines.index("法律顾问组（法律组长、法律顾问）") > media
