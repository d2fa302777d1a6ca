"""What came before Guanlan watched: noted by a person, folded like a post, kept over a restart."""

from datetime import timedelta

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.demo.background import background
from guanlan.errors import NotAllowed
from guanlan.watch import folding, jobs
from guanlan.watch.actions import BackgroundOdd, note_background
from guanlan.watch.models import Event, JournalEntry, Watch

HOURS = 28 * 24
FIRST = NOW.replace(minute=0) - timedelta(hours=HOURS)


def note(watch: Watch, cast: Cast, **changes) -> None:
    given = {
        "first_hour": FIRST,
        "posts": [3] * HOURS,
        "negative": [1, 0, 0] * (HOURS // 3),  # 8 a day
        "person": cast.wang,
        "now": NOW,
    }
    note_background(watch=watch, **given | changes)


def test_growth_is_known_from_the_first_day(watch: Watch, cast: Cast, bring) -> None:
    note(watch, cast)
    bring(80, start=NOW - timedelta(hours=1), media_type="social")

    event = Event.objects.exclude(computed_level="").get()
    # In the 24 hours that end in this one: the event's and of the background's hours 23, of which
    # every third held one negative post; in the 7 days before them, 8 a day.
    negative = event.measures["negative_24h"]
    assert event.measures["growth_7d"] in {(100 * (negative + before) - 800) // 8 for before in (7, 8)}
    assert negative >= 50  # of fewer the plan does not judge growth
    assert event.computed_level == "II"  # from 300 % on


def test_without_it_growth_stays_unknown(watch: Watch, bring) -> None:
    bring(80, start=NOW - timedelta(hours=1), media_type="social")
    event = Event.objects.exclude(computed_level="").get()
    assert event.measures["growth_7d"] is None
    assert event.computed_level == "IV"  # by volume alone, from 30 on


def test_a_worker_that_begins_anew_knows_it_too(watch: Watch, cast: Cast, stream: Stream, bring) -> None:
    note(watch, cast)
    bring(60, start=NOW - timedelta(hours=1))
    code, before = Event.objects.exclude(computed_level="").values_list("code", "measures").get()
    jobs._held.clear()
    analyser, number = folding.restored(stream)
    assert dict(analyser.event(code).measures) == before
    assert number == JournalEntry.objects.filter(stream=stream).count()


def test_it_writes_an_audit_row_and_one_journal_entry(watch: Watch, cast: Cast) -> None:
    entries = JournalEntry.objects.count()
    note(watch, cast)
    assert JournalEntry.objects.count() == entries + 1
    row = Entry.objects.get(verb="watch.note_background")
    assert (row.actor, row.subject, row.facts) == (cast.wang.key, watch.key, {"hours": str(HOURS)})


@pytest.mark.parametrize("name", ["zhao", "liu"])
def test_who_may_not_manage_watches_may_not(watch: Watch, cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        note(watch, cast, person=getattr(cast, name))
    assert not JournalEntry.objects.filter(change__kind="background").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"negative": [0] * (HOURS - 1)}, "帖文有 672 个小时，负面有 671 个小时"),
        ({"negative": [0, 4, *[0] * (HOURS - 2)]}, "第 2 个小时帖文 3 条、负面 4 条"),
        ({"posts": [-1, *[3] * (HOURS - 1)]}, "第 1 个小时帖文 -1 条"),
        ({"first_hour": FIRST + timedelta(hours=1)}, "往日数量要早于现在"),
    ],
)
def test_counts_that_cannot_be_are_refused(watch: Watch, cast: Cast, changes: dict, sentence: str) -> None:
    with pytest.raises(BackgroundOdd, match=sentence):
        note(watch, cast, **changes)
    assert not JournalEntry.objects.filter(change__kind="background").exists()


def test_the_demo_has_four_weeks_by_the_hours_of_the_day() -> None:
    told = background(7, end=NOW)
    assert told == background(7, end=NOW)
    assert set(told) == {"品牌与退款", "数据安全", "品牌口碑"}
    brand = told["品牌口碑"]
    assert len(brand.posts) == len(brand.negative) == HOURS
    assert brand.first_hour == NOW - timedelta(days=28)
    assert all(0 <= one <= other for one, other in zip(brand.negative, brand.posts, strict=True))
    assert 58 < sum(brand.posts) / HOURS < 62
    local = [(brand.first_hour + timedelta(hours=hour + 8)).hour for hour in range(HOURS)]
    evening = sum(n for n, hour in zip(brand.posts, local, strict=True) if hour == 20)
    night = sum(n for n, hour in zip(brand.posts, local, strict=True) if hour == 4)
    assert evening > 10 * night
