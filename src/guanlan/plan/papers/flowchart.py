"""The course of a response as a picture: the plan's own groups and times in boxes, top to bottom."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from guanlan.documents.charts import FONT, INK, INK2
from guanlan.documents.model import Chart, Column, Table, text
from guanlan.plan.document import PlanDocument
from guanlan.plan.fields import Function, Step
from guanlan.plan.timing import clock_of
from guanlan.plan.wording import duration, level_word

# The drawing's own units are its pixels.
WIDTH, HEIGHT, ROW, BOX = 650, 545, 69, 46
FILL = "#EEF1F4"


@dataclass(frozen=True)
class Box:
    """One step: what is done by whom, within what time, and where it stands."""

    words: str
    within: str
    x: int
    y: int
    width: int

    @property
    def label(self) -> str:
        return f"{self.words}\n{self.within}" if self.within else self.words


def flowchart(plan: PlanDocument) -> Chart:
    """Return the picture, and behind it the table of the same steps."""
    trunk, side = _trunk(plan), _groups(plan)
    aside = Box(_("先观察，到时再看"), _("不启动也写明理由"), 560, trunk[3].y, 150)
    begin, end = trunk[3], trunk[4]
    lines = [_line(one, other) for one, other in pairwise(trunk[:4])]
    lines += [_line(begin, box) for box in side] + [_line(box, end) for box in side]
    lines += [_line(one, other) for one, other in pairwise(trunk[4:])]
    lines.append([[begin.x + begin.width // 2, begin.y], [aside.x - aside.width // 2, aside.y]])
    boxes = [*trunk[:4], aside, *side, *trunk[4:]]
    rows = tuple((text(box.words.replace("\n", "")), text(box.within or "—")) for box in boxes)
    return Chart(
        title=_("从发现到修订：%(count)d 步") % {"count": len(boxes)},
        option=_option(boxes, lines),
        table=Table((Column(_("步骤"), share=2), Column(_("时限"), share=3)), rows),
        height=HEIGHT,
    )


def _trunk(plan: PlanDocument) -> list[Box]:
    steps = [
        (_("发现：达到判据，或出现直接触发的情形"), _("系统不间断比对，值班人员也可报一条")),
        (_("%(who)s核实、定级") % {"who": _who(plan, "monitoring")}, _times(plan, "assess")),
        (_("上报%(who)s") % {"who": _who(plan, "command")}, _times(plan, "report_to_command")),
        (
            _("%(who)s研判，决定启动响应") % {"who": _who(plan, "command")},
            _("首次回应：%(times)s") % {"times": _times(plan, "first_response")},
        ),
        (_("等级可升可降；终止条件全部满足，解除响应"), ""),
        (_("总结报告，反馈各部门和有关的人"), ""),
        (_("复盘、整改，修订预案"), ""),
    ]
    rows = [0, 1, 2, 3, 5, 6, 7]
    return [
        Box(words, within, 240, BOX // 2 + 4 + row * ROW, 330)
        for (words, within), row in zip(steps, rows, strict=True)
    ]


def _groups(plan: PlanDocument) -> list[Box]:
    """The groups that act while the response runs, side by side."""
    start = [
        (group, sum(1 for duty in plan.duties if duty.group == group.key and duty.start == "confirmed"))
        for group in plan.organisation.groups
    ]
    acting = [(group, count) for group, count in start if count][:6]
    room = WIDTH // max(len(acting), 1)
    return [
        Box(
            group.name,
            _("%(count)d 项职责") % {"count": count},
            room // 2 + place * room,
            BOX // 2 + 4 + 4 * ROW,
            room - 10,
        )
        for place, (group, count) in enumerate(acting)
    ]


def _who(plan: PlanDocument, function: Function) -> str:
    found = [group.name for group in plan.organisation.groups if group.function == function]
    return found[0] if found else _("值班人员")


def _times(plan: PlanDocument, step: Step) -> str:
    clocks = [(level, clock_of(level, step)) for level in plan.by_rank]
    return "，".join(
        f"{level_word(level.key)} {duration(clock.minutes, clock.calendar)}"
        for level, clock in clocks
        if clock
    )


def _line(one: Box, other: Box) -> list[list[int]]:
    return [[one.x, one.y + BOX // 2], [other.x, other.y - BOX // 2]]


def _option(boxes: list[Box], lines: list[list[list[int]]]) -> dict[str, Any]:
    axis = {"type": "value", "show": False, "min": 0}
    return {
        "textStyle": {"fontFamily": FONT},
        "grid": {"left": 0, "right": 0, "top": 0, "bottom": 0},
        "xAxis": axis | {"max": WIDTH},
        "yAxis": axis | {"max": HEIGHT, "inverse": True},
        "series": [
            {
                "type": "lines",
                "coordinateSystem": "cartesian2d",
                "symbol": ["none", "arrow"],
                "symbolSize": 7,
                "lineStyle": {"color": INK2, "width": 1, "opacity": 1},
                "data": [{"coords": coords} for coords in lines],
            },
            {
                "type": "scatter",
                "symbol": "rect",
                "itemStyle": {"color": FILL, "opacity": 1},
                "label": {"show": True, "formatter": "{b}", "color": INK, "fontSize": 12, "lineHeight": 17},
                "data": [
                    {"name": box.label, "value": [box.x, box.y], "symbolSize": [box.width, BOX]}
                    for box in boxes
                ],
            },
        ],
    }
