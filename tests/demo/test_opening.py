"""An empty database becomes the demo company; a second opening changes nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast import NOW
from guanlan.audit.models import Entry
from guanlan.clocks.actions import set_clock
from guanlan.clocks.models import Stream
from guanlan.clocks.queries import stream_time
from guanlan.demo import opening
from guanlan.demo.jobs import play_next
from guanlan.demo.opening import NotAlone, begin_of_play, open_demo
from guanlan.demo.phrases import written
from guanlan.demo.shelf import laid_out
from guanlan.intake.jobs import read_next_batch
from guanlan.intake.models import Batch, Post, Source
from guanlan.people.actions import add_person
from guanlan.people.models import DutyShift, Person, Unit
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Watch

HERE = ("127.0.0.1", 8000)
BEGIN = begin_of_play(NOW)


@pytest.fixture
def empty(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Iterator[None]:
    """An empty house, and a short story: the work of the past is the worker's, tested there."""
    settings.HOME = tmp_path
    for name in ("guanlan.demo.opening.real_now", "guanlan.clocks.edge.real_now"):
        monkeypatch.setattr(name, lambda: NOW)
    story = written("story") | {"ordinary": 60, "praise": [[40, 42, 3]]}
    monkeypatch.setattr("guanlan.demo.ordinary.written", lambda name: story)
    monkeypatch.setattr("guanlan.demo.opening._settle", lambda: None)
    laid_out.cache_clear()
    yield
    laid_out.cache_clear()


def give_all() -> None:
    for _source in range(50):
        if not play_next():
            return
    raise AssertionError("the sources never come to rest")


def show(stream: Stream, at: datetime) -> None:
    set_clock(stream=stream, shows=at, rate=1, paused=True, actor="system", real_now=NOW)


def test_the_last_six_hours_begin_at_the_latest_fourteen_hours() -> None:
    assert begin_of_play(NOW) == NOW - timedelta(minutes=5)
    assert begin_of_play(NOW - timedelta(minutes=6)) == NOW - timedelta(days=1, minutes=5)


def test_an_empty_database_becomes_the_demo_company(empty: None) -> None:
    words = open_demo(*HERE)
    stream = Stream.objects.get()
    assert stream.kind == Stream.Kind.DEMO
    assert stream_time(stream, real_now=NOW) == BEGIN
    assert stream_time(stream, real_now=NOW + timedelta(minutes=6)) == BEGIN + timedelta(hours=6)
    assert Unit.objects.get().name == "观澜商城"
    assert PlanVersion.objects.get().state == PlanVersion.State.IN_FORCE
    assert Person.objects.count() == 13
    assert all(person.check_password(opening.PASSWORD) for person in Person.objects.all()[:1])
    for name in ("王芳", "李敏", "陈晓", "周宁", "刘洋", "赵磊", "吴凡"):
        assert name in words
    assert opening.PASSWORD in words
    assert Source.objects.filter(kind=Source.Kind.PLAYED).count() == 8
    assert Watch.objects.count() == 3
    assert DutyShift.objects.filter(starts_at__lte=BEGIN, ends_at__gt=BEGIN).count() == 1
    assert Entry.objects.filter(verb="plan.publish_version").count() == 1


def test_a_second_opening_changes_nothing(empty: None) -> None:
    first = open_demo(*HERE)
    before = Entry.objects.count()
    clock = Stream.objects.values("clock_set_at", "clock_from", "rate", "changed_seq").get()
    assert open_demo(*HERE) == first
    assert Entry.objects.count() == before
    assert Stream.objects.values("clock_set_at", "clock_from", "rate", "changed_seq").get() == clock


def test_an_opening_that_was_broken_off_is_finished(empty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    with monkeypatch.context() as once:
        once.setattr("guanlan.demo.opening._settle", broken)
        with pytest.raises(RuntimeError):
            open_demo(*HERE)
    assert Stream.objects.get().paused
    open_demo(*HERE)
    assert stream_time(Stream.objects.get(), real_now=NOW) == BEGIN
    assert Person.objects.count() == 13


def test_the_demo_does_not_mix_with_a_company(empty: None, unit: Unit) -> None:
    add_person(username="wang", name="王芳", unit=unit, actor="system", now=NOW)
    with pytest.raises(NotAlone, match="GUANLAN_HOME"):
        open_demo(*HERE)
    assert not Stream.objects.exists()


def test_the_demo_answers_to_this_machine_only(empty: None) -> None:
    with pytest.raises(NotAlone, match="本机"):
        open_demo("0.0.0.0", 8000)
    assert not Person.objects.exists()


def test_sources_give_only_what_is_due(empty: None) -> None:
    open_demo(*HERE)
    stream = Stream.objects.get()
    show(stream, BEGIN + timedelta(minutes=52))
    give_all()
    due = BEGIN + timedelta(minutes=50)  # the last full step of five minutes
    everything = [laid for source in Source.objects.all() for laid in laid_out(source.key)]
    while read_next_batch():
        pass
    assert not Post.objects.filter(published_at__gt=due).exists()
    taken = sum(batch.taken + batch.seen_again for batch in Batch.objects.all())
    assert taken == sum(laid.at <= due for laid in everything)
    assert taken < len(everything)
    assert not Batch.objects.exclude(refused=0).exists()


def test_nothing_is_given_twice(empty: None) -> None:
    open_demo(*HERE)
    stream = Stream.objects.get()
    show(stream, BEGIN)
    give_all()
    batches = Batch.objects.count()
    give_all()
    assert Batch.objects.count() == batches
    show(stream, BEGIN + timedelta(hours=1))
    give_all()
    assert Batch.objects.count() > batches


def test_after_the_played_hours_the_clock_goes_at_its_usual_pace(
    empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_demo(*HERE)
    stream = Stream.objects.get()
    later = stream.clock_set_at + timedelta(minutes=6, seconds=1)
    for name in ("guanlan.demo.opening.real_now", "guanlan.clocks.edge.real_now"):
        monkeypatch.setattr(name, lambda: later)
    play_next()
    stream.refresh_from_db()
    assert stream.rate == 1
    assert stream_time(stream, real_now=later) == BEGIN + timedelta(hours=6, minutes=1)
    assert stream_time(stream, real_now=later + timedelta(hours=1)) == BEGIN + timedelta(hours=7, minutes=1)
    before = Stream.objects.values("clock_set_at", "clock_from", "rate").get()
    open_demo(*HERE)
    assert Stream.objects.values("clock_set_at", "clock_from", "rate").get() == before


def test_the_worker_plays_the_demo() -> None:
    from guanlan.site.worker import Worker

    assert Worker().stages[0] is play_next
