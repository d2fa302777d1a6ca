"""Build the engine's normalisation table: `python scripts/build_fold_table.py`.

Sources: `unicodedata` (NFKC and lower case) and OpenCC's t2s dictionaries (Apache-2.0),
both from the development environment. Writes src/guanlan/engine/tables/fold.npz.
"""

import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import numpy as np
import opencc

TARGET = Path(__file__).parents[1] / "src/guanlan/engine/tables/fold.npz"
INVISIBLE = (0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10))
RESERVED = (0x1C, 0x1D, 0x1E, 0x1F)  # the engine's own separator and masks


def main() -> int:
    """Write the table; print how many characters of each kind it holds."""
    simplified = opencc.OpenCC("t2s")
    changed, targets, longer, longer_text, joining = [], [], [], [], []
    seconds = _composition_seconds()
    for code in range(0x110000):
        character = chr(code)
        if 0xD800 <= code < 0xE000 or code in INVISIBLE:
            continue
        if _joins_what_stands_before(character, seconds):
            joining.append(code)
        folded = " " if code in RESERVED else fold(character, simplified)
        if len(folded) == 1 and folded != character:
            changed.append(code)
            targets.append(ord(folded))
        elif len(folded) > 1:
            longer.append(code)
            longer_text.append(folded)
    phrases = sorted(_phrases())
    np.savez_compressed(
        TARGET,
        changed=np.array(changed, np.uint32),
        targets=np.array(targets, np.uint32),
        longer=np.array(longer, np.uint32),
        longer_ends=np.cumsum([len(text) for text in longer_text], dtype=np.int64),
        longer_text=_codes("".join(longer_text)),
        joining=np.array(joining, np.uint32),
        invisible=np.array(INVISIBLE, np.uint32),
        phrase_ends=np.cumsum([len(source) for source, _ in phrases], dtype=np.int64),
        phrase_source=_codes("".join(source for source, _ in phrases)),
        phrase_target=_codes("".join(target for _, target in phrases)),
    )
    sizes = {"changed": len(changed), "longer": len(longer), "joining": len(joining), "phrases": len(phrases)}
    sys.stdout.write(f"{TARGET.name}: {sizes}, {TARGET.stat().st_size} bytes\n")
    return 0


def fold(character: str, simplified: opencc.OpenCC) -> str:
    """NFKC, then traditional to simplified, then lower case, of one character."""
    wide = unicodedata.normalize("NFKC", character)
    return "".join(simplified.convert(part).lower() for part in wide)


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _composition_seconds() -> set[str]:
    """Characters that some canonical composition takes as its second part."""
    jamo = {chr(code) for code in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    pairs = (unicodedata.decomposition(chr(code)).split() for code in range(0x110000))
    return jamo | {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and "<" not in pair[0]}


def _joins_what_stands_before(character: str, seconds: set[str]) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) != 0 or first in seconds


def _phrases() -> list[tuple[str, str]]:
    """OpenCC's traditional phrases with their first simplified form; lengths are equal."""
    home = Path(opencc.__file__).parent / "clib"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "phrases.txt"
        source = home / "share/opencc/TSPhrases.ocd2"
        tool = [str(home / "bin/opencc_dict"), "-i", str(source), "-o", str(out), "-f", "ocd2", "-t", "text"]
        subprocess.run(tool, check=True)
        lines = [line.split("\t") for line in out.read_text("utf-8").splitlines()]
    pairs = [(source, targets.split(" ")[0].lower()) for source, targets in lines]
    if any(len(source) != len(target) for source, target in pairs):
        raise SystemExit("a phrase changes its length: the engine expects equal lengths")
    return pairs


if __name__ == "__main__":
    sys.exit(main())
