"""Counting anew from stored posts agrees with the engine, measure for measure."""

from collections.abc import Callable
from datetime import timedelta

from conftest import NOW, Cast
from guanlan.watch.actions import note_background
from guanlan.watch.counting import counted, rows_of
from guanlan.watch.models import Event, Reading, Watch


def test_agrees_with_the_engine_on_every_measure(mixed_event: Event) -> None:
    rows = rows_of(mixed_event)

    found = counted(mixed_event, rows, now=max(row.at for row in rows))

    assert {name: one.value for name, one in found.items()} == mixed_event.measures
    assert Reading.objects.exclude(copy_of=None).exists()
    assert not all(row.other for row in rows)
    unknown = [name for name, value in mixed_event.measures.items() if value is None]
    assert unknown == []


def test_a_value_is_the_number_of_its_posts(mixed_event: Event) -> None:
    rows = rows_of(mixed_event)

    found = counted(mixed_event, rows, now=NOW)

    for name in ("posts", "complaints_72h", "complaints_24h", "negative_24h", "negative_comments"):
        assert found[name].value == len({row.pk for row in found[name].rows}) > 0, name
    assert found["outlets"].value == len({row.author for row in found["outlets"].rows})
    assert found["top_plays"].value == found["top_plays"].rows[0].views
    share = found["negative_permille"]
    assert share.value == 1000 * len(share.rows) // len(share.beside)


def test_what_nobody_said_is_unknown(mixed_event: Event) -> None:
    found = counted(mixed_event, [], now=NOW)

    assert (found["posts"].value, found["top_views"].value, found["negative_permille"].value) == (
        0,
        None,
        None,
    )


def test_growth_stands_on_the_weeks_that_a_person_noted(
    watch: Watch, cast: Cast, bring: Callable[..., object]
) -> None:
    hours = 28 * 24
    note_background(
        watch=watch,
        first_hour=NOW.replace(minute=0) - timedelta(hours=hours),
        posts=[3] * hours,
        negative=[1, 0, 0] * (hours // 3),
        person=cast.wang,
        now=NOW,
    )
    bring(80, start=NOW - timedelta(hours=1), media_type="social")
    event = Event.objects.exclude(computed_level="").get()
    rows = rows_of(event)

    found = counted(event, rows, now=max(row.at for row in rows))["growth_7d"]

    assert found.value == event.measures["growth_7d"] > 300
    assert found.beside == ()  # of what came before there is no post to show
