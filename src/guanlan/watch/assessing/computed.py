"""What the system can say of each part of a sheet, in lines of text, from the stored posts."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.intake.reading.links import platform_called
from guanlan.watch.impact.measuring import impact
from guanlan.watch.impact.wording import headline
from guanlan.watch.models import Event
from guanlan.watch.outlook import outlook
from guanlan.watch.said import SaidRow, complaints, said

MOST, EARLIEST, SHORT = 5, 3, 40

Computed = dict[str, list[str]]


def computed(event: Event, *, now: datetime) -> Computed:
    """Return lines for each part; a part of which nothing is known has none."""
    return {
        "nature": _nature(event),
        "scope": _scope(event),
        "consequences": _consequences(event, now),
        "cause": _cause(event),
        "demands": [_said_line(row) for row in said(event, "demands")[:MOST]],
    }


def part_name(part: str) -> str:
    """What a part of a sheet is called."""
    names: dict[str, Callable[[], str]] = {
        "nature": lambda: _("性质"),
        "scope": lambda: _("影响范围"),
        "consequences": lambda: _("可能后果"),
        "cause": lambda: _("起因"),
        "demands": lambda: _("诉求"),
    }
    return names[part]()


def _nature(event: Event) -> list[str]:
    negative = event.negative_permille
    lines = [] if negative is None else [_("负面 %(share)d%%") % {"share": (negative + 5) // 10}]
    lines += [_("投诉：%(line)s") % {"line": _said_line(row)} for row in complaints(event)[:MOST]]
    return lines + [_("危害：%(line)s") % {"line": _said_line(row)} for row in said(event, "harms")[:MOST]]


def _scope(event: Event) -> list[str]:
    found = list(event.readings.values_list("post__platform", "post__region", "post__author_hash"))
    if not found:
        return []
    accounts = {author for _platform, _region, author in found if author}
    lines = [
        _("%(posts)s 条帖文，%(accounts)s 个账号")
        % {"posts": f"{len(found):,}", "accounts": f"{len(accounts):,}"}
    ]
    platforms = Counter(platform_called(platform) for platform, _region, _author in found)
    lines.append(_("平台：%(counts)s") % {"counts": _counted(platforms)})
    regions = Counter(region for _platform, region, _author in found if region)
    if regions:
        lines.append(_("地区：%(counts)s") % {"counts": _counted(regions)})
    else:
        lines.append(_("地区未知：帖文没有带地区"))
    return lines


def _consequences(event: Event, now: datetime) -> list[str]:
    course = outlook(event, now=now)
    return [
        _("阶段：%(stage)s，%(figures)s") % {"stage": course.stage, "figures": course.figures},
        _("预计最终 %(size)s，%(interval)s") % {"size": course.size, "interval": course.interval},
        headline(impact(event, now=now)),
    ]


def _cause(event: Event) -> list[str]:
    lines = [_("起因的词：%(terms)s") % {"terms": "、".join(event.terms[:MOST])}] if event.terms else []
    first = event.readings.select_related("post").order_by("published_at", "pk")[:EARLIEST]
    return lines + [
        _("%(at)s %(platform)s：%(words)s")
        % {
            "at": f"{timezone.localtime(reading.published_at):%m-%d %H:%M}",
            "platform": platform_called(reading.post.platform),
            "words": (reading.post.title or reading.post.text)[:SHORT],
        }
        for reading in first
    ]


def _said_line(row: SaidRow) -> str:
    words = "".join(_("“%(word)s”") % {"word": word} for word in row.words)
    line = _("%(name)s %(voices)d 人") % {"name": row.name, "voices": row.voices}
    return line + (_("，说的是%(words)s") % {"words": words} if words else "")


def _counted(counts: Counter[str]) -> str:
    return "，".join(f"{name} {count:,}" for name, count in counts.most_common(MOST))
