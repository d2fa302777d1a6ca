"""Charts as ECharts options of plain JSON, each with the table of the very same numbers.

Negative is dark and the rest grey, so a black-and-white print reads too; the colours of the levels
are left to the levels. A number that is not known is None: a gap in the chart, 「未知」 in the table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from gettext import gettext as _
from typing import Any

from guanlan.documents.model import Chart, Column, Table, text

INK, INK2, LINE, EDGE = "#1B2530", "#4A5663", "#DFE3E8", "#8A949F"
NEGATIVE, NEUTRAL, POSITIVE, FORECAST = "#2B3440", "#8A949F", "#A9D6DE", "#D3D9DF"
HEIGHT, ROW, PLOT = 176, 14, 594  # pixels: a chart, a row of words over it, the width between its axes
# Without quotes: ECharts writes them bare into the SVG's attribute.
FONT = "PingFang SC,HarmonyOS Sans SC,Microsoft YaHei,Noto Sans SC,sans-serif"


@dataclass(frozen=True, slots=True)
class Hour:
    """Posts of the hour that begins at `at` (aware), by stance; None: not known."""

    at: datetime
    negative: int | None
    neutral: int | None
    positive: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: a line at its hour with a word on top."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """Forecast for the hour that begins at `at`: posts, lower and upper bound."""

    at: datetime
    lower: int
    upper: int


def hourly_posts(
    title: str,
    hours: Sequence[Hour],
    zone: tzinfo,
    marks: Sequence[Mark] = (),
    forecast: Sequence[Band] = (),
    note: str = "",
) -> Chart:
    """Stacked bars from zero, an hour each; events as lines behind; the forecast as a flat band.

    `hours` are consecutive and `forecast` goes on where they end; times are shown in `zone`.
    """
    times = [at.astimezone(zone) for at in ([hour.at for hour in hours] + [band.at for band in forecast])]
    stances = (
        (_("负面"), NEGATIVE, [hour.negative for hour in hours]),
        (_("中性"), NEUTRAL, [hour.neutral for hour in hours]),
        (_("正面"), POSITIVE, [hour.positive for hour in hours]),
    )
    bars = [bar_series(name, colour, values) for name, colour, values in stances]
    lines = mark_lines(times, [(mark.at.astimezone(zone), mark.words) for mark in marks])
    bars[-1]["markLine"] = lines
    highest = [sum(filter(None, column)) for column in zip(*(row[2] for row in stances), strict=True)]
    highest += [band.upper for band in forecast]
    rows = 1 + max((mark["label"]["distance"] // ROW for mark in lines["data"]), default=0)
    option = frame(top=12 + ROW * rows if marks else 10) | {
        "xAxis": hour_axis(times),
        "yAxis": value_axis(max(highest, default=0)),
        "series": bars + (band_series(len(hours), forecast) if forecast else []),
    }
    legend = [(name, colour) for name, colour, _values in stances]
    if forecast:
        legend.append((_("预测，80% 区间（推测）"), FORECAST))
    height = HEIGHT + ROW * (rows - 1)
    return Chart(title, option, hourly_table(times, hours, forecast), tuple(legend), note, height)


def ranked(title: str, items: Sequence[tuple[str, int]], unit: str, note: str = "") -> Chart:
    """Horizontal bars, the first item on top; names beside, values at the bars' ends."""
    names = [name for name, _value in items]
    values = [{"value": value, "label": {"formatter": f"{value:,}"}} for _name, value in items]
    bars = bar_series(title, NEUTRAL, [])
    bars |= {
        "data": values,
        "barWidth": 12,
        "label": {"show": True, "position": "right", "color": INK, "fontSize": 12},
    }
    name_axis = {"type": "category", "data": names, "inverse": True} | axis_look()
    name_axis |= {"axisLabel": {"color": INK, "fontSize": 12, "width": 240, "overflow": "truncate"}}
    left = 12 + min(12 * max(map(len, names), default=0), 240)
    option = frame(top=4, left=left, right=64, bottom=4) | {
        "xAxis": {"type": "value", "min": 0, "show": False},
        "yAxis": name_axis,
        "series": [bars],
    }
    columns = (Column(_("名称"), share=3), Column(_("数量"), unit, numeric=True))
    rows = tuple((text(name), text(f"{value:,}")) for name, value in items)
    return Chart(title, option, Table(columns, rows), note=note, height=24 * max(len(items), 1) + 12)


def line(title: str, points: Sequence[tuple[str, float | None]], unit: str, note: str = "") -> Chart:
    """One line over named points (days, rounds); None leaves a gap."""
    values = [value for _name, value in points]
    series = {
        "type": "line",
        "name": title,
        "data": values,
        "lineStyle": {"color": NEGATIVE, "width": 2},
        "itemStyle": {"color": NEGATIVE},
        "symbolSize": 5,
    }
    option = frame(top=10) | {
        "xAxis": {"type": "category", "data": [name for name, _value in points]} | axis_look(),
        "yAxis": value_axis(max((value for value in values if value is not None), default=0)),
        "series": [series],
    }
    columns = (Column(_("时间"), share=2), Column(_("数值"), unit, numeric=True))
    rows = tuple((text(name), text(shown(value))) for name, value in points)
    return Chart(title, option, Table(columns, rows), note=note)


def shown(value: float | None) -> str:
    """A number as a table says it."""
    return _("未知") if value is None else f"{value:,}"


