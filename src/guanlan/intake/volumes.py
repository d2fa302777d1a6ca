"""Giving the daily figures of customer service: by hand, from a file, by another program."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.intake.models import Volume
from guanlan.intake.permissions import GIVE_VOLUMES
from guanlan.intake.reading.volumes import FIELDS, BadVolumes, Day, problems
from guanlan.people.models import Person, Unit
from guanlan.people.permissions import require
from guanlan.people.weeks import local_day


class NoSource(BadInput):
    """A figure that nobody can follow back is worth nothing."""


class ChangedMeanwhile(Refused):
    """Somebody else gave figures for the day since this person looked."""


class NothingDiffers(Refused):
    """Every figure stands already."""


def give_volumes(
    *,
    stream: Stream,
    unit: Unit,
    days: Sequence[Day],
    source: str,
    person: Person,
    now: datetime,
    seen: str | None = None,
    file: bytes = b"",
) -> list[Volume]:
    """Keep the figures of some days and return the rows written; all of them or none.

    What stood for a day before is closed and stays; days that stand as they are given
    are left alone. `seen` is the key of the row that the person had in view for the one
    day given, "" if there was none; a file (kept by its hash only) overrides what stands.
    Raises NotAllowed, NoSource, BadVolumes, ChangedMeanwhile, NothingDiffers.
    """
    require(person, GIVE_VOLUMES, at=now)
    source = source.strip()[:120]
    if not source:
        raise NoSource(_("请写明数从哪里来，例如“工单系统后台”，别人才能核对。"))
    wrong = [refusal.sentence + "。" for refusal in problems(days, today=local_day(now))]
    if wrong:
        raise BadVolumes(wrong)
    with transaction.atomic():
        seq = touch(stream)  # also puts two who give behind each other
        standing = _standing(stream, unit, days)
        _refuse_changed(standing, days, seen)
        fresh = [day for day in days if not _stands(standing.get(day.day), day, now)]
        if not fresh:
            raise NothingDiffers(_("这些数和已有的一样，没有保存。要改就先改数再保存。"))
        replaced = [standing[day.day] for day in fresh if day.day in standing]
        Volume.objects.filter(pk__in=[row.pk for row in replaced]).update(closed_at=now, changed_seq=seq)
        written = [_write(day, stream, unit, source, person, now, seq) for day in fresh]
        record(
            actor=person.key,
            verb="intake.give_volumes",
            kind="unit",
            subject=unit.key,
            stream=stream.pk,
            at=now,
            facts={
                "volumes": [row.key for row in written],
                "replaced": [row.key for row in replaced],
                "file_sha256": hashlib.sha256(file).hexdigest() if file else "",
            },
        )
    return written


def _standing(stream: Stream, unit: Unit, days: Sequence[Day]) -> dict[object, Volume]:
    rows = Volume.objects.filter(stream=stream, unit=unit, closed_at=None, day__in=[day.day for day in days])
    return {row.day: row for row in rows.select_related("given_by")}


def _refuse_changed(standing: dict[object, Volume], days: Sequence[Day], seen: str | None) -> None:
    if seen is None:
        return
    row = standing.get(days[0].day)
    if (row.key if row else "") != seen:
        who = row.given_by.name if row else _("别人")
        raise ChangedMeanwhile(
            _("没有保存：%(name)s刚给 %(day)s 填过数。请重新打开这一天，核对后再改。")
            % {"name": who, "day": days[0].day}
        )


def _stands(row: Volume | None, day: Day, now: datetime) -> bool:
    """Whether the row says all of it already; what was given before the day was over is given anew."""
    if row is None or (not row.is_whole and day.day < local_day(now)):
        return False
    return all(getattr(row, name) == getattr(day, name) for name in FIELDS)


def _write(
    day: Day, stream: Stream, unit: Unit, source: str, person: Person, now: datetime, seq: int
) -> Volume:
    return Volume.objects.create(
        stream=stream,
        unit=unit,
        day=day.day,
        **{name: getattr(day, name) for name in FIELDS},
        source=source,
        given_by=person,
        given_at=now,
        changed_seq=seq,
    )
