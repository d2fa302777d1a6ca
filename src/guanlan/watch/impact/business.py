"""Business (业务): complaints, refunds and contacts of the latest day given, against the days before."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from guanlan.engine.intervals import rate_dispersion, rate_ratio
from guanlan.intake.models import Volume
from guanlan.intake.reading.volumes import FIELDS
from guanlan.watch.impact.figures import BASELINE, YOUNG, Count, Measured
from guanlan.watch.models import Event

_DAY = timedelta(days=1)


def volumes(event: Event, *, first_day: date, until_day: date) -> list[Measured]:
    """Measure each kind of figure that customer service gives."""
    given = Volume.objects.filter(
        stream=event.stream,
        unit=event.watch.unit,
        closed_at=None,
        day__gte=first_day - BASELINE * _DAY,
        day__lte=until_day,
    )
    rows = list(given.select_related("given_by").order_by("day"))
    return [_measured(name, rows, first_day, until_day) for name in FIELDS]


def _measured(name: str, rows: list[Volume], first_day: date, until_day: date) -> Measured:
    known = [row for row in rows if getattr(row, name) is not None]
    before = tuple(row for row in known if row.day < first_day)
    latest = known[-1] if known and known[-1].day >= first_day else None
    why = _why_not_now(known, latest, until_day) or _why_no_usual(before)
    now = latest if latest is not None and latest.day >= until_day - _DAY else None
    usual = Count(sum(getattr(row, name) for row in before), len(before)) if len(before) >= YOUNG else None
    interval = None
    if now is not None and usual is not None:
        dispersion = rate_dispersion([getattr(row, name) for row in before])
        interval = rate_ratio(getattr(now, name), 1, usual.count, usual.of, dispersion)
        why = why or ("" if interval else _("现在和平日都是 0"))
    return Measured(
        "business",
        name,
        Count(getattr(now, name), 1) if now else None,
        usual,
        interval,
        why,
        days=(now,) if now else (),
        days_before=before if usual else (),
    )


def _why_not_now(known: list[Volume], latest: Volume | None, until_day: date) -> str:
    if not known:
        return _("没有人填过这个数")
    if latest is None:
        return _("事件发生以来还没有填过，最近填到 %(day)s") % {"day": f"{known[-1].day:%m-%d}"}
    if latest.day < until_day - _DAY:
        return _("最近填到 %(day)s，此后没有填") % {"day": f"{latest.day:%m-%d}"}
    return ""


def _why_no_usual(before: tuple[Volume, ...]) -> str:
    if len(before) >= YOUNG:
        return ""
    words = _("事前 %(asked)d 天只填了 %(given)d 天，满 %(least)d 天才有平日可比")
    return words % {"asked": BASELINE, "given": len(before), "least": YOUNG}
