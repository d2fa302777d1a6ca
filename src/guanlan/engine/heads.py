"""All that the model says of a text, in one pass over its character n-grams."""

import math

import numpy as np
from numba import njit

from guanlan.engine.model import LANES, STANCE, Model
from guanlan.engine.ngrams import (
    LONGEST,
    SEED,
    Array,
    collect,
    distinct_rows,
    extend,
    longest_of,
    room,
    row_of,
    squeeze,
)
from guanlan.engine.text import Texts

MILLE = 1000
AT_ONCE, HELD = 8, 31  # rows that are added in one step; steps that 16 bits hold


def judge(texts: Texts, model: Model, platforms: list[str] | None = None) -> dict[str, Array]:
    """Return for each head its int32 (n, classes) of chances in per mille; each row sums to 1000.

    `platforms`, one a text, let the stance be put right by what corrections taught (`Model.sources`).
    """
    found = scores(texts, model)
    if platforms is not None and model.sources:
        put_right(found[:, model.heads[0].columns], model, platforms)
    return {head.name: chances(np.ascontiguousarray(found[:, head.columns])) for head in model.heads}


def scores(texts: Texts, model: Model) -> Array:
    """Return float64 (n, columns of the table): each class's score; a head's differences are log-odds."""
    found = np.empty((len(texts), model.table.shape[1]))
    scale = np.concatenate([np.full(len(head.classes), head.scale) for head in model.heads])
    bias = np.concatenate([np.array(head.bias) for head in model.heads])
    _score(texts.codes, texts.starts, (model.lanes, model.bits), (scale, bias), found)
    return found


def put_right(found: Array, model: Model, platforms: list[str]) -> None:
    """Apply `model.sources` to the stance scores `found` (n, 3) in place."""
    names = np.array(platforms, object)
    for platform, line in model.sources.items():
        of_it = names == platform
        found[of_it] = line.slope * found[of_it] + np.array(line.shifts)


def because(
    texts: Texts, post: int, model: Model, *, head: str = STANCE, most: int = 6
) -> list[tuple[str, int]]:
    """Return the words that decided post `post` under a head, strongest first.

    Each is (words as normalised, their part of the winning class's lead over the mean of
    the others, in thousandths of a log-odds). Overlapping n-grams are merged into spans,
    which end at marks and spaces. Empty for a head that the model does not have.
    """
    asked = model.head(head)
    if asked is None:
        return []
    winner = int(np.argmax(scores(texts, model)[post, asked.columns]))
    first, last = int(texts.starts[post]), int(texts.starts[post + 1])
    columns = (asked.first, len(asked.classes), winner)
    codes = texts.codes[first:last]
    pull = _pull(codes, model.table, model.bits, columns)
    letters = [chr(code) for code in codes]
    wordy = np.array([letter.isalnum() for letter in letters], np.bool_)
    spans = [(float(pull[low:high].sum()), low, high) for low, high in _spans(np.where(wordy, pull, 0.0))]
    spans.sort(key=lambda span: (-span[0], span[1]))
    grams = len(collect(codes, np.array([0, len(codes)]), model.bits)[0])
    factor = MILLE * asked.scale / math.sqrt(max(1, grams))
    return [("".join(letters[low:high]), round(weight * factor)) for weight, low, high in spans[:most]]


def _spans(pull: Array) -> list[tuple[int, int]]:
    """Runs of characters that each pull at least a fifth as hard as the hardest."""
    if not len(pull) or pull.max() <= 0:
        return []
    strong = np.concatenate([[False], pull >= pull.max() / 5, [False]]).astype(np.int8)
    edges = np.diff(strong)
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


@njit(cache=True)
def _score(
    codes: Array, starts: Array, table: tuple[Array, int], line: tuple[Array, Array], found: Array
) -> None:
    lanes, bits = table
    scale, bias = line
    longest = longest_of(starts)
    used = room(bits, longest)
    kept, _by_length, _seen, rows = used
    places = np.empty(longest, np.int64)
    totals = np.empty(lanes.shape[1] * LANES, np.int32)
    narrow = np.zeros(LANES, np.int16)
    for post in range(len(starts) - 1):
        count = squeeze(codes, starts[post], starts[post + 1], kept, places)
        grams = distinct_rows(count, bits, used, lanes)
        for block in range(lanes.shape[1]):
            _sum(lanes, block, rows[:grams], narrow, totals[block * LANES : (block + 1) * LANES])
        reach = 1.0 / math.sqrt(max(grams, 1))
        for column in range(len(bias)):
            found[post, column] = bias[column] + scale[column] * totals[column] * reach


