"""What speed must not cost: the fast ways find what the exact ones find."""

from gettext import gettext as _
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from guanlan.bench.copies import grams
from guanlan.bench.invented import Posts, batches, queries, terms, watches
from guanlan.bench.live import Live, Terms, fed, named, terms_of
from guanlan.bench.reading import Material, PlainQueries, automaton
from guanlan.bench.rounds import Finding, reached
from guanlan.engine.duplicates import SHORTEST, Duplicates
from guanlan.engine.postings import PRIOR_TOPICS, weight_of
from guanlan.engine.query import compile_watches
from guanlan.engine.scan import TermScan
from guanlan.engine.text import normalise

LIVE, ASKED = 5000, 3000
ALIKE = 0.7  # Jaccard


def same_hits(material: Material) -> Finding:
    """Every occurrence and every query that holds, as automaton and plain Python find them."""
    asked = queries(material.inventor, 300, terms(material.inventor, 1500))
    plain, matcher = PlainQueries(asked), compile_watches(watches(asked))
    classic, scan = automaton(plain.words), TermScan(plain.words)
    numbers = {f"q{number}": number for number in range(len(asked))}
    ours: set[tuple[int, int, int]] = set()
    theirs: set[tuple[int, int, int]] = set()
    for at, (texts, batch) in enumerate(zip(material.read[:3], material.batches[:3], strict=True)):
        base = at * 1000
        posts, found, places = scan.find(texts)
        starts = texts.starts[posts]
        ours |= set(zip((posts + base).tolist(), found.tolist(), (places - starts).tolist(), strict=True))
        ours |= {(hit.post + base, -1 - numbers[hit.watch], 0) for hit in matcher.match(texts, batch)}
        for post in range(len(texts)):
            words: dict[int, list[int]] = {}
            for end, word in classic.iter(texts.string(post)):
                words.setdefault(word, []).append(end - plain.sizes[word] + 1)
            theirs |= {(post + base, word, place) for word, where in words.items() for place in where}
            theirs |= {(post + base, -1 - query, 0) for query in plain.all(words)}
    share = len(ours & theirs) / max(1, len(ours | theirs))
    return reached(
        _("命中与自动机一致（{count} 处）").format(count=f"{len(theirs):,}"), share * 100, 100, unit=" %"
    )


def same_topics(material: Material) -> Finding:
    """The topic of the nearest text: capped lists against every posting, with the same weights."""
    posts = material.inventor.posts(LIVE + ASKED)
    documents = terms_of(posts.texts, material.model.lexicon)
    live = [at for at in range(LIVE) if documents[at].size]
    asked = [at for at in range(LIVE, LIVE + ASKED) if posts.topics[at] >= 0 and documents[at].size]
    topics = Live(LIVE).fill([documents[at] for at in live]).topics
    places = [topics.nearest(documents[at])[0] for at in asked]
    capped = [-1 if number is None else live[number - 1] for number in places]
    exact = _nearest([documents[at] for at in live], [documents[at] for at in asked])
    ours = _hits(posts, asked, capped)
    theirs = _hits(posts, asked, [live[at] for at in exact])
    return reached(
        _("聚类近邻同题，占精确的（精确 {share:.3f}）").format(share=theirs / len(asked)),
        100 * ours / max(1, theirs),
        95,
        unit=" %",
    )


def _hits(posts: Posts, asked: list[int], found: list[int]) -> int:
    return sum(
        1
        for one, other in zip(asked, found, strict=True)
        if other >= 0 and posts.topics[one] == posts.topics[other]
    )


def _nearest(live: list[Terms], asked: list[Terms]) -> list[int]:
    """Return the place of the text with the highest cosine, over all terms."""
    known, spread = np.unique(np.concatenate(live), return_counts=True)
    weights = np.array([weight_of(len(live) + PRIOR_TOPICS, int(count)) for count in spread], float)

    def matrix(documents: list[Terms]) -> csr_matrix:
        columns = [np.searchsorted(known, terms) for terms in documents]
        held = [
            (at < known.size) & (known[np.minimum(at, known.size - 1)] == terms)
            for at, terms in zip(columns, documents, strict=True)
        ]
        kept = [at[here] for at, here in zip(columns, held, strict=True)]
        ends = np.cumsum([0, *map(len, kept)])
        places = np.concatenate(kept)
        return csr_matrix((weights[places], places, ends), (len(documents), known.size))

    before = matrix(live)
    norms = np.sqrt(np.asarray(before.multiply(before).sum(axis=1)).ravel())
    found: list[int] = []
    for first, last in pairwise([*range(0, len(asked), 500), len(asked)]):
        dots = (matrix(asked[first:last]) @ before.T).toarray() / np.maximum(norms, 1e-9)
        found += np.argmax(dots, axis=1).tolist()
    return found


def same_copies(material: Material) -> Finding:
    """Posts with an earlier one of Jaccard .7 or more that are told as copies."""
    posts = material.inventor.posts(LIVE)
    read = [normalise(batch.column("title"), batch.column("text")) for batch in batches(posts.texts)]
    told = fed(Duplicates(), named(read))
    texts = ["".join(filter(str.isalnum, one.string(post))) for one in read for post in range(len(one))]
    sets = [sorted(set(grams(text))) for text in texts]
    number: dict[str, int] = {}
    columns = [number.setdefault(gram, len(number)) for one in sets for gram in one]
    ends = np.cumsum([0, *map(len, sets)])
    held = csr_matrix((np.ones(len(columns)), columns, ends), (len(sets), len(number)))
    shared = (held @ held.T).tocoo()
    sizes = np.diff(ends)
    later = shared.row > shared.col
    union = sizes[shared.row] + sizes[shared.col] - shared.data
    alike = set(shared.row[later & (shared.data >= ALIKE * union)].tolist())
    alike = {post for post in alike if len(texts[post]) >= SHORTEST}
    found = sum(1 for post in alike if told[post] is not None)
    return reached(
        _("近似重复找回（{count} 条 Jaccard ≥ 0.7）").format(count=f"{len(alike):,}"),
        100 * found / max(1, len(alike)),
        95,
        unit=" %",
    )


def findings(material: Material) -> list[Finding]:
    """Return the lines of this module."""
    return [same_hits(material), same_topics(material), same_copies(material)]
