"""What `footprint` runs in a process of its own: `python -m guanlan.bench.alone`.

With `memory`, `chain FILE`, or `fasttext TEXTS MODEL`.
"""

import resource
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import process_time

from guanlan.bench.invented import EVERYTHING, Inventor, batches
from guanlan.bench.live import Live, fed, named, terms_of
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.model import Model
from guanlan.engine.pipeline import Analyser
from guanlan.engine.query import Watch
from guanlan.engine.text import normalise

LIVE = 100_000
STEP = 5_000


def memory() -> int:
    """Return the most memory held, in kilobytes, after 100,000 topics and as many posts read for copies."""
    model, inventor = Model.load(), Inventor()
    analyser = Analyser(model, [Watch("all", EVERYTHING)])
    live, duplicates = Live(LIVE), Duplicates()
    for taken in range(0, LIVE, STEP):
        coming = batches(inventor.posts(STEP).texts, first=taken)
        if taken == 0:
            analyser.feed(coming[0])
        read = [normalise(one.column("title"), one.column("text")) for one in coming]
        fed(duplicates, named(read, taken))
        texts = [text for one in coming for text in one.column("text").to_pylist()]
        live.fill([terms for terms in terms_of(texts, model.lexicon) if terms.size])
    return _most_held()


def _most_held() -> int:
    """Return the most memory this process held, in kilobytes.

    `getrusage` would say the parent's if that was more: a process begins as its parent's copy.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def chain(file: Path) -> float:
    """Return the CPU seconds of the engine's chain over a file, kernels loaded before."""
    from guanlan.bench.chain import Course, engine_chain  # not above: it brings the peers' libraries

    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), Inventor())
        analyser, rows = Analyser(course.model, course.watches), course.rows()
        engine_chain(Analyser(course.model, course.watches), course.file(1000), course.rows())
        begun = process_time()
        engine_chain(analyser, file, rows)
        return process_time() - begun


def fast_text(texts: str, model: str) -> None:
    """Train fastText on a file of texts, again where it says NaN, as it does by chance."""
    import fasttext

    for _try in range(20):
        with suppress(RuntimeError):
            options = {"wordNgrams": 3, "dim": 16, "lr": 0.01, "epoch": 2, "bucket": 1 << 18, "thread": 1}
            fasttext.train_supervised(texts, verbose=0, **options).save_model(model)
            return
    raise RuntimeError("fastText said NaN every time")


def main(what: str, *rest: str) -> None:
    """Print the figure, or write the model."""
    if what == "fasttext":
        fast_text(*rest)
    else:
        sys.stdout.write(f"{memory() if what == 'memory' else chain(Path(rest[0]))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
