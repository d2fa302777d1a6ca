"""How the plan's codes and times are said in words, on the command line and on screen."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from guanlan.clocks.calendar import WORKING_DAY, Calendar
from guanlan.plan.document import Times
from guanlan.plan.fields import Checker, Step
from guanlan.plan.timing import DAY

HOUR = 60
# One character each, so that a level is never read as a letter.
_NUMERALS = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ"}


def duration(minutes: int, calendar: Calendar = "natural") -> str:
    """Say a time in the largest unit that divides it; working time in whole working days and the rest."""
    if calendar == "working":
        return _working(minutes)
    if minutes % DAY == 0 and minutes:
        return _("{count} 天").format(count=minutes // DAY)
    return _hours(minutes)


def _working(minutes: int) -> str:
    days, rest = divmod(minutes, WORKING_DAY)
    if not days:
        return _("{amount}（工作时间）").format(amount=_hours(rest))
    whole = _("{count} 个工作日").format(count=days)
    return _("{days}又 {rest}").format(days=whole, rest=_hours(rest)) if rest else whole


def _hours(minutes: int) -> str:
    unit, size = (_("{count} 小时"), HOUR) if minutes % HOUR == 0 and minutes else (_("{count} 分钟"), 1)
    return unit.format(count=minutes // size)


def called(minutes: int | None) -> str:
    """How people are called when the computed level rises."""
    if minutes is None:
        return _("不叫人，只发消息")
    return _("每人 {time}内确认，逐级叫人").format(time=duration(minutes))


def step_name(step: Step) -> str:
    """The name of a clock's step."""
    return {
        "assess": _("研判定级"),
        "report_to_command": _("上报"),
        "first_response": _("首次回应"),
        "full_response": _("完整回应"),
        "facts": _("事实与方案"),
        "measures_published": _("公布整改"),
    }[step]


def checker_name(checker: Checker) -> str:
    """Who checks what a group did."""
    return {"lead": _("组长"), "command": _("指挥部")}[checker]


def level_word(key: str) -> str:
    """Ⅱ级 for II; a level the plan calls otherwise keeps its key."""
    return level_names([key])


def level_names(keys: Iterable[str]) -> str:
    """Ⅰ、Ⅱ级 for I and II."""
    return _("{levels}级").format(levels=_("、").join(_NUMERALS.get(key, key) for key in keys))


def times_words(times: Times) -> str:
    """Say by when a duty is accepted and done."""
    return _("{accept}内接手，{due}内完成").format(
        accept=duration(times.accept_minutes, times.calendar), due=duration(times.due_minutes, times.calendar)
    )


def start_name(start: str) -> str:
    """What a clock or a duty counts from."""
    return {
        "published": _("发布"),
        "taken_in": _("收到"),
        "signal": _("信号"),
        "confirmed": _("确认"),
        "stood_down": _("结束"),
    }[start]


def channel_names(channels: Iterable[str]) -> str:
    """The ways of telling people."""
    names = {"im": _("即时消息"), "sms": _("短信"), "voice": _("电话"), "mail": _("邮件")}
    return _("、").join(names[channel] for channel in channels)


def kind_name(kind: str) -> str:
    """What a chain approves, a statement is for, a drill, survey or condition is."""
    return {
        "statement": _("声明"),
        "answer": _("答复口径"),
        "closing_report": _("总结报告"),
        "legal_notice": _("法律文书"),
        "holding": _("首次回应"),
        "full": _("完整声明"),
        "progress": _("进展通报"),
        "correction": _("更正"),
        "closing": _("结束说明"),
        "tabletop": _("桌面推演"),
        "live": _("全流程"),
        "reachability": _("通讯录连通"),
        "csat": _("满意度"),
        "ces": _("省力程度"),
        "nps": _("推荐意愿"),
        "negative_share_at_baseline": _("负面占比回到常态"),
        "quiet_hours": _("没有新的负面原帖"),
        "complaints_settled": _("投诉办结"),
        "mandatory_tasks_done": _("必办职责完成"),
        "inquiries_answered": _("媒体问询答复"),
    }[kind]


def condition_value(kind: str, value: int | None) -> str:
    """How much a stand-down condition allows or asks."""
    if value is None:
        return _("全部")
    if kind == "quiet_hours":
        return duration(value * HOUR)
    percent = f"{value / 10:g}"
    if kind == "complaints_settled":
        return _("至少 {percent}%").format(percent=percent)
    return _("不高于事前 {percent} 个百分点").format(percent=percent)


def announced(after_minutes: int, repeat_minutes: int | None, repeat_times: int) -> str:
    """When a notice goes out and how it is repeated."""
    first = (
        _("信号出现后 {time}").format(time=duration(after_minutes)) if after_minutes else _("信号出现即发")
    )
    if repeat_minutes is None or not repeat_times:
        return first
    again = _("未读的每 {time}再催，至多 {count} 次").format(
        time=duration(repeat_minutes), count=repeat_times
    )
    return _("{first}，{again}").format(first=first, again=again)
