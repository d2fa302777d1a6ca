"""The bench compares in turn, tells what was missed, and ends accordingly; the peers are an option."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from guanlan.bench import command
from guanlan.bench.rounds import Contest, Finding, Peer, Side, Timed, bounded, reached, timed
from guanlan.cli import main


def test_without_the_peers_one_sentence_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(command, "PEERS", ("no_such_library",))
    with pytest.raises(SystemExit) as ended:
        main(["bench"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "no_such_library" in said
    assert "make bench" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("second", "status"), [(True, None), (None, None), (False, 1)])
def test_the_command_fails_when_a_floor_is_missed(monkeypatch, capsys, second, status):
    report = pytest.importorskip("guanlan.bench.report", exc_type=ImportError)

    def findings(**_chosen: bool) -> Iterator[Finding]:
        yield Finding("one", "1", "two", "≥ 1", True)
        yield Finding("other", "1", "two", "≥ 1", second)

    monkeypatch.setattr(command, "PEERS", ())
    monkeypatch.setattr(report, "findings", findings)
    if status is None:
        main(["bench"])
    else:
        with pytest.raises(SystemExit) as ended:
            main(["bench"])
        assert ended.value.code == status
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| o")]
    assert [line.split(" | ")[4] for line in lines] == [
        "达到",
        {True: "达到", None: "", False: "未达到"}[second],
    ]


def test_sides_take_turns_and_each_round_is_prepared_anew():
    calls: list[str] = []

    def side(name: str) -> Side:
        def ready():  # type: ignore[no-untyped-def]
            calls.append(f"{name} ready")
            return lambda: calls.append(name)

        return Side(name, 10, ready)

    timed([side("a"), side("b")], 2)
    assert calls == ["a ready", "a", "b ready", "b"] * 2


def test_a_ratio_is_of_medians_and_held_against_the_floor():
    contest = Contest("x", Side("own", 1, lambda: lambda: None), ())
    peer = Peer(Side("peer", 1, lambda: lambda: None), floor=4, aim=9)
    own = Timed((1.0, 2.0, 90.0))
    assert contest.line(peer, own, Timed((8.0, 8.0, 8.0))).ok is True
    assert contest.line(peer, own, Timed((7.9, 7.9, 80.0))).ok is False
    assert "3.95" in contest.line(peer, own, Timed((7.9, 7.9, 80.0))).asked


def test_bounds_hold_at_the_mark_itself():
    assert [bounded("x", value, 2.0).ok for value in (1.9, 2.0, 2.1)] == [True, True, False]
    assert [reached("x", value, 95).ok for value in (94.9, 95, 96)] == [False, True, True]


@pytest.mark.slow
def test_a_quick_run_measures_every_contest():
    pytest.importorskip("rensa")
    run = subprocess.run(
        [Path(sys.executable).with_name("guanlan"), "bench", "--quick"], capture_output=True, text=True
    )
    assert run.returncode in (0, 1), run.stderr
    told = [line.split(" | ") for line in run.stdout.splitlines() if line.startswith("| ")][2:]
    assert len(told) >= 20
    assert {line[4] for line in told} <= {"达到", "未达到"}
    assert run.returncode == ("未达到" in {line[4] for line in told})
