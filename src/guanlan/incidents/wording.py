"""How moments and lengths of time are written, in stored sentences and on pages."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.incidents.models import Task


def asks(task: Task) -> str:
    """Return what the clock that runs asks for."""
    if task.state == Task.State.OFFERED:
        return _("接手")
    return _("验收") if task.state == Task.State.CHECKING else _("办结")


def moment(at: datetime, now: datetime) -> str:
    """Write a time seen from `now`: 14:05 on the same day in Shanghai, else with its date."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return clock
    return _("%(month)d月%(day)d日 %(clock)s") % {"month": local.month, "day": local.day, "clock": clock}


def length(span: timedelta) -> str:
    """Write a length of time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= 1440:
        return _("%(days)d 天 %(hours)d 时") % {"days": minutes // 1440, "hours": minutes // 60 % 24}
    if minutes >= 60:
        return _("%(hours)d 时 %(minutes)d 分") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d 分") % {"minutes": minutes}


def hours_word(minutes: int) -> str:
    """Write booked time in hours: 2.5 小时."""
    return _("%(hours)s 小时") % {"hours": f"{minutes / 60:.2f}".rstrip("0").rstrip(".")}
