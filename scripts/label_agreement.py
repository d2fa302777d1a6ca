"""Print how far two readers agreed on the complaint categories (development only).

engine/bundle/complaints.csv names each text by its source and the first 16 digits of the SHA-256 of
its stripped text, never by its words. 300 texts were read by two readers who did not see each
other's labels.

    python scripts/label_agreement.py
"""

import csv
import sys
from collections import Counter
from pathlib import Path

LABELS = Path(__file__).parents[1] / "src" / "guanlan" / "engine" / "bundle" / "complaints.csv"


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa: the agreement beyond what the readers' habits alone would give."""
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return (agreed - chance) / (1 - chance)


def main() -> None:
    """Print the counts, the agreement and where the readers differed."""
    rows = list(csv.DictReader(LABELS.read_text("utf-8").splitlines()))
    pairs = [(row["label"], row["second_label"]) for row in rows if row["second_label"]]
    agreed = sum(one == other for one, other in pairs)
    sys.stdout.write(
        f"{len(rows)} texts, {len(pairs)} read twice: {agreed} alike, kappa {kappa(pairs):.3f}\n"
    )
    for label, count in Counter(row["label"] for row in rows).most_common():
        sys.stdout.write(f"{label} {count}\n")
    for (one, other), count in Counter(
        tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]
    ).most_common():
        sys.stdout.write(f"{one} / {other}: {count}\n")


if __name__ == "__main__":
    main()
