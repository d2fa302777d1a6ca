"""`guanlan bench`: the table as it grows, and whether every floor was reached."""

from collections.abc import Iterable
from gettext import gettext as _
from importlib.util import find_spec
from typing import TextIO

from guanlan.engine.grid import grid
from guanlan.errors import Refused

PEERS = (
    *("ahocorasick", "ahocorasick_rs", "datasketch", "fasttext", "opencc", "rensa", "river"),
    *("scipy", "sklearn", "snownlp", "sparse_dot_topn"),
)


class NoPeers(Refused):
    """There is nobody to be measured against."""


def bench(out: TextIO, *, quick: bool, long: bool) -> bool:
    """Print the table line by line; return whether every floor was reached. Raises NoPeers."""
    missing = [name for name in PEERS if find_spec(name) is None]
    if missing:
        raise NoPeers(
            _("缺少比较对象 {names}，请在源码目录运行 make bench，它会装好再开始测。").format(
                names=_("、").join(missing)
            )
        )
    from guanlan.bench.report import conditions, findings

    out.write(f"{conditions()}\n\n")
    heads = (_("项目"), _("观澜"), _("对手"), _("要求"), _("结果"), _("负载"))
    out.write(grid(heads, []) + "\n")
    reached = True
    for found in findings(quick=quick, long=long):
        _write(out, found.cells())
        reached = reached and found.ok is not False
    return reached


def _write(out: TextIO, cells: Iterable[str]) -> None:
    out.write(f"| {' | '.join(cells)} |\n")
    out.flush()
