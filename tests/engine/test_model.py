"""One file holds the model; one changed weight is another model; a broken file is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from guanlan.engine.model import CLASSES, BadModel, Head, Line, Model

STANCE = Head("stance", CLASSES, 0, 0.1, (0.3, 0.0, -0.2), 700)
MOOD = Head("mood", ("good", "bad"), 3, 0.2, (0.0, 1.0), 0)


def small() -> Model:
    table = np.arange(80, dtype=np.int8).reshape(16, 5)
    return Model(
        table, (STANCE, MOOD), {"invented": 9, "seed": 4}, {"微博": Line(0.8, (0.1, 0.0, -0.1), 640)}
    )


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "one.model"
    small().save(path)
    loaded = Model.load(path)
    assert loaded.table.tobytes() == small().table.tobytes()
    assert (loaded.heads, loaded.negative_at, loaded.bits) == ((STANCE, MOOD), 700, 4)
    assert loaded.head("mood") == MOOD
    assert loaded.head("none") is None
    assert loaded.sources == {"微博": Line(0.8, (0.1, 0.0, -0.1), 640)}
    assert (loaded.negative_from("微博"), loaded.negative_from("抖音")) == (640, 700)
    assert loaded.origin == {"invented": 9, "seed": 4}
    assert loaded.fingerprint == small().fingerprint


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    small().save(tmp_path / "one.model")
    small().save(tmp_path / "two.model")
    assert (tmp_path / "one.model").read_bytes() == (tmp_path / "two.model").read_bytes()


def test_one_weight_or_threshold_changes_the_fingerprint() -> None:
    weights = small().table.copy()
    weights[7, 1] += 1
    others = [
        replace(small(), table=weights),
        replace(small(), heads=(replace(STANCE, working=701), MOOD)),
        replace(small(), heads=(STANCE, replace(MOOD, scale=0.11))),
        replace(small(), heads=(replace(STANCE, bias=(0.3, 0.0, -0.21)), MOOD)),
        small().corrected({"微博": Line(0.8, (0.1, 0.0, -0.2), 640)}),
        small().corrected({"微博": Line(0.8, (0.1, 0.0, -0.1), 641)}),
        small(),
    ]
    assert len({model.fingerprint for model in others}) == 7


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="没有模型文件"):
        Model.load(tmp_path / "none.model")


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.model"
    path.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(BadModel, match="不是观澜的模型文件"):
        Model.load(path)


@pytest.mark.parametrize("cut", [30, -1, -20])
def test_a_cut_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.model"
    small().save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadModel, match="已损坏"):
        Model.load(path)


@pytest.mark.parametrize(
    "turn",
    [
        lambda content: content.replace(b'"working": 700', b'"working": 100'),
        lambda content: content.replace(b'"rows": 16', b'"rows": 99'),
        lambda content: content.replace(b'"scale"', b'"stale"'),
        lambda content: content.replace(b"{", b"[", 1).replace(b"}\n", b"]\n", 1),
    ],
)
def test_a_changed_head_is_refused(tmp_path: Path, turn) -> None:
    path = tmp_path / "changed.model"
    small().save(path)
    changed = turn(path.read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    with pytest.raises(BadModel, match="已损坏"):
        Model.load(path)


def test_the_model_that_ships_is_small_and_whole() -> None:
    from importlib import resources

    bundle = resources.files("guanlan.engine") / "bundle"
    model = Model.load()
    card = (bundle / "MODEL_CARD.md").read_text("utf-8")
    assert model.fingerprint in card
    assert model.lexicon.fingerprint in card
    assert sum(len(part.read_bytes()) for part in bundle.iterdir()) < 3_000_000
    assert 500 <= model.negative_at <= 1000
