"""Scenes, whose alarm is whose, the naive rule by hand; NAB's scores against its published formula."""

import gzip
import io
import tarfile
from math import exp
from pathlib import Path

import numpy as np
import orjson
import pytest

from guanlan.engine.course import DAY, HOUR
from guanlan.engine.evaluate_bursts import (
    BEFORE,
    QUIET,
    Row,
    Scene,
    evaluate_bursts,
    incidents,
    judged,
    naive,
    scenes,
    tightened,
    titles_per_day,
    told,
)
from guanlan.engine.evaluate_nab import Series, alarms, evaluate_nab, gaussian, score, series, total

NOON = 1_740_801_600  # 2025-03-01 12:00 in Shanghai


def scene(times: list[int], own: list[bool], half: int) -> Scene:
    return Scene(np.array(times, np.int64), np.array(own), half)


class TestScenes:
    COMMENTS = np.array([NOON + 60 * step for step in range(101)], np.int64)

    def test_an_incident_keeps_its_hours_behind_everyday_posts(self) -> None:
        (made,) = scenes([self.COMMENTS], np.full(400, 300), 10, seed=1)
        assert made.half == NOON + 60 * 50
        assert made.times[made.incident].tolist() == self.COMMENTS[:51].tolist()
        everyday = made.times[~made.incident]
        # A tenth of 300 titles on each of some 90 days, by chance.
        assert everyday.size == pytest.approx(30 * BEFORE, rel=0.05)
        assert NOON - everyday[0] >= (BEFORE - 1) * DAY
        assert np.all(np.diff(made.times) >= 0)

    def test_nights_are_quieter_than_days(self) -> None:
        (made,) = scenes([self.COMMENTS], np.full(400, 3_000), 10, seed=1)
        hours = (made.times[~made.incident] + 8 * HOUR) % DAY // HOUR
        assert np.sum((hours >= 2) & (hours < 6)) < 0.4 * np.sum((hours >= 10) & (hours < 14))

    def test_sets_are_read_by_incident_and_by_day(self, tmp_path: Path) -> None:
        lines = [{"t": 9, "event": "b"}, {"t": 5, "event": "a"}, {"t": 3, "event": "b"}]
        (tmp_path / "c.gz").write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in lines)))
        (tmp_path / "t.gz").write_bytes(gzip.compress(b"2025-01-02\tx\n2025-01-01\ty\n2025-01-02\tz\n"))
        assert [times.tolist() for times in incidents(tmp_path / "c.gz")] == [[5], [3, 9]]
        assert titles_per_day(tmp_path / "t.gz").tolist() == [1, 2]


class TestRules:
    def test_eight_within_an_hour_are_told_then_nothing_while_quiet(self) -> None:
        slow = [NOON + 600 * step for step in range(30)]  # seven in any hour
        assert naive(np.array(slow), 8) == []
        quick = [NOON + 300 * step for step in range(30)]
        assert naive(np.array(quick), 8) == [NOON + 2_100]
        assert naive(np.array([*quick, *(at + QUIET + 9_000 for at in quick)]), 8) == [
            NOON + 2_100,
            NOON + QUIET + 9_000 + 2_100,
        ]

    def test_an_alarm_belongs_to_what_made_half_of_the_hour(self) -> None:
        made = scene([NOON, NOON + 10, NOON + 20, NOON + 5_000], [False, False, True, True], NOON + 9_000)
        assert [made.owns(NOON + 15), made.owns(NOON + 30), made.owns(NOON + 5_000)] == [False, False, True]

    def test_lead_and_false_alarms_are_counted_by_hand(self) -> None:
        first = scene([NOON, NOON + 45 * DAY - HOUR], [False, True], NOON + 45 * DAY)
        second = scene([NOON, NOON + 45 * DAY], [False, True], NOON + 45 * DAY)
        rule = {2: [NOON, NOON + 45 * DAY - HOUR, NOON + 45 * DAY - 60]}
        row = judged([first, second], 3, "x", lambda times: rule[2] if times[1] % DAY != NOON % DAY else [])
        # One of two is told, an hour ahead; one false alarm in 90 watch-days.
        assert row == Row(3, "x", 2, 1, 1, 0.5, 1.0)

    def test_the_naive_rule_is_tightened_until_few_are_false(self) -> None:
        times = [NOON + 100 * DAY * burst + 60 * step for burst in range(8) for step in range(8 + burst)]
        made = [scene(times, [False] * len(times), NOON + 720 * DAY)]
        row = tightened(made, 3, judged(made, 3, "x", lambda found: naive(found, 8)))
        assert row.rule == "x"  # left as it is: eight in 720 days are no more than one in 90
        dense = [NOON + 10 * DAY * burst + 60 * step for burst in range(8) for step in range(8 + burst)]
        made = [scene(dense, [False] * len(dense), NOON + 180 * DAY)]
        row = tightened(made, 3, judged(made, 3, "x", lambda found: naive(found, 8)))
        assert row.rule == "一小时 14 条"  # the two largest of fourteen and fifteen remain
        assert row.false == pytest.approx(1)

    def test_the_engine_tells_a_jump_and_not_an_even_stream(self) -> None:
        even = [NOON + 1_200 * step for step in range(72 * 20)]
        assert told(np.array(even, np.int64)) == []
        jump = [even[-1] + 600 + 10 * step for step in range(30)]
        (at,) = told(np.array(even + jump, np.int64))
        assert jump[0] < at <= jump[0] + 180

    def test_the_table_holds_three_rules_for_each_watch(self, tmp_path: Path) -> None:
        lines = [{"t": NOON + 20 * step, "event": "a"} for step in range(200)]
        path = tmp_path / "chnci_open.jsonl.gz"
        path.write_bytes(gzip.compress(b"".join(orjson.dumps(line) + b"\n" for line in lines)))
        assert evaluate_bursts(tmp_path, seed=0) is None
        titles = "".join(f"2025-01-{day:02}\t热搜\n" * 300 for day in range(1, 29))
        (tmp_path / "hotsearch_2025_2026.tsv.gz").write_bytes(gzip.compress(titles.encode()))
        table = evaluate_bursts(tmp_path, seed=0)
        assert table is not None
        assert [row.rule for row in table.rows[:2]] == ["本法", "一小时 8 条"]
        assert len(str(table).splitlines()) == 2 + 9


