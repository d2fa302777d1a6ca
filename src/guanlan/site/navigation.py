"""Where things are: the plan's own words, in the plan's order."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    """One entry: what it is called and the name of its address."""

    label: str | Promise
    address: str


@dataclass(frozen=True)
class Part:
    """One of the main parts, its icon, its pages; the first page is its door."""

    label: str | Promise
    icon: str
    pages: tuple[Page, ...]


PARTS = (
    Part(
        _("首页"),
        "home",
        (Page(_("我的待办"), "home"), Page(_("消息"), "inbox"), Page(_("交接班"), "handovers")),
    ),
    Part(
        _("监测"),
        "radar-2",
        (
            Page(_("信息流"), "feed"),
            Page(_("事件"), "events"),
            Page(_("告警"), "alarms"),
            Page(_("监测方案"), "watches"),
            Page(_("来源"), "sources"),
            Page(_("报一条"), "report-one"),
        ),
    ),
    Part(
        _("指挥"),
        "command",
        (
            Page(_("应急事件"), "incidents"),
            Page(_("任务"), "workload"),
            Page(_("报告"), "reports"),
            Page(_("指标"), "kpis"),
        ),
    ),
    Part(_("客服"), "headset", (Page(_("业务量"), "volumes"),)),
    Part(_("媒体"), "speakerphone", (Page(_("声明"), "statements"),)),
    Part(_("预案"), "book-2", (Page(_("现行版本"), "plan"), Page(_("各版本"), "plan-versions"))),
    Part(
        _("系统"),
        "settings",
        (
            Page(_("人员与值班"), "people"),
            Page(_("工作时间"), "working-time"),
            Page(_("外部时限"), "outside-rules"),
            Page(_("报告设置"), "report-settings"),
            Page(_("上报对象"), "addressees"),
            Page(_("渠道"), "channels"),
            Page(_("没发成的"), "deliveries"),
            Page(_("连通性检查"), "reach-checks"),
            Page(_("运行状态"), "running"),
            Page(_("接口令牌"), "tokens"),
            Page(_("推送订阅"), "subscriptions"),
            Page(_("审计"), "audit"),
            Page(_("模型"), "models"),
            Page(_("设置"), "set-up"),
        ),
    ),
)

THUMB = (
    Part(_("首页"), "home", (Page("", "home"),)),
    Part(_("事件"), "radar-2", (Page("", "events"),)),
    Part(_("报一条"), "plus", (Page("", "report-one"),)),
    Part(_("指挥"), "flag", (Page("", "incidents"),)),
    Part(_("更多"), "dots", (Page("", "more"),)),
)


def drawn(parts: tuple[Part, ...], path: str) -> list[dict[str, object]]:
    """Return the parts with addresses, the one that `path` lies in marked as on."""
    doors = {page.address: reverse(page.address) for part in parts for page in part.pages}
    around = (href for href in doors.values() if path == href or (href != "/" and path.startswith(href)))
    here = max(around, key=len, default="")
    return [_drawn(part, doors, here) for part in parts]


def _drawn(part: Part, doors: dict[str, str], here: str) -> dict[str, object]:
    pages = [
        {"label": page.label, "href": doors[page.address], "here": doors[page.address] == here}
        for page in part.pages
    ]
    return {
        "label": part.label,
        "icon": part.icon,
        "href": pages[0]["href"],
        "pages": pages,
        "on": any(page["here"] for page in pages),
    }
