"""Where compiled kernels are kept: a folder named by everything that could make them stale.

numba notices a change of a kernel's own file, not of a constant it takes from another; a
stale kernel has returned old results. So the folder's name holds the hash of all the
engine's sources and numba's version (numba itself tells processors apart).

Where nothing can be written, kernels are compiled anew in every process: the same results, later.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def keep_apart() -> bool:
    """Point numba at the folder of these sources; return whether kernels can be kept at all.

    Must run before numba is first imported.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    candidates = [Path(given)] if given else [home / _fingerprint() for home in _homes()]
    folder = next(filter(_writable, candidates), None)
    if folder is None:
        _keep_none()
        return False
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return True


def _keep_none() -> None:
    """Have numba compile without keeping; it would refuse a kernel that it cannot keep."""
    from numba.core.dispatcher import Dispatcher

    Dispatcher.enable_caching = lambda dispatcher: None  # type: ignore[assignment, method-assign]


def _fingerprint() -> str:
    digest = hashlib.sha256(version("numba").encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _homes() -> Iterator[Path]:
    """Yield where kernels may be kept: one's own cache; the common one, for an account without a home."""
    base = os.environ.get("XDG_CACHE_HOME")
    yield (Path(base) if base else Path.home() / ".cache") / "guanlan" / "kernels"
    try:
        common = tempfile.gettempdir()
    except FileNotFoundError:  # no folder at all that one may write to
        return
    yield Path(common) / f"guanlan-kernels-{os.getuid()}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
