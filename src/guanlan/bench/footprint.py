"""Memory, disk, start, and what a second process costs the first: each measured in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path
from statistics import median

from guanlan.bench.invented import lines
from guanlan.bench.product import Product
from guanlan.bench.rounds import Finding, bounded

GUANLAN = Path(sys.executable).with_name("guanlan")
MEGABYTE = 1 << 20


def seconds(command: Sequence[str | Path], times: int = 3) -> float:
    """Return the median CPU time of a command that a first, untimed call has warmed up."""
    found = []
    for _time in range(times + 1):
        before = os.times()
        subprocess.run(command, check=True, capture_output=True)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        found.append(spent)
    return median(found[1:])


def start(folder: Path) -> list[Finding]:
    """What it takes until something happens."""
    post, out = folder / "one.jsonl", folder / "out.jsonl"
    post.write_bytes(lines(["guanlan"])[0])
    return [
        bounded(
            _("启动：guanlan analyse 一条"),
            seconds([GUANLAN, "analyse", post, "--out", out]),
            2.5,
            unit=_(" 秒"),
        ),
        bounded(
            _("启动：import guanlan.engine"),
            seconds([sys.executable, "-c", "import guanlan.engine.pipeline"]),
            1.0,
            unit=_(" 秒"),
        ),
    ]


def memory() -> Finding:
    """The engine's process with 100,000 live topics, its memory of near copies full."""
    run = subprocess.run(
        [sys.executable, "-m", "guanlan.bench.alone", "memory"], check=True, capture_output=True, text=True
    )
    return bounded(_("内存：10 万个现存聚类，近似重复窗口写满"), int(run.stdout) / 1024, 800, unit=" MB")


def two_processes(file: Path) -> Finding:
    """CPU a post with two processes at once, against one alone."""
    command = [sys.executable, "-m", "guanlan.bench.alone", "chain", str(file)]
    ratios = []
    for _time in range(3):
        (alone,) = _at_once(command, 1)
        both = _at_once(command, 2)
        ratios.append(sum(both) / len(both) / alone)
    return bounded(_("第二个进程：每条 CPU 与单进程之比"), median(ratios), 1.3, aim=1.15, unit=_(" 倍"))


def _at_once(command: Sequence[str], count: int) -> list[float]:
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _one in range(count)]
    return [float(one.communicate()[0]) for one in running]


def disk(product: Product, written: Sequence[bytes]) -> Finding:
    """What a post takes on disk beyond its own JSON: its row, reading and hits, with all their indexes."""
    used = product.bytes_used()
    own = sum(map(len, written)) / len(written)
    return bounded(_("磁盘：每条在自身 JSON 之外"), used - own, 320, unit=_(" 字节"))
