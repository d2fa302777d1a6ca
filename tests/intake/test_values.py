"""Counts, truths and moments as files write them; expectations are written by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from guanlan.errors import BadInput
from guanlan.intake.reading import values
from guanlan.intake.reading.moments import moment, zone
from guanlan.intake.reading.values import Unreadable

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (0, 0),
        (12, 12),
        (12.0, 12),
        ("12", 12),
        ("12.0", 12),
        (" 1,234 ", 1234),
        ("1.2万", 12_000),
        ("3w", 30_000),
        ("3W+", 30_000),
        ("10万+", 100_000),
        ("2.5亿", 250_000_000),
        ("1.5k", 1_500),
        ("0.29万", 2_900),  # 0.29 * 10000 is 2899.99… in binary
        ("\uff11\uff12\uff13", 123),
        ("转发", 0),
        ("评论", 0),
        ("赞", 0),
        (2**63 - 1, 2**63 - 1),
    ],
)
def test_reads_a_count(written: object, number: int) -> None:
    assert values.count(written) == (number, None)


@pytest.mark.parametrize("written", [None, "", "  ", "--", "null", "None", "N/A", "暂无"])
def test_unknown_is_not_zero(written: object) -> None:
    assert values.count(written) == (None, None)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        (-1, "负数“-1”"),
        ("-1", "负数"),
        (-0.5, "负数"),
        (float("nan"), "“nan”不是数量"),
        ("NaN", "“NaN”不是数量"),
        (float("inf"), "不是数量"),
        (2**63, "过大"),
        ("99999999999999999999", "过大"),
        (True, "不是数量"),
        ("很多", "“很多”不是数量"),
        ("1,2", "不是数量"),
        ("1.2.3", "不是数量"),
        ([1], "不是数量"),
    ],
)
def test_remarks_on_a_count_that_is_none(written: object, part: str) -> None:
    number, remark = values.count(written)
    assert number is None
    assert remark is not None
    assert part in remark
    assert "按未知计" in remark


@pytest.mark.parametrize(
    ("written", "truth"),
    [
        (True, True),
        (False, False),
        ("是", True),
        ("蓝V", True),
        ("1", True),
        (0, False),
        (1.0, True),
        ("普通用户", False),
        ("", None),
        (None, None),
    ],
)
def test_reads_a_truth(written: object, truth: bool | None) -> None:
    assert values.affirmed(written) == (truth, None)


def test_remarks_on_a_truth_that_is_none() -> None:
    assert values.affirmed("也许") == (None, "“也许”看不出是与否，按未知计")


@pytest.mark.parametrize("written", ["5.09877E+15", 5.098765432109876e15])
def test_an_id_that_a_spreadsheet_rounded_is_unknown(written: object) -> None:
    known, remark = values.identifier(written)
    assert known is None
    assert remark is not None
    assert "近似数" in remark


def test_an_id_may_be_a_number() -> None:
    assert values.identifier(5098765432109876) == ("5098765432109876", None)
    assert values.identifier(12.0) == ("12", None)


@pytest.mark.parametrize(
    "written",
    [
        1795154700,  # date -u -d @1795154700: 2026-11-20 06:05:00
        1795154700.0,
        "1795154700",
        1795154700000,
        "1795154700000",
        1795154700000000,
        "2026-11-20T06:05:00Z",
        "2026-11-20T14:05:00+08:00",
        "2026-11-20T14:05:00+0800",
        "2026-11-20 14:05:00.000",
        "2026-11-20 14:05",
        "2026/11/20 14:05:00",
        "2026.11.20 14:05",
        "2026年11月20日 14:05",
        "2026年11月20日14时05分",
        "2026年11月20日 14：05：00",
        "Fri, 20 Nov 2026 14:05:00 +0800",
        "Fri, 20 Nov 2026 06:05:00 GMT",
        "Fri Nov 20 14:05:00 +0800 2026",
        datetime(2026, 11, 20, 14, 5),  # noqa: DTZ001 - as a workbook gives it
        datetime(2026, 11, 20, 6, 5, tzinfo=UTC),
    ],
)
def test_reads_a_moment(written: object) -> None:
    assert moment(written, SHANGHAI, NOW) == (AT, None)


def test_a_naive_moment_is_in_the_zone_that_was_named() -> None:
    assert moment("2026-11-20 15:05", ZoneInfo("Asia/Tokyo"), NOW) == (AT, None)


@pytest.mark.parametrize("written", ["2026-11-20", "2026/11/20", "2026年11月20日", date(2026, 11, 20)])
def test_a_day_is_its_midnight_with_a_remark(written: object) -> None:
    at, remark = moment(written, SHANGHAI, NOW)
    assert at == datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    assert remark is not None
    assert "只有日期" in remark


@pytest.mark.parametrize(
    "written",
    [
        0,
        3600,
        "1970-01-01T00:00:00Z",
        "2004-12-31T23:59:59Z",
        "2099-01-01 00:00",
        "2026-11-25T04:00:01Z",
        4070908800,
        10**17,
        -1,
        46345.5,
    ],
)
def test_refuses_a_moment_outside_2005_to_the_day_after_tomorrow(written: object) -> None:
    with pytest.raises(Unreadable, match="不在 2005 年至后天之间"):
        moment(written, SHANGHAI, NOW)


def test_believes_a_clock_that_is_two_days_ahead() -> None:
    assert moment("2026-11-25T04:00:00Z", SHANGHAI, NOW)[0] == datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", ["刚刚", "3分钟前", "昨天 14:05", "今天14:05"])
def test_refuses_a_moment_relative_to_its_reading(written: str) -> None:
    with pytest.raises(Unreadable, match=f"“{written}”要看何时读到"):
        moment(written, SHANGHAI, NOW)


@pytest.mark.parametrize(
    "written", ["11/20/2026 2:05 PM", "2026-02-30 10:00", "2026-11-20 25:00", "随便", True, [1], float("nan")]
)
def test_refuses_what_is_no_moment(written: object) -> None:
    with pytest.raises(Unreadable, match="不是能辨认的时间"):
        moment(written, SHANGHAI, NOW)


@pytest.mark.parametrize("written", [None, "", "--"])
def test_refuses_no_moment(written: object) -> None:
    with pytest.raises(Unreadable, match="没有发布时间"):
        moment(written, SHANGHAI, NOW)


@pytest.mark.parametrize("name", ["Asia/Atlantis", "", "../etc/passwd"])
def test_refuses_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(BadInput, match="没有名为"):
        zone(name)
