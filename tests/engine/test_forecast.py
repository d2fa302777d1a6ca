"""Final sizes: the trees' quantiles, the numbers of a course, what is told and what is not, the exam."""

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest

from guanlan.cli import main
from guanlan.engine.course import DAY, HOUR, LAST, NUMBERS, course
from guanlan.engine.evaluate_forecast import evaluate_forecast, examined
from guanlan.engine.forecast import AGES, Forecaster
from guanlan.engine.forecast_learning import (
    FEWEST,
    Cascade,
    Looks,
    busy_hours,
    cascades,
    grown,
    learnt,
    looks,
)
from guanlan.engine.model import BadModel
from guanlan.engine.trees import fit, read

NOON = 1_740_801_600  # 2025-03-01 12:00 in Shanghai
EVEN_DAY = np.ones(24)


def invented(count: int, *, seed: int = 3, began: int = NOON) -> list[Cascade]:
    """Cascades whose posts come by a log-normal delay of a scale and size of their own."""
    chance = np.random.default_rng(seed)
    found = []
    for place in range(count):
        size = int(chance.integers(80, 600))
        delays = np.sort(chance.lognormal(np.log(chance.uniform(0.3, 8) * HOUR), 1.0, size))
        found.append(Cascade(began + place * 7 * HOUR, delays))
    return found


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return learnt(invented(240), seed=1)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_trees_tell_the_quantile_of_each_kind_of_row(quantile: float) -> None:
    chance = np.random.default_rng(5)
    rows = chance.uniform(size=(6_000, 10))
    high = rows[:, 2] > 0.5
    wanted = np.where(high, chance.uniform(2, 3, 6_000), chance.uniform(0, 1, 6_000))
    trees = fit(rows, wanted, quantile, seed=1)
    less, more = np.full(10, 0.5), np.full(10, 0.5)
    less[2], more[2] = 0.1, 0.9
    assert read(trees, less) == pytest.approx(quantile, abs=0.15)
    assert read(trees, more) == pytest.approx(2 + quantile, abs=0.15)


def test_a_course_says_how_its_posts_lie_in_time() -> None:
    even = np.arange(1.0, 13.0) * 300  # twelve posts, one every five minutes of an hour
    numbers = course(even, NOON, 3_600.0, EVEN_DAY)
    assert numbers.shape == (NUMBERS,)
    assert numbers[0] == pytest.approx(np.log(3_600))
    # In the last half of the hour came 6 of 12, in the last quarter 3: places of LATELY.
    assert numbers[5] == pytest.approx(np.log(6.5 / 13))
    assert numbers[4] == pytest.approx(np.log(3.5 / 13))
    assert numbers[10] == pytest.approx(np.log(6.5 / 13))  # within the first half
    assert numbers[13] == pytest.approx(np.log(3_001 / 3_601))  # the tenth post came after 50 minutes
    assert numbers[18] == pytest.approx(np.log(1 / 3_600))  # the last has just come


def test_by_the_hour_of_the_day_more_or_less_is_still_to_come() -> None:
    even = np.arange(1.0, 13.0) * 300
    day = np.where(np.arange(24) >= 18, 5.0, 1.0)
    morning, evening = (course(even, began, 3_600.0, day) for began in (NOON, NOON + 5 * HOUR))
    # From 13 to 19 o'clock five quiet hours and a busy one, from 18 to 24 busy ones only.
    assert np.exp([morning[26], evening[26]]) == pytest.approx([10 / 6, 5], abs=0.01)
    assert evening[-1] > morning[-1]


def test_what_is_to_come_by_a_power_law_is_the_integral() -> None:
    even = np.arange(1.0, 13.0) * 300
    told = course(even, NOON, 3_600.0, EVEN_DAY)[28]  # power 0.8, the rate of the whole hour
    area = lambda begin, end: ((end + 300) ** 0.2 - (begin + 300) ** 0.2) / 0.2  # noqa: E731
    wanted = np.log(1 + 12.5 / 12 * area(3_600, LAST) / area(0, 3_600))
    assert told == pytest.approx(wanted, abs=0.01)


