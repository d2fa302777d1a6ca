"""Two workers share the files that were asked for: each is made once, and none is lost with a worker."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.reports import actions, jobs
from guanlan.reports.models import Rendering, Report
from guanlan.watch.models import Event
from incident_scene import publish, raise_event, read_posts


@pytest.fixture
def report(cast: Cast, stream: Stream) -> Report:
    publish(cast)
    event = raise_event(cast, stream)
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    return actions.submit_flash(event=event, person=cast.wang, now=NOW)


def ask(report: Report, form: str, cast: Cast) -> Rendering:
    return actions.ask_rendering(report=report, format=form, person=cast.li, now=NOW)


def work(at: datetime = NOW) -> bool:
    return jobs.render_next_report(lambda _stream: NOW, lambda: at)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each rendering as it is begun."""
    begun: list[str] = []
    true: Callable[[Report, str, str], bytes] = jobs.rendered

    def noted(report: Report, form: str, stamp: str) -> bytes:
        begun.append(form)
        return true(report, form, stamp)

    monkeypatch.setattr(jobs, "rendered", noted)
    return begun


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_a_file_once(report: Report, cast: Cast, made: list[str]) -> None:
    ask(report, "HTML", cast)
    together, answers = threading.Barrier(2), []

    def worker() -> None:
        together.wait()
        try:
            answers.append(work())
        finally:
            connection.close()

    hands = [threading.Thread(target=worker) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()

    assert (sorted(answers), made) == ([False, True], ["HTML"])
    assert Rendering.objects.get().made_at == NOW


def test_while_one_worker_is_at_a_file_another_takes_the_next(
    report: Report, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(report, "HTML", cast)
    ask(report, "PDF", cast)
    true, begun = jobs.rendered, []

    def slow(found: Report, form: str, stamp: str) -> bytes:
        begun.append(form)
        if form == "HTML":
            assert work()  # the second worker, while the first one renders
            assert not work()
        return true(found, form, stamp)

    monkeypatch.setattr(jobs, "rendered", slow)
    assert work()

    assert begun == ["HTML", "PDF"]
    assert not Rendering.objects.filter(made_at=None).exists()


def test_what_a_dead_worker_left_is_taken_up_when_its_time_is_over(
    report: Report, cast: Cast, made: list[str]
) -> None:
    asked = ask(report, "HTML", cast)
    Rendering.objects.filter(pk=asked.pk).update(claimed_until=NOW + jobs.RENDERED_WITHIN)

    assert not work(NOW + timedelta(minutes=4, seconds=59))
    assert work(NOW + timedelta(minutes=5))
    assert made == ["HTML"]


def test_a_worker_thought_dead_writes_nothing_over(
    report: Report, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(report, "HTML", cast)
    late = NOW + timedelta(minutes=6)

    def overtaken(found: Report, form: str, stamp: str) -> bytes:
        monkeypatch.setattr(jobs, "rendered", lambda _report, _form, _stamp: b"by the second")
        assert work(late)
        return b"by the first"

    monkeypatch.setattr(jobs, "rendered", overtaken)
    assert work()

    assert bytes(Rendering.objects.get().content or b"") == b"by the second"


def test_a_failed_file_is_free_to_be_asked_for_again(
    report: Report, cast: Cast, monkeypatch: pytest.MonkeyPatch, made: list[str]
) -> None:
    ask(report, "HTML", cast)
    with monkeypatch.context() as broken:
        broken.setattr(
            jobs, "rendered", lambda _report, _form, _stamp: (_ for _ in ()).throw(OSError("no disk"))
        )
        assert work()
    assert not work()

    ask(report, "HTML", cast)

    assert work()
    assert (made, Rendering.objects.get().failure) == (["HTML"], "")
