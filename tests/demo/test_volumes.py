"""The demo's customer service: ordinary weeks before, and figures that come as the story passes."""

from datetime import date, datetime, timedelta

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.demo.phrases import written
from guanlan.demo.volumes import give_next_volumes, give_usual_volumes, usual_volumes
from guanlan.intake.models import Volume


def test_the_weeks_before_are_the_same_for_the_same_seed_and_quieter_at_weekends() -> None:
    end = date(2026, 11, 22)
    found = usual_volumes(11, end=end)

    assert found == usual_volumes(11, end=end)
    assert [day.day for day in found] == [end - timedelta(days=back) for back in range(28, 0, -1)]
    contacts = {True: [], False: []}  # type: ignore[var-annotated]
    for day in found:
        contacts[day.day.weekday() >= 5].append(day.contacts)
    assert sum(contacts[True]) / 8 < 0.9 * sum(contacts[False]) / 20
    # 20 complaints on a working day, four fifths of it at weekends: 28 days expect 528, give or take 23.
    assert 440 < sum(day.complaints or 0 for day in found) < 620


@pytest.mark.django_db
def test_figures_come_when_their_hour_has_come(cast: Cast, stream: Stream) -> None:
    begin: datetime = NOW.replace(hour=12, minute=0)  # 20:00 in Shanghai, as the story begins
    give_usual_volumes(stream, 11, now=begin)
    assert not give_next_volumes(stream, begin + timedelta(hours=12))

    assert give_next_volumes(stream, begin + timedelta(hours=14))
    assert not give_next_volumes(stream, begin + timedelta(hours=15))
    assert Volume.objects.get(day=NOW.date(), closed_at=None).is_whole

    for hour in range(16, 73):
        give_next_volumes(stream, begin + timedelta(hours=hour))
    last = Volume.objects.filter(closed_at=None).latest("day")
    assert [last.complaints, last.refunds, last.contacts] == written("story")["volumes"]["given"][-1][2:]
    assert not last.is_whole
    assert Volume.objects.filter(day=last.day).count() == 4
