"""An impact in words that are understood at two in the morning: page, report and API say the same."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.watch.impact.figures import Impact, Measured, Part


@dataclass(frozen=True)
class Line:
    """One figure as it is written: its name, now, the usual, and how they differ."""

    measured: Measured
    name: str
    now: str
    usual: str
    change: str

    @property
    def is_higher(self) -> bool:
        """Whether it lies above the usual for certain."""
        return self.measured.verdict == "higher"


def part_name(part: Part) -> str:
    """What a part of the impact is called."""
    return {"image": _("形象"), "reputation": _("声誉"), "business": _("业务")}[part]


def figure_name(code: str) -> str:
    """What a figure is called."""
    return {
        "negative_share": _("负面占比"),
        "outlets": _("报道的媒体"),
        "large_accounts": _("负面大号"),
        "complaints": _("投诉"),
        "refunds": _("退款"),
        "contacts": _("联系量"),
    }[code]


def tier_name(tier: str) -> str:
    """What a tier of outlets is called."""
    names = {
        "central": _("中央级"),
        "national": _("全国性"),
        "provincial": _("省级"),
        "other": _("其他"),
    }
    return names[tier]


def fact_name(fact: str) -> str:
    """What a stated report or hot list is called."""
    return {
        "national_hot_list": _("全网热榜"),
        "regional_hot_list": _("区域热榜"),
        "central_media": _("中央媒体"),
        "national_media": _("全国性媒体"),
        "provincial_media": _("省级媒体"),
    }[fact]


def lines(impact: Impact) -> list[Line]:
    """Return every figure in words."""
    return [
        Line(one, figure_name(one.code), now_words(one), usual_words(one), change_words(one))
        for one in impact.measured
    ]


def headline(impact: Impact) -> str:
    """Say in one sentence what lies above the usual, or that nothing does, or is known."""
    higher = [f"{figure_name(one.code)}{_briefly(one)}" for one in impact.measured if one.verdict == "higher"]
    if higher:
        return _("比平日，%(higher)s") % {"higher": "，".join(higher)}
    if all(one.interval is None for one in impact.measured):
        return _("还说不出，原因见表")
    return _("没有看出高于平日的")


def _briefly(one: Measured) -> str:
    assert one.interval is not None
    value, low, _high = one.interval
    if one.is_share:
        return _("高 %(value)d 个百分点") % {"value": round(100 * (value or 0))}
    if value is None:
        return _("从无到有")
    if one.is_partial:
        return _("至少 %(low)s 倍") % {"low": _figure(low)}
    return _("%(value)s 倍") % {"value": _figure(value)}


def now_words(one: Measured) -> str:
    """Write what is now: "78%，1,002 / 1,284 条", "143 件，11-20 到 14:05"."""
    if one.now is None:
        return _("未知")
    if one.is_share:
        words = _("%(share)s，%(count)s / %(of)s 条")
        return words % {
            "share": percent(one.now.count, one.now.of),
            "count": f"{one.now.count:,}",
            "of": f"{one.now.of:,}",
        }
    count = f"{one.now.count:,}\u00a0{_unit(one.code)}"
    return f"{count}，{_day_of(one)}" if one.days else count


def _day_of(one: Measured) -> str:
    (day,) = one.days
    if day.is_whole:
        return _("%(day)s 全天") % {"day": f"{day.day:%m-%d}"}
    clock = timezone.localtime(day.given_at).strftime("%H:%M")
    return _("%(day)s 到 %(clock)s") % {"day": f"{day.day:%m-%d}", "clock": clock}


def usual_words(one: Measured) -> str:
    """Write the usual: "12%", "每天 21.3 件"."""
    if one.usual is None:
        return _("未知")
    if one.is_share:
        return percent(one.usual.count, one.usual.of)
    if not one.usual.count:
        return _("没有")
    mean = one.usual.count / one.usual.of
    return _("每天 %(mean)s\u00a0%(unit)s") % {"mean": _figure(mean), "unit": _unit(one.code)}


def change_words(one: Measured) -> str:
    """Say how now differs from the usual and within which range that holds, or why nobody can say."""
    if one.interval is None:
        return _("未知：%(why)s") % {"why": one.unknown}
    how_much = points_apart(one) if one.is_share else times_the_usual(one)
    if one.verdict == "higher":
        return _("高于平日，%(how_much)s") % {"how_much": how_much}
    if one.verdict == "lower":
        return _("低于平日，%(how_much)s") % {"how_much": how_much}
    if one.verdict == "open":
        return _("还看不出：数未满一天，%(how_much)s") % {"how_much": how_much}
    return _("和平日分不出高低，%(how_much)s") % {"how_much": how_much}


def points_apart(one: Measured) -> str:
    """Write a difference of shares: "高 66 个百分点（61～70）"."""
    assert one.interval is not None
    value, low, high = (round(100 * (edge or 0)) for edge in one.interval)
    if one.verdict == "lower":
        words, value, low, high = _("低 %(value)d 个百分点（%(low)d～%(high)d）"), -value, -high, -low
    elif one.verdict == "higher":
        words = _("高 %(value)d 个百分点（%(low)d～%(high)d）")
    else:
        words = _("差 %(low)d～%(high)d 个百分点")
    return words % {"value": value, "low": low, "high": high}


def times_the_usual(one: Measured) -> str:
    """Write a ratio: "是平日的 6.7 倍（5.1～8.9）"; of a day that is not over its lower edge only."""
    assert one.interval is not None
    value, low, high = one.interval
    if value is None:
        return _("平日没有出现过")
    if one.verdict == "higher" and one.is_partial:
        return _("至少是平日的 %(low)s 倍（数未满一天）") % {"low": _figure(low)}
    if one.is_partial or high is None:
        return _("是平日全天的 %(value)s 倍") % {"value": _figure(value)}
    words = _("是平日的 %(value)s 倍（%(low)s～%(high)s）")
    return words % {"value": _figure(value), "low": _figure(low), "high": _figure(high)}


def _unit(code: str) -> str:
    units = {"outlets": _("家"), "large_accounts": _("个"), "complaints": _("件"), "refunds": _("单")}
    return units.get(code, _("次"))


def percent(count: int, of: int) -> str:
    """Write a share as a whole percentage."""
    return f"{(200 * count + of) // (2 * of)}%"


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 0.1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"
