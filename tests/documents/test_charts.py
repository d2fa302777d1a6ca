"""The table behind a chart says the numbers that the option draws, and a drawing is the same each time."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from documents.sample import FIRST_HOUR, SHANGHAI, TOTALS, hours, trend
from guanlan.documents.charts import Band, Hour, Mark, hourly_posts, line, ranked, round_step
from guanlan.documents.model import Chart
from guanlan.documents.svg import CannotDraw, render_svgs

SVG = "{http://www.w3.org/2000/svg}"


def cells(chart: Chart) -> list[list[str]]:
    """The table's rows as words."""
    return [["".join(run.words for run in cell) for cell in row] for row in chart.table.rows]


def number(words: str) -> float | None:
    """What a cell of the table says, read back."""
    return None if words in ("未知", "") else float(words.replace(",", ""))


def drawn(svg: str) -> list[str]:
    """The words that stand in an SVG."""
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_hourly_table_equals_the_option() -> None:
    chart = trend()
    rows, series = cells(chart), chart.option["series"]
    for column, bars in enumerate(series[:3], start=1):
        assert [number(row[column]) for row in rows[: len(TOTALS)]] == bars["data"]
    lower, width = series[3]["data"], series[4]["data"]
    for place in range(len(TOTALS), len(rows)):
        low, high = rows[place][4].split("–")
        assert (number(low), number(high)) == (lower[place], lower[place] + width[place])
    assert len(rows) == len(chart.option["xAxis"]["data"]) == len(TOTALS) + 12


def test_hours_add_up_to_what_came_in() -> None:
    series = trend().option["series"]
    sums = [sum(filter(None, column)) for column in zip(*(bars["data"] for bars in series[:3]), strict=True)]
    assert sums == [0 if place == 29 else total for place, total in enumerate(TOTALS)]


def test_unknown_is_a_gap_and_not_zero() -> None:
    chart = trend()
    assert chart.option["series"][0]["data"][29] is None
    assert cells(chart)[29] == ["11-19 05:00", "未知", "未知", "未知", ""]


def test_marks_stand_at_their_local_hour() -> None:
    data = trend().option["series"][2]["markLine"]["data"]
    assert [(mark["xAxis"], mark["label"]["formatter"]) for mark in data] == [
        (19, "Ⅳ级 19:40"),
        (44, "Ⅲ级 20:10"),
        (61, "Ⅱ级 13:56"),
    ]


def test_words_that_would_stand_over_each_other_go_up_a_row() -> None:
    marks = [Mark(FIRST_HOUR + timedelta(hours=place), f"Ⅲ级 0{place}:10") for place in (1, 2, 3, 40)]
    chart = hourly_posts("图", hours(), SHANGHAI, marks)
    rows = [mark["label"]["distance"] for mark in chart.option["series"][2]["markLine"]["data"]]
    assert [round((row - 4) / 14) for row in rows] == [0, 1, 2, 0]
    assert chart.height == hourly_posts("图", hours(), SHANGHAI, marks[:1]).height + 2 * 14


def test_a_mark_outside_the_hours_is_left_out() -> None:
    chart = hourly_posts("x", hours(), SHANGHAI, [Mark(FIRST_HOUR - timedelta(days=2), "早")])
    assert chart.option["series"][2]["markLine"]["data"] == []


def test_axis_names_days_and_hours_of_the_zone() -> None:
    names = trend().option["xAxis"]["data"]
    assert (names[0], names[12], names[24], names[61]) == ("18 日", "12 时", "19 日", "13 时")


@pytest.mark.parametrize(
    ("least", "step"),
    [(0, 1), (0.9, 1), (1.1, 2), (3, 5), (7, 10), (21, 25), (140, 200), (260, 500), (1001, 2000)],
)
def test_axis_steps_are_round(least: float, step: int) -> None:
    assert round_step(least) == step


def test_ranked_table_equals_the_option() -> None:
    chart = ranked("说了什么", [("退款未到账", 2114), ("客服回复不一", 706)], "条")
    (bars,) = chart.option["series"]
    names = chart.option["yAxis"]["data"]
    assert [[name, bar["value"]] for name, bar in zip(names, bars["data"], strict=True)] == [
        [name, number(value)] for name, value in cells(chart)
    ]
    (svg,) = render_svgs([(chart.option, chart.height)])
    assert {"退款未到账", "客服回复不一", "2,114", "706"} <= set(drawn(svg))


def test_line_table_equals_the_option() -> None:
    chart = line("满意度", [("18 日", 4.6), ("19 日", None), ("20 日", 3.1)], "分")
    assert cells(chart) == [["18 日", "4.6"], ["19 日", "未知"], ["20 日", "3.1"]]
    assert [number(value) for _name, value in cells(chart)] == chart.option["series"][0]["data"]
    assert chart.option["yAxis"]["max"] == 5


def test_svg_says_the_axis_and_the_marks() -> None:
    chart = trend()
    (svg,) = render_svgs([(chart.option, chart.height)])
    words = drawn(svg)
    assert {"18 日", "12 时", "1,000", "Ⅳ级 19:40", "Ⅱ级 13:56"} <= set(words)
    assert "13 时" not in words  # only the ticks are named


def test_bars_are_as_high_as_their_numbers() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    chart = hourly_posts("x", [Hour(at, 10, 0, 0), Hour(at + timedelta(hours=1), 40, 0, 0)], SHANGHAI)
    (svg,) = render_svgs([(chart.option, chart.height)])
    bars = [
        element.attrib["d"]
        for element in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if element.get("fill") == "#2B3440" and element.get("ecmeta_series_index") == "0"
    ]
    low, high = (abs(float(path.split("l")[2].split()[1])) for path in bars)
    assert high == pytest.approx(4 * low, rel=0.02)


def test_same_options_same_svg_and_ids_differ_within_a_document() -> None:
    chart = trend()
    pair = [(chart.option, chart.height)] * 2
    first = render_svgs(pair)
    assert first == render_svgs(pair)
    assert "zr0-" in first[0]
    assert "zr0-" not in first[1]


def test_hostile_names_stay_words() -> None:
    name = "</text><script>x</script>&{a}"
    chart = ranked("x", [(name, 1)], "条")
    (svg,) = render_svgs([(chart.option, chart.height)])
    assert name in drawn(svg)
    assert "<script" not in svg


def test_a_marks_braces_are_not_filled_in() -> None:
    chart = hourly_posts("x", hours(), SHANGHAI, [Mark(FIRST_HOUR, "{c} {b}")])
    (svg,) = render_svgs([(chart.option, chart.height)])
    assert "{c} {b}" in [words.replace("\u200b", "") for words in drawn(svg)]


def test_a_bad_option_is_refused_in_a_sentence() -> None:
    with pytest.raises(CannotDraw, match="图表没有画成"):
        render_svgs([({"series": [{"type": "bar"}], "xAxis": {"type": "nonsense"}}, 100)])


# V8 reports its end to a loop that the time-out has closed already.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_drawing_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanlan.documents.svg.DRAW", "function draw() { while (true) {} }")
    monkeypatch.setattr("guanlan.documents.svg.SECONDS", 1)
    with pytest.raises(CannotDraw):
        render_svgs([({}, 100)])


def test_forecast_band_lies_between_its_bounds() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    chart = hourly_posts("x", [Hour(at, 1, 1, 1)], SHANGHAI, forecast=[Band(at + timedelta(hours=1), 30, 75)])
    lower, width = chart.option["series"][3:]
    assert (lower["data"], width["data"]) == ([None, 30], [None, 45])
    assert chart.option["yAxis"]["max"] >= 75
