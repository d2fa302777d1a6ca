"""What is asked at every step is found by an index, however long the journal and however many the posts."""

import pytest
from django.db import connection
from django.db.models import QuerySet

from guanlan.clocks.models import Stream
from guanlan.intake.models import Post
from guanlan.watch.models import JournalEntry, Reading

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="the words are SQLite's")


def asked(stream: Stream) -> dict[str, QuerySet]:  # type: ignore[type-arg]
    entries = JournalEntry.objects.filter(stream=stream)
    return {
        "waiting": entries.filter(applied_at=None).order_by("number"),
        "changes": entries.filter(kind="CHANGE", change__kind="table").order_by("-number"),
        "known": Post.objects.filter(stream=stream, external_id__in=["a", "b"]).values_list("platform"),
        "feed": Reading.objects.filter(stream=stream).order_by("-published_at", "-pk"),
        "copies": Reading.objects.filter(copy_of=1),
    }


PLANS = {
    "waiting": "SEARCH watch_journalentry USING INDEX watch_journal_waiting (stream_id=?)",
    "changes": "SEARCH watch_journalentry USING INDEX watch_journal_kind (stream_id=? AND kind=?)",
    "known": "COVERING INDEX sqlite_autoindex_intake_post_2 (stream_id=? AND external_id=?)",
    "feed": "SEARCH watch_reading USING INDEX watch_reading_newest (stream_id=?)",
    "copies": "SEARCH watch_reading USING INDEX watch_reading_copies (copy_of_id=?)",
}


@pytest.mark.parametrize("name", PLANS)
def test_is_found_by_its_index_and_sorted_by_nothing_else(name: str, stream: Stream) -> None:
    told = asked(stream)[name].explain()
    assert PLANS[name] in told
    assert "TEMP B-TREE" not in told