def frame(top: int, left: int = 44, right: int = 12, bottom: int = 24) -> dict[str, Any]:
    """What every chart shares: no animation, our type, a grid with room for the labels."""
    grid = {
        "left": left,
        "right": right,
        "top": top,
        "bottom": bottom,
        "outerBoundsMode": "none",
    }
    return {"animation": False, "textStyle": {"fontFamily": FONT}, "grid": grid}


def axis_look() -> dict[str, Any]:
    """A quiet category axis."""
    return {
        "axisLine": {"lineStyle": {"color": EDGE}},
        "axisTick": {"show": False},
        "axisLabel": {"color": INK2, "fontSize": 12},
    }


def hour_axis(times: Sequence[datetime]) -> dict[str, Any]:
    """Hours; ticks at midnight and noon (every 6 hours up to two days, midnights only beyond a week)."""
    every = 6 if len(times) <= 48 else 12 if len(times) <= 168 else 24
    ticks = [place for place, at in enumerate(times) if at.hour % every == 0]
    names = [
        _("{day} 日").format(day=at.day) if at.hour == 0 else _("{hour} 时").format(hour=at.hour)
        for at in times
    ]
    look = axis_look()
    look["axisTick"] = {"show": True, "length": 4, "customValues": ticks, "lineStyle": {"color": EDGE}}
    look["axisLabel"]["customValues"] = ticks
    return {"type": "category", "data": names} | look


def value_axis(highest: float) -> dict[str, Any]:
    """From zero in at most five round steps to the first one that is not below `highest`."""
    step = round_step(highest / 5)
    return {
        "type": "value",
        "min": 0,
        "max": step * max(math.ceil(highest / step), 1),
        "interval": step,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": INK2, "fontSize": 12},
        "splitLine": {"lineStyle": {"color": LINE}},
    }


def round_step(least: float) -> int:
    """The smallest of 1, 2, 5 (from ten on also 2.5) times a power of ten that is not below `least`."""
    power = 1
    while 10 * power < least:
        power *= 10
    steps = [power, 2 * power, 5 * power, 10 * power] + ([power * 5 // 2] if power > 1 else [])
    return min(step for step in steps if step >= least)


def bar_series(name: str, colour: str, values: list[int | None]) -> dict[str, Any]:
    """One colour of a stack."""
    return {
        "type": "bar",
        "stack": "posts",
        "name": name,
        "data": values,
        "itemStyle": {"color": colour},
        "barCategoryGap": "20%",
    }


def mark_lines(times: Sequence[datetime], marks: Sequence[tuple[datetime, str]]) -> dict[str, Any]:
    """Vertical lines at the marks' hours; a mark outside the chart is left to the table of events.

    Words that would stand over each other go up by a row.
    """
    hours = {at.replace(minute=0, second=0, microsecond=0): place for place, at in enumerate(times)}
    data: list[dict[str, Any]] = []
    taken: list[float] = []  # by row of words: where the last one ends, in pixels
    for at, words in sorted(marks):
        place = hours.get(at.replace(minute=0, second=0, microsecond=0))
        if place is None:
            continue
        near_end = place > 0.9 * len(times)
        width = sum(13.0 if ord(character) > 0x2000 else 7.5 for character in words)
        begins = place * PLOT / len(times) - (width if near_end else width / 2)
        row = next((row for row, end in enumerate(taken) if end <= begins), len(taken))
        taken[row : row + 1] = [begins + width + 4]
        label = {"align": "right" if near_end else "center", "distance": 4 + ROW * row}
        data.append({"xAxis": place, "label": {"formatter": literal(words)} | label})
    return {
        "symbol": "none",
        "silent": True,
        "animation": False,
        "lineStyle": {"color": INK, "width": 1, "type": "solid"},
        "label": {"position": "end", "color": INK, "fontSize": 12, "distance": 4},
        "data": data,
    }


def literal(words: str) -> str:
    """`words` as a label that ECharts does not fill in: it would replace {a} to {e} by its own values."""
    return words.replace("{", "{\u200b")


def band_series(before: int, forecast: Sequence[Band]) -> list[dict[str, Any]]:
    """Two stacked lines: the lower bound, and the width up to the upper one, filled."""
    outline = {
        "type": "line",
        "stack": "forecast",
        "symbol": "none",
        "lineStyle": {"color": EDGE, "width": 1},
    }
    gap: list[int | None] = [None] * before
    lower = outline | {"name": _("预测下限"), "data": gap + [band.lower for band in forecast]}
    width = outline | {
        "name": _("预测区间宽"),
        "data": gap + [band.upper - band.lower for band in forecast],
        "areaStyle": {"color": FORECAST, "opacity": 1},
    }
    return [lower, width]


def hourly_table(times: Sequence[datetime], hours: Sequence[Hour], forecast: Sequence[Band]) -> Table:
    """The same numbers, an hour a row; forecast hours say their bounds."""
    heads = [_("负面"), _("中性"), _("正面")]
    columns = [Column(_("时间"), share=3), *(Column(head, numeric=True, share=2) for head in heads)]
    values = [[shown(hour.negative), shown(hour.neutral), shown(hour.positive)] for hour in hours]
    if forecast:
        columns.append(Column(_("预测"), numeric=True, share=3))
        values = [[*row, ""] for row in values]
        values += [["", "", "", f"{band.lower:,}–{band.upper:,}"] for band in forecast]
    rows = ((f"{at:%m-%d %H:%M}", *row) for at, row in zip(times, values, strict=True))
    return Table(tuple(columns), tuple(tuple(text(cell) for cell in row) for row in rows))