def test_an_interval_holds_four_of_five_later_cascades(forecaster: Forecaster) -> None:
    later = invented(300, seed=9, began=NOON + 90 * DAY)
    told = [
        (
            one.final + 1,
            forecaster.forecast([one.began, *(one.began + one.offsets).tolist()], one.began + HOUR),
        )
        for one in later
    ]
    known = [(true, found) for true, found in told if found is not None]
    assert len(known) > 200
    assert 0.72 <= np.mean([found.low <= true <= found.high for true, found in known]) <= 0.9
    plain = np.median([true / found.seen for true, found in known])
    ours = np.median([abs(found.median - true) / true for true, found in known])
    assert ours < 0.8 * np.median([abs(plain * found.seen - true) / true for true, found in known])


class TestWhatIsTold:
    TIMES = [NOON + 40 * step * step for step in range(12)]  # the last after 81 minutes

    def test_never_less_than_what_is_there(self, forecaster: Forecaster) -> None:
        found = forecaster.forecast(self.TIMES, NOON + 6 * HOUR)
        assert found is not None
        assert 12 == found.seen <= found.low <= found.median <= found.high

    def test_the_order_of_the_posts_does_not_matter(self, forecaster: Forecaster) -> None:
        at = NOON + 2 * HOUR
        assert forecaster.forecast(self.TIMES[::-1], at) == forecaster.forecast(self.TIMES, at)

    def test_posts_after_now_are_not_looked_at(self, forecaster: Forecaster) -> None:
        at = NOON + 2 * HOUR
        assert forecaster.forecast([*self.TIMES, at + 1, at + 9], at) == forecaster.forecast(self.TIMES, at)

    @pytest.mark.parametrize(
        ("times", "age"),
        [(TIMES[:10], 2 * HOUR), (TIMES, 599), (TIMES, 7 * DAY + 1), ([], HOUR)],
        ids=["nine after the first", "too young", "too old", "no post"],
    )
    def test_nothing_where_nothing_can_be_told(
        self, forecaster: Forecaster, times: list[int], age: int
    ) -> None:
        assert forecaster.forecast(times, NOON + age) is None

    def test_the_one_that_ships_tells_a_growing_matter_more_than_a_fading_one(self) -> None:
        growing = [NOON + int(HOUR * (step / 60) ** 0.5) for step in range(61)]
        fading = [NOON + int(HOUR * (step / 60) ** 3) for step in range(61)]
        more, less = (Forecaster.load().forecast(times, NOON + HOUR) for times in (growing, fading))
        assert more is not None
        assert less is not None
        assert more.median > 1.5 * less.median


class TestLearning:
    def test_reads_originals_by_time_and_final_sizes_within_thirty_days(self, tmp_path: Path) -> None:
        rows = [
            {"id": "b", "t0": 50, "reposts": [[5, "u", "m", "", ""], [-2, "u", "n", "", ""]]},
            {"id": "a", "t0": 20, "reposts": [[LAST, "u", "m", "", ""], [LAST + 1, "u", "n", "", ""]]},
            {"id": "c", "t0": 10, "reposts": []},
        ]
        path = tmp_path / "set.gz"
        path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
        first, second = cascades(path)
        assert (first.began, first.final) == (20, 1)
        assert (second.offsets.tolist(), second.final) == ([0, 5], 2)

    def test_looks_only_once_ten_have_come(self) -> None:
        offsets = np.array([60.0 * step for step in range(1, 13)])  # the tenth after ten minutes
        seen = looks([Cascade(NOON, offsets), Cascade(NOON, offsets[:9])], EVEN_DAY)
        assert seen.age.tolist() == list(AGES)
        assert seen.seen.tolist() == [10, *[12] * (len(AGES) - 1)]
        assert seen.wanted[0] == pytest.approx(np.log(1.2))

    def test_hours_are_shanghais_and_weigh_each_cascade_alike(self) -> None:
        many, one = Cascade(NOON, np.arange(60.0)), Cascade(NOON + 3 * HOUR, np.array([1.0]))
        day = busy_hours([many, one])
        assert day[12] == day[15] == 12
        assert day.sum() == 24

    def test_the_same_seed_is_the_same_bytes(self, tmp_path: Path) -> None:
        known = invented(FEWEST)
        for name, seed in (("one", 1), ("again", 1), ("other", 2)):
            learnt(known, seed=seed).save(tmp_path / name)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "again").read_bytes()
        assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()

    def test_is_kept_and_read_again(self, forecaster: Forecaster, tmp_path: Path) -> None:
        forecaster.save(tmp_path / "kept")
        again, times = Forecaster.load(tmp_path / "kept"), TestWhatIsTold.TIMES
        assert again.forecast(times, NOON + 5_000) == forecaster.forecast(times, NOON + 5_000)

    @pytest.mark.parametrize("place", [3, 40, -1])
    def test_a_damaged_file_is_refused(self, forecaster: Forecaster, tmp_path: Path, place: int) -> None:
        forecaster.save(tmp_path / "kept")
        content = bytearray((tmp_path / "kept").read_bytes())
        content[place] ^= 1
        (tmp_path / "kept").write_bytes(content)
        with pytest.raises(BadModel, match="已损坏或不是规模预测的模型"):
            Forecaster.load(tmp_path / "kept")


