"""What in a line looks like data of a plan: shown to a person, never taken as data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.plan.editing.names import section_name
from guanlan.plan.editing.shapes import sections

_N = r"(?:\d+|[一二三四五六七八九十两半]+)"  # zh-data: numerals
TIME = re.compile(rf"{_N}\s*(?:分钟|个?小时|个?工作日|日|天)(?:之内|以内|内)")  # zh-data: times
LEVEL = re.compile(
    r"[ⅠⅡⅢⅣ]\s*级|(?<![A-Za-z])(?:I{1,3}|IV)\s*级|特别重大"  # zh-data: levels
    r"|[一二三四]级(?=响应|事件|舆情|预警|[（(：:])|[红橙黄蓝]色预警"  # zh-data: levels
)
GROUP = re.compile(
    r"[^\W\d内报由的和与向对经是在为把任及各]{2,6}"  # zh-data: what no group's name has
    r"(?:指挥部|领导小组|小组|组)(?=[：:，、。；（(]|$)"  # zh-data: groups
)


@dataclass(frozen=True)
class Hint:
    """Words that look like something, and the part of the plan where that is written."""

    words: str
    like: str
    section: str

    @property
    def where(self) -> str:
        """What that part is called."""
        return section_name(sections()[self.section])


def hints(text: str) -> Iterator[Hint]:
    """Yield what in a line looks like a group, a level or a time."""
    for pattern, like, section in (
        (TIME, _("像时限"), "levels"),
        (LEVEL, _("像等级"), "levels"),
        (GROUP, _("像组"), "groups"),
    ):
        for words in dict.fromkeys(pattern.findall(text)):
            yield Hint(words, like, section)
