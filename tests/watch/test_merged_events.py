"""Two events turn out to be one: whatever people have begun goes on, with all the posts."""

from datetime import timedelta

import pytest

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.engine.results import EventsMerged
from guanlan.incidents.actions import decide_activation
from guanlan.watch import folding
from guanlan.watch.actions import confirm_level
from guanlan.watch.models import Event, JournalEntry, Reading, Watch
from guanlan.watch.storing import Keeper

LEAK = "观澜商城把会员的手机号、收货地址和身份证照片卖给了骗子集团，第{}次收到勒索短信"


@pytest.fixture
def two(watch: Watch, bring) -> tuple[Event, Event]:
    """The earlier event, which the engine goes on with, and the later one, which it gives up."""
    bring(60, start=NOW - timedelta(hours=2))
    lines = [
        {
            "id": f"leak{number}",
            "platform": "微博",
            "text": "退款，" + LEAK.format(number),
            "published_at": (NOW - timedelta(minutes=50 - number)).isoformat(),
        }
        for number in range(40)
    ]
    bring.send(lines)
    into, gone = Event.objects.exclude(state="MERGED").order_by("pk")
    return into, gone


def merge(stream: Stream, gone: Event, into: Event) -> None:
    analyser, _number = folding.restored(stream)
    results = analyser.apply(EventsMerged(gone.code, into.code))
    keeper = Keeper(stream, analyser, folding.model(), None, seq=10_000)
    keeper.keep(results, JournalEntry(stream=stream, kind="CHANGE", at=NOW))


def confirm(event: Event, cast: Cast) -> None:
    confirm_level(
        event=event, level="III", levels=("I", "II", "III", "IV"), reason="核实", person=cast.wang, now=NOW
    )


def test_untouched_the_earlier_one_goes_on(two: tuple[Event, Event], stream: Stream) -> None:
    into, gone = two
    merge(stream, gone, into)
    into.refresh_from_db()
    gone.refresh_from_db()
    assert (gone.state, gone.merged_into, into.posts) == ("MERGED", into, 100)
    assert Reading.objects.filter(event=into).count() == 100


def test_the_confirmed_one_goes_on_with_all_posts_and_its_name(
    two: tuple[Event, Event], stream: Stream, cast: Cast
) -> None:
    into, gone = two
    confirm(gone, cast)
    code, name, computed = into.code, gone.name, into.computed_level
    merge(stream, gone, into)
    into.refresh_from_db()
    gone.refresh_from_db()
    assert (into.state, into.merged_into) == ("MERGED", gone)
    assert (gone.state, gone.confirmed_level, gone.name) == ("CONFIRMED", "III", name)
    assert (gone.code, gone.posts, gone.computed_level) == (code, 100, computed)
    assert Reading.objects.filter(event=gone).count() == 100


def test_the_one_under_an_incident_goes_on_before_a_confirmed_one(
    two: tuple[Event, Event], stream: Stream, cast: Cast
) -> None:
    into, gone = two
    confirm(into, cast)
    decision = decide_activation(event=gone, level="III", reason="已有人被骗", person=cast.li, now=NOW)
    merge(stream, gone, into)
    into.refresh_from_db()
    assert (into.state, into.merged_into) == ("MERGED", gone)
    assert decision.incident is not None
    assert Reading.objects.filter(event=decision.incident.event).count() == 100
