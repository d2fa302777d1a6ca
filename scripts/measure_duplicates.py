"""Measure near-copy recall and false partners: `python scripts/measure_duplicates.py CED.jsonl.gz`.

Half the file's distinct originals are remembered; 400 of them are edited in eight ways and
fed again, each into a fresh copy of that state. The other half, less those that truly share
30 % of their 3-grams with a remembered one, asks for false partners and lends foreign text.
"""

import gzip
import json
import random
import sys
import time

import numpy as np
import pyarrow as pa

from guanlan.engine.duplicates import Duplicates
from guanlan.engine.text import normalise

SEED, EDITED = 7, 400


def main(path: str) -> None:
    """Print a row per edit, then false partners and CPU time per post."""
    draw = random.Random(SEED)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [text for text in (json.loads(line)["text"] for line in lines) if len(text) >= 30]
    everything = Duplicates()
    texts = [
        text for text, copied in zip(texts, ask(everything, texts, "all"), strict=True) if copied is None
    ]
    kept, others = texts[0::2], texts[1::2]
    state = Duplicates()
    ask(state, kept, "kept")
    snapshot = state.snapshot()
    chosen = draw.sample(range(len(kept)), EDITED)
    recalls, wrong = [], 0
    for name, edit in EDITS.items():
        edited = [edit(kept[row], draw, others) for row in chosen]
        found = ask_each(snapshot, edited)
        right = sum(got == f"kept{row}" for got, row in zip(found, chosen, strict=True))
        wrong += sum(got not in (None, f"kept{row}") for got, row in zip(found, chosen, strict=True))
        recalls.append(right / EDITED)
        say(f"{name:24} recall {right / EDITED:.3f}")
    say(f"{'mean of edits':24} recall {sum(recalls) / len(recalls):.3f}")
    say(f"{'another partner':24} {wrong / EDITED / len(recalls):.4f} of the edited")
    remembered = [grams(text) for text in kept]
    strangers = [text for text in others if not any(share(grams(text), known) >= 0.3 for known in remembered)]
    false = sum(got is not None for got in ask_each(snapshot, strangers))
    say(f"strangers {len(strangers)}: false partners {false / len(strangers):.4f}")
    stream = Duplicates()
    begin = time.process_time()
    for at in range(0, len(texts), 1000):
        ask(stream, texts[at : at + 1000], f"{at}-")
    say(f"normalise and find: {(time.process_time() - begin) / len(texts) * 1e6:.1f} us CPU a post")


def ask(state, texts, prefix):
    """Feed texts at time 0; their ids are the prefix and their row."""
    words = normalise(pa.nulls(len(texts), pa.string()), pa.array(texts, pa.string()))
    return state.feed(words, [f"{prefix}{row}" for row in range(len(texts))], np.zeros(len(texts), np.int64))


def ask_each(snapshot, texts):
    """Ask so that no question is answered by another question."""
    answers = []
    state = Duplicates.restore(snapshot)
    for row, answer in enumerate(ask(state, texts, "q")):
        lonely = answer is not None and answer.startswith("q")
        answers.append(ask(Duplicates.restore(snapshot), [texts[row]], "q")[0] if lonely else answer)
    return answers


def grams(text):
    """The set of 3-grams of the text's letters and digits."""
    letters = "".join(filter(str.isalnum, text))
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def share(one, two):
    """Containment of the smaller set."""
    return len(one & two) / max(1, min(len(one), len(two)))


def say(line):
    """Write one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def noise(percent):
    """An edit that replaces so many characters by other Chinese characters."""

    def edit(text, draw, _):
        return "".join(
            chr(draw.randrange(0x4E00, 0x9000)) if draw.random() * 100 < percent else c for c in text
        )

    return edit


def part(fraction):
    """An edit that keeps one run of the text."""

    def edit(text, draw, _):
        size = int(len(text) * fraction)
        begin = draw.randrange(len(text) - size + 1)
        return text[begin : begin + size]

    return edit


def shuffle(text, draw, _):
    """Clauses in another order."""
    clauses = text.replace("。", "，").split("，")
    draw.shuffle(clauses)
    return "，".join(clauses)


def foreign(text, draw, others):
    """Half as much text again from a post that is not remembered."""
    return text + draw.choice(others)[: len(text) // 2]


EDITS = {
    "prefix and suffix": lambda text, draw, others: "快看：" + text + " 大家怎么看",
    "keep 60 %": part(0.6),
    "keep 40 %": part(0.4),
    "10 % characters noise": noise(10),
    "20 % characters noise": noise(20),
    "clauses shuffled": shuffle,
    "50 % foreign text": foreign,
    "//@ chain, own word short": lambda text, draw, others: "转发微博//@某人:" + text,
}

if __name__ == "__main__":
    main(sys.argv[1])
