"""Columns that take little room: read as what was written, found by it, and small in the table."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection

from guanlan.watch.models import Event, Hit, Reading, Watch
from loop import Bring


def stored(table: str, column: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY post_id")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def event(watch: Watch, bring: Bring) -> Event:
    bring(12)
    return Event.objects.get()


def test_an_empty_list_is_null_in_the_table_and_a_list_when_read(event: Event) -> None:
    # Every sixth of the invented complaints says 骗人.
    told = ["骗人" in reading.post.text for reading in Reading.objects.order_by("pk").select_related("post")]
    assert sum(told) == 2
    assert [kept is not None for kept in stored("watch_reading", "harms")] == told
    read = list(Reading.objects.order_by("pk").values_list("harms", flat=True))
    assert [len(harms) for harms in read] == [int(says) for says in told]
    assert [reading.harms for reading in Reading.objects.order_by("pk")] == read

    Reading.objects.filter(harms__isnull=False).update(harms=[])
    assert not Reading.objects.filter(harms__isnull=False).exists()
    one = Reading.objects.earliest("pk")
    one.harms = [{"flag": "death"}]
    one.save(update_fields=["harms"])
    assert Reading.objects.get(harms__isnull=False).harms == [{"flag": "death"}]


def test_a_word_is_a_number_in_the_table_and_a_word_when_read_or_asked_for(event: Event) -> None:
    assert {hit.field for hit in Hit.objects.all()} == {"text"}
    assert set(stored("watch_hit", "field")) == {0}
    assert Hit.objects.filter(field="text").count() == Hit.objects.count() > 0
    assert not Hit.objects.filter(field="title").exists()
    with pytest.raises(ValueError, match="index"):
        Hit.objects.filter(field="colour").exists()


def test_a_reading_stands_under_its_posts_number_and_shows_none_of_its_own(event: Event) -> None:
    assert all(reading.pk == reading.post_id for reading in Reading.objects.all())
    with pytest.raises(FieldDoesNotExist):
        Reading._meta.get_field("key")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE tbl_name = 'watch_reading' AND type = 'index'"
            )
            assert {name for (name,) in cursor.fetchall()} == {
                "watch_reading_event",
                "watch_reading_newest",
                "watch_reading_copies",
            }