@njit(cache=True)
def _sum(lanes: Array, block: int, rows: Array, narrow: Array, totals: Array) -> None:
    """Write the sums of a block's columns over `rows`, eight rows at a time.

    Compiled, all columns are added at once, in lanes of 16 bits (`narrow`, zeros); they hold 255 rows.
    """
    totals[:] = 0
    whole = len(rows) // AT_ONCE
    picked = rows[: whole * AT_ONCE].reshape(whole, AT_ONCE)
    for step in range(whole):
        a, b = lanes[picked[step, 0], block], lanes[picked[step, 1], block]
        c, d = lanes[picked[step, 2], block], lanes[picked[step, 3], block]
        e, f = lanes[picked[step, 4], block], lanes[picked[step, 5], block]
        g, h = lanes[picked[step, 6], block], lanes[picked[step, 7], block]
        for lane in range(LANES):
            together = a[lane] + b[lane] + c[lane] + d[lane] + e[lane] + f[lane] + g[lane] + h[lane]
            narrow[lane] += np.int16(together)
        if step % HELD == HELD - 1:
            _spill(narrow, totals)
    for row in rows[whole * AT_ONCE :]:
        single = lanes[row, block]
        for lane in range(LANES):
            narrow[lane] += single[lane]
    _spill(narrow, totals)


@njit(cache=True)
def _spill(narrow: Array, totals: Array) -> None:
    """Move the sums of 16 bits to those of 32."""
    for lane in range(LANES):
        totals[lane] += narrow[lane]
        narrow[lane] = 0


@njit(cache=True)
def exponential(x: float) -> float:
    """Return e**x for x <= 0 within 1e-12 of the truth, from + - * / only; 0 below e**-40.

    The mathematics library's own differs in its last bits from one CPU to another.
    """
    part = x / 64.0
    term = 1.0
    total = 1.0
    for order in range(1, 14):
        term = term * part / float(order)
        total += term
    for _doubling in range(6):
        total *= total
    return 0.0 if x < -40.0 else total


@njit(cache=True)
def chances(found: Array) -> Array:
    """Return int32 of the shape of scores `found`: their softmax, to the nearest per mille.

    The likeliest class takes what rounding leaves, so that each row sums to 1000.
    """
    posts, classes = found.shape
    shares = np.empty(found.shape, np.int32)
    powers = np.empty(found.shape)
    for post in range(posts):
        best = found[post, 0]
        for kind in range(1, classes):
            best = max(best, found[post, kind])
        for kind in range(classes):
            powers[post, kind] = found[post, kind] - best
    flat = powers.reshape(-1)
    for at in range(len(flat)):  # apart from the loops over posts: compiled for many at once
        flat[at] = exponential(flat[at])
    for post in range(posts):
        best = 0
        total = 0.0
        for kind in range(classes):
            total += powers[post, kind]
            if found[post, kind] > found[post, best]:
                best = kind
        rest = MILLE
        for kind in range(classes):
            shares[post, kind] = int(MILLE * powers[post, kind] / total + 0.5)
            rest -= shares[post, kind]
        shares[post, best] += rest
    return shares


@njit(cache=True)
def _pull(codes: Array, weights: Array, bits: int, columns: tuple[int, int, int]) -> Array:
    """Each character's part of the winner's lead: an n-gram's weight, shared over its places.

    `columns` are the head's first, how many, and which of them won.

    An n-gram that occurs again counts at its first place only, as in the score.
    """
    first, classes, winner = columns
    kept = np.empty(len(codes), np.uint32)
    places = np.empty(len(codes), np.int64)
    count = squeeze(codes, 0, len(codes), kept, places)
    seen = np.zeros(1 << bits, np.bool_)
    pull = np.zeros(len(codes))
    for start in range(count):
        state = SEED
        for at in range(start, min(start + LONGEST, count)):
            state = extend(state, kept[at])
            row = row_of(state, bits)
            if seen[row]:
                continue
            seen[row] = True
            lead = float(weights[row, first + winner])
            for other in range(first, first + classes):
                if other != first + winner:
                    lead -= weights[row, other] / (classes - 1)
            for part in range(start, at + 1):
                pull[places[part]] += lead / (at + 1 - start)
    return pull