def sigmoid(place: float) -> float:
    """As published: 2 / (1 + e^(5 y)) - 1."""
    return 2 / (1 + exp(5 * place)) - 1


class TestNab:
    ONE = Series("a.csv", np.zeros(1_000), ((300, 399), (600, 649)))

    def test_nothing_told_costs_each_window(self) -> None:
        assert score(self.ONE, []) == -2
        assert total([self.ONE], {"a.csv": []}) == 0

    def test_the_first_row_of_each_window_is_perfect(self) -> None:
        assert score(self.ONE, [300, 600]) == pytest.approx(2)
        assert total([self.ONE], {"a.csv": [300, 600]}) == pytest.approx(100)

    def test_the_earliest_alarm_in_a_window_counts_once(self) -> None:
        late = sigmoid(-0.5) / sigmoid(-1)  # row 350 of 300 to 399
        assert score(self.ONE, [350, 351, 390]) == pytest.approx(late - 1)

    def test_alarms_outside_cost_more_the_further_they_follow(self) -> None:
        assert score(self.ONE, [200]) == pytest.approx(-2 - 0.11)  # no window before
        near = 0.11 * sigmoid((409 - 399) / 99)
        assert score(self.ONE, [409]) == pytest.approx(-2 + near)
        assert score(self.ONE, [999]) == pytest.approx(-2 - 0.11)  # over three widths after the last

    def test_the_first_rows_do_not_count(self) -> None:
        assert self.ONE.trial == 150
        assert Series("b", np.zeros(9_000), ()).trial == 750
        assert score(self.ONE, [0, 149]) == -2
        assert score(self.ONE, [150]) < -2

    def test_a_far_value_is_told_by_the_control_and_a_jump_by_ours(self) -> None:
        values = np.array([100.0 + (row * 37) % 11 for row in range(900)])
        values[700] = 1_000
        assert gaussian(Series("b", values, ())) == [1, 700]  # the second row: nothing is known of spread yet
        assert 700 in alarms(Series("b", values, ()))
        assert not [row for row in alarms(Series("b", values, ())) if 100 < row < 700]

    def test_the_archive_is_read_and_scored(self, tmp_path: Path) -> None:
        head = "timestamp,value\n"
        lines = [
            f"2026-01-0{1 + row // 144} {row // 6 % 24:02}:{row % 6}0:00,{5 + row % 2}\n"
            for row in range(600)
        ]
        lines[400] = lines[400].replace(",5", ",900")
        spans = [["2026-01-03 18:40:00.000000", "2026-01-03 20:00:00.000000"]]
        files = {
            "data/realTweets/x.csv": head + "".join(lines),
            "labels/combined_windows.json": orjson.dumps({"realTweets/x.csv": spans}).decode(),
        }
        with tarfile.open(tmp_path / "nab.tar.gz", "w:gz") as archive:
            for name, words in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(words.encode())
                archive.addfile(member, io.BytesIO(words.encode()))
        (one,) = series(tmp_path / "nab.tar.gz")
        assert (one.name, one.windows, one.values[400]) == ("realTweets/x.csv", ((400, 408),), 900)
        table = evaluate_nab(tmp_path / "nab.tar.gz")
        assert table is not None
        ours, control = table.rows
        assert (ours.found, ours.windows, ours.tweets) == (1, 1, ours.standard)
        assert ours.standard == pytest.approx(100)
        assert control.found == 1
        assert evaluate_nab(tmp_path / "none") is None
