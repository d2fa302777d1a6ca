"""The word list: cutting against every other way to cut, learning from a small text, bad files."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from guanlan.engine.corpus import Labelled, gather
from guanlan.engine.lexicon import CHUNK, BadLexicon, Lexicon, cut, ranked
from guanlan.engine.lexicon_learning import learn_from

LISTED = {"退": 9, "款": 9, "到": 30, "账": 8, "退款": 40, "到账": 30, "款到": 1, "退款到账": 2, "没": 50}


def lexicon(counts: dict[str, int] = LISTED) -> Lexicon:
    return ranked(counts.items(), ["没"], "by hand")


def cut_up(text: str, words: Lexicon) -> list[str]:
    codes = np.array([ord(character) for character in text], np.uint32)
    ends, slots = np.empty(CHUNK, np.int32), np.empty(CHUNK, np.int64)
    count = cut(codes, 0, codes.size, words.cutter, ends, slots)
    bounds = [0, *ends[:count].tolist()]
    return [text[a:b] for a, b in itertools.pairwise(bounds)]


def likeliest(text: str, counts: dict[str, int]) -> float:
    """The product of shares of the best cut, by trying all of them."""
    total = sum(counts.values())
    best = 0.0
    for bars in itertools.product((False, True), repeat=len(text) - 1):
        marks = [0, *(i + 1 for i, bar in enumerate(bars) if bar), len(text)]
        parts = [text[a:b] for a, b in itertools.pairwise(marks)]
        if all(part in counts or len(part) == 1 for part in parts):
            best = max(best, float(np.prod([counts.get(part, 0.5) / total for part in parts])))
    return best


@pytest.mark.parametrize("text", ["退款到账", "退款没到账", "没退款款到", "到账退", "没有退款到账没"])
def test_a_text_is_cut_as_is_likeliest(text: str) -> None:
    total = sum(LISTED.values())
    parts = cut_up(text, lexicon())
    assert "".join(parts) == text
    product = float(np.prod([LISTED.get(part, 0.5) / total for part in parts]))
    assert product == pytest.approx(likeliest(text, LISTED), rel=0.05)  # costs are in 64ths of a bit


def test_the_list_that_ships_knows_a_shops_words() -> None:
    assert cut_up("客服说退款三天没到账", Lexicon.load()) == ["客服", "说", "退款", "三天", "没", "到账"]
    assert {"我们", "没有", "的"} <= Lexicon.load().common
    assert not {"退款", "快递", "泄露", "投诉"} & Lexicon.load().common


def test_words_are_learnt_from_how_they_stand_together() -> None:
    heads, tails = "天地玄黄宇宙洪荒日月盈昃", "寒来暑往秋收冬藏闰余成岁"
    texts = [
        a + b + "退款" + b + a + ("客服" if i % 2 else "到账") + a + b
        for i, (a, b) in enumerate(itertools.product(heads, tails))
    ]
    rows = [Labelled("a", "a", text, i % 3, False) for i, text in enumerate(texts)]
    held = [Labelled("a", "a", a + "密码" + b, 0, True) for a, b in itertools.product(heads, tails)]
    learnt = learn_from(gather([*rows, *held]))
    assert {word for word in learnt.words if len(word) > 1} == {"退款", "客服", "到账"}
    assert dict(zip(learnt.words, learnt.counts, strict=True))["退款"] == 144


def test_what_is_saved_comes_back_and_is_the_same_bytes(tmp_path: Path) -> None:
    lexicon().save(tmp_path / "a")
    lexicon(dict(reversed(LISTED.items()))).save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    back = Lexicon.load(tmp_path / "a")
    assert (back.words, back.counts, back.common) == (lexicon().words, lexicon().counts, {"没"})
    assert back.fingerprint == lexicon().fingerprint != lexicon(LISTED | {"退": 10}).fingerprint


def test_a_damaged_or_missing_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with pytest.raises(BadLexicon, match="没有词表文件"):
        Lexicon.load(path)
    lexicon().save(path)
    whole = path.read_bytes()
    for broken in (b"", b"x" * 100, whole[:40], whole[:-3], whole.replace(b"by hand", b"by head")[:-1]):
        path.write_bytes(broken)
        with pytest.raises(BadLexicon, match="已损坏"):
            Lexicon.load(path)
