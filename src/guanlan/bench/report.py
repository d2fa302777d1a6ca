"""All of `guanlan bench`, line by line, in one process."""

import tempfile
from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path

from guanlan.bench import growth, kept
from guanlan.bench.chain import NOW, POSTS, QUERIES, TERMS, Course, chaining
from guanlan.bench.copies import copying
from guanlan.bench.footprint import disk, memory, start, two_processes
from guanlan.bench.invented import Inventor
from guanlan.bench.product import Product, opened, stored
from guanlan.bench.reading import Material, contests
from guanlan.bench.roof import near_the_roof
from guanlan.bench.rounds import ROUNDS, Contest, Finding, Peer, Side, held, timed
from guanlan.bench.topics import gathering

PRODUCT_POSTS = 2000


def findings(*, quick: bool = False, long: bool = False) -> Iterator[Finding]:
    """Yield every line; `quick` runs each contest once, on few posts, and leaves growth and processes out."""
    rounds = 1 if quick else ROUNDS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        opened(folder / "home")
        material = Material(posts=1000 if quick else 10_000)
        for contest in [*contests(material), copying(material)]:
            yield from held(contest, rounds)
        yield from held(gathering(material.inventor, material.model.lexicon), rounds)
        yield from _chain(material, folder, rounds, quick=quick)
        yield from kept.findings(material)
        if not quick:
            yield from _growth(material, long=long)
            yield from start(folder)
            yield memory()


def _chain(material: Material, folder: Path, rounds: int, *, quick: bool) -> Iterator[Finding]:
    course = Course(folder, Inventor(), POSTS // 10 if quick else POSTS)
    product = Product(course.watches, NOW, "bench")
    ours, bulk = stored(course.lines[:3000], NOW)
    posts = len(course.lines[:3000])
    yield from held(
        Contest(
            _("写库（产品的帖文表）"),
            Side("guanlan", posts, lambda: ours),
            [Peer(Side("bulk_create", posts, lambda: bulk), 4, 6)],
        ),
        rounds,
    )
    contest = chaining(course)
    contest.own.ready()()
    sides = [contest.own, *(peer.side for peer in contest.peers)]
    own, *others = timed(sides, rounds)
    for peer, other in zip(contest.peers, others, strict=True):
        yield contest.line(peer, own, other)
    taken = iter(range(0, len(course.lines), PRODUCT_POSTS))
    size = min(PRODUCT_POSTS, len(course.lines))

    def through() -> None:
        first = next(taken)
        product.take(course.lines[first : first + size])

    (whole,) = timed([Side("", size, lambda: through)], 1 if quick else 3)
    for peer, other in zip(contest.peers, others, strict=True):
        yield Contest(_("全程：产品自己的路（Django）"), contest.own, ()).line(peer, whole, other)
    yield near_the_roof(material, folder, own.middle, rounds)
    if not quick:
        yield disk(product, course.lines)
        yield two_processes(course.file())


def _growth(material: Material, *, long: bool) -> Iterator[Finding]:
    yield growth.live_topics(material)
    yield growth.many_queries(material)
    yield growth.copies_window((100_000, 1_000_000) if long else (100_000, 300_000))
    course_watches = Course(Path(tempfile.gettempdir()), Inventor(), 0).watches
    yield growth.age(course_watches, material, (10_000, 1_000_000 if long else 60_000))
    yield from growth.stored_rows((100_000, 10_000_000 if long else 1_000_000))


def conditions() -> str:
    """Return what was run on what."""
    return _(
        "{queries} 条查询，{terms} 个词，每项 {rounds} 轮交替；数字是进程 CPU 时间，µs/条，中位数 ± 半幅。"
    ).format(queries=QUERIES, terms=f"{TERMS:,}", rounds=ROUNDS)