def test_errors_coverage_and_width_are_counted_by_hand() -> None:
    finals = np.array([20.0, 40.0, 50.0])
    seen = Looks(np.arange(3), np.full(3, HOUR), np.full(3, 10), np.log(finals / 10), np.zeros((3, NUMBERS)))
    told = np.log([[1.0, 1.5, 1.9], [2.0, 3.0, 4.5], [4.0, 5.5, 16.0]])
    row = examined(HOUR, seen, told, float(np.log(4.5)), seed=0)
    # True 2, 4, 5 times the seen: the constant 4.5 errs by 1.25, .125, .1; 1.5, 3, 5.5 by .25, .25, .1.
    assert row.ratio == pytest.approx(0.125)
    assert row.ours == pytest.approx(0.25)
    assert row.times[0] == pytest.approx(2)
    assert row.covered == pytest.approx(2 / 3)
    assert row.wide == pytest.approx(2.25)
    assert row.share == pytest.approx(0.25)


def written(path: Path, known: list[Cascade]) -> Path:
    rows = [
        {
            "id": f"{n}",
            "t0": one.began,
            "reposts": [[delay, "u", "m", "", ""] for delay in one.offsets.tolist()],
        }
        for n, one in enumerate(known)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
    return path


def test_the_exam_learns_from_the_oldest_alone(tmp_path: Path) -> None:
    known = invented(160)
    odd = [Cascade(one.began, one.offsets / 50) for one in known[112:]]  # the newest 30 % are over at once
    table = evaluate_forecast(written(tmp_path / "set.gz", known[:112] + odd), seed=0)
    assert table is not None
    first = table.rows[0]
    assert (first.age, first.cascades) == (600, len(odd))
    assert first.ratio > 1  # nobody could know
    assert first.ours > 0.1  # whoever has seen the newest errs by .02
    assert len(str(table).splitlines()) == 2 + len(table.rows)
    assert evaluate_forecast(written(tmp_path / "few.gz", known[:20]), seed=0) is None


def test_the_command_learns_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "events" / "ced_open.jsonl.gz", invented(FEWEST))
    main(["train", "--forecast", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--seed", "4"])
    assert Forecaster.load(tmp_path / "out").origin == {"ced": FEWEST, "seed": 4}
    assert Forecaster.load(tmp_path / "out").fingerprint[:12] in capsys.readouterr().out


def test_the_command_says_when_there_is_too_little(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "events" / "ced_open.jsonl.gz", invented(3))
    with pytest.raises(SystemExit) as ended:
        main(["train", "--forecast", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert "至少要 100 条原帖" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_grown_tells_quantiles_in_order() -> None:
    known = invented(FEWEST)
    seen = looks(known, busy_hours(known))
    low, median, high = (np.mean([read(trees, row) for row in seen.numbers]) for trees in grown(seen, seed=0))
    assert low < median < high
