"""What one more post costs when there is already much: ratios of microseconds a post, in one run."""

import tempfile
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path
from time import process_time

from guanlan.bench.invented import Asked, Inventor, batches, queries, terms, watches
from guanlan.bench.live import Live, Terms, fed, named, terms_of
from guanlan.bench.reading import Material
from guanlan.bench.rounds import Finding, Side, bounded, timed
from guanlan.bench.rows import Row, Rows
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.pipeline import Analyser
from guanlan.engine.query import Watch, compile_watches
from guanlan.engine.text import normalise

STEP = 10_000  # posts invented at once
LATEST = 5_000  # posts at an age that are timed
ROUNDS = 3


def live_topics(material: Material, few: int = 1_000, many: int = 100_000) -> Finding:
    """One post against 1,000 and 100,000 live topics."""
    lexicon = material.model.lexicon
    documents: list[Terms] = []
    while len(documents) < many + 2000:
        found = terms_of(material.inventor.posts(STEP).texts, lexicon)
        documents += [terms for terms in found if terms.size]
    sides = []
    for live in (few, many):
        filled = Live(live).fill(documents[:live])
        sides.append(Side("", 2000, lambda filled=filled: lambda: filled.take(documents[-2000:])))  # type: ignore[misc]
    small, large = timed(sides, ROUNDS)
    what = _("聚类：现存 {few} → {many} 个").format(few=f"{few:,}", many=f"{many:,}")
    return bounded(what, large.middle / small.middle, 2.0, unit=_(" 倍"))


def many_queries(material: Material, few: int = 10, many: int = 10_000) -> Finding:
    """As many matches, whether 10 queries are asked or 10,000: the others ask for what nobody writes."""
    asked = queries(material.inventor, few, terms(material.inventor, 6 * few))
    idle = [word[::-1] + word for word in terms(material.inventor, 6000)]
    others: list[Asked] = queries(material.inventor, many - few, idle)
    sides = []
    for some in (asked, [*asked, *others]):
        matcher = compile_watches(watches(some))
        matcher.find(material.read[0], material.batches[0])

        def work(matcher=matcher):  # type: ignore[no-untyped-def]
            pairs = zip(material.read, material.batches, strict=True)
            return lambda: [matcher.find(texts, batch) for texts, batch in pairs]

        sides.append(Side("", len(material.texts), work))
    small, large = timed(sides, ROUNDS)
    what = _("查询：{few} → {many} 条，命中不变").format(few=few, many=f"{many:,}")
    return bounded(what, large.middle / small.middle, 15, unit=_(" 倍"))


def copies_window(posts: tuple[int, int]) -> Finding:
    """A near-copy search after so many posts and after ten times as many."""
    inventor, duplicates = Inventor(11), Duplicates()
    costs, taken = [], 0
    for wanted in posts:
        while taken < wanted:
            read = [
                normalise(batch.column("title"), batch.column("text"))
                for batch in batches(inventor.posts(STEP).texts)
            ]
            coming = named(read, taken)
            begun = process_time()
            fed(duplicates, coming)
            spent = (process_time() - begun) / STEP * 1e6
            taken += STEP
        costs.append(spent)
    few, many = (f"{count:,}" for count in posts)
    return bounded(
        _("近似重复：读过 {few} → {many} 条").format(few=few, many=many),
        costs[1] / costs[0],
        1.6,
        unit=_(" 倍"),
    )


def age(watching: Sequence[Watch], material: Material, posts: tuple[int, int]) -> Finding:
    """The engine early and late in a stream: its last 5,000 posts of each."""
    inventor, analyser = Inventor(13), Analyser(material.model, watching)
    costs, taken = [], 0
    for wanted in posts:
        while taken < wanted:
            coming = batches(inventor.posts(LATEST).texts, first=taken)
            begun = process_time()
            for batch in coming:
                analyser.feed(batch)
            spent = (process_time() - begun) / LATEST * 1e6
            taken += LATEST
        costs.append(spent)
    few, many = (f"{count:,}" for count in posts)
    return bounded(
        _("流的年龄：{few} → {many} 条").format(few=few, many=many), costs[1] / costs[0], 1.3, unit=_(" 倍")
    )


def stored_rows(rows: tuple[int, int]) -> list[Finding]:
    """Inserting, and reading an event's newest posts, among few and many stored ones."""
    text = Inventor(17).posts(1000).texts
    inserts, reads, taken = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        kept = Rows(Path(folder))
        for wanted in rows:
            costs: list[float] = []
            while taken < wanted:
                coming = [_row(taken + at, text[at]) for at in range(1000)]
                begun = process_time()
                kept.keep(coming, ())
                costs.append(process_time() - begun)
                taken += 1000
            inserts.append(sum(costs[-20:]) / min(20, len(costs)))
            begun = process_time()
            for event in range(2000):
                kept.of_event(str(event % 400))
            reads.append(process_time() - begun)
        kept.close()
    few, many = (f"{count:,}" for count in rows)
    return [
        bounded(
            _("写入：已存 {few} → {many} 条").format(few=few, many=many),
            inserts[1] / inserts[0],
            2.5,
            unit=_(" 倍"),
        ),
        bounded(
            _("事件页查询：已存 {few} → {many} 条").format(few=few, many=many),
            reads[1] / reads[0],
            3,
            unit=_(" 倍"),
        ),
    ]


def _row(number: int, text: str) -> Row:
    at = number * 200_000
    return (
        *(
            number,
            "weibo",
            f"p{number:09d}",
            f"https://example.com/{number}",
            text,
            f"a{number % 50021}",
            3,
            at,
        ),
        *(1, 2, 3, 100, 800, 100, None, str(number * 7919 % 100_003 if number % 3 else number % 400)),
    )
