"""Where compiled kernels are kept: a folder named by everything that could make them stale.

numba notices a change of a kernel's own file, not of a constant it takes from another; a
stale kernel has returned old results. So the folder's name holds the hash of all the
engine's sources and numba's version (numba itself tells processors apart).
"""

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path


def keep_apart() -> None:
    """Point numba at the folder of these sources; must run before numba is first imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(_home() / _fingerprint()))


def _fingerprint() -> str:
    digest = hashlib.sha256(version("numba").encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _home() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(base) if base else Path.home() / ".cache") / "guanlan" / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home of one's own: a service account
        return Path(tempfile.gettempdir()) / f"guanlan-kernels-{os.getuid()}"
    return folder
