"""Counting anew from stored posts agrees with the engine, measure for measure."""

from conftest import NOW
from guanlan.watch.counting import counted, rows_of
from guanlan.watch.models import Event, Reading


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
