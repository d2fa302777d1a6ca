"""Two versions of the model on the same posts: what each gets right, and where they differ."""

from dataclasses import dataclass

from guanlan.engine.heads import judge
from guanlan.engine.model import CLASSES, STANCE, Model
from guanlan.watch.preparing import stance_of
from guanlan.watch.versions.judged import Judged


@dataclass(frozen=True)
class Score:
    """Counts over the posts: `right` of `texts`, `found` of `negative`, `alarms` of the others."""

    texts: int
    right: int
    negative: int
    found: int
    alarms: int


@dataclass(frozen=True)
class Difference:
    """A post that the two call differently."""

    key: str
    words: str
    truth: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """One set of posts, read by both."""

    before: Score
    after: Score
    differences: tuple[Difference, ...]

    @property
    def loses(self) -> bool:
        """Whether the newer one finds fewer of the negative posts."""
        return self.after.found < self.before.found


def compare(before: Model, after: Model, posts: Judged, platform: str) -> Comparison:
    """Let both models read `posts` as posts of `platform`, and count."""
    truth = [CLASSES[place] for place in posts.truth.tolist()]
    older, newer = said(before, posts, platform), said(after, posts, platform)
    rows = zip(posts.keys, posts.words, truth, older, newer, strict=True)
    return Comparison(
        _score(truth, older),
        _score(truth, newer),
        tuple(Difference(*row) for row in rows if row[3] != row[4]),
    )


def said(model: Model, posts: Judged, platform: str) -> list[str]:
    """Return what the model calls each post, as the product would store it."""
    shares = judge(posts.texts, model, [platform] * len(posts))[STANCE].tolist()
    return [stance_of(dict(zip(CLASSES, row, strict=True)), model.negative_at) for row in shares]


def _score(truth: list[str], called: list[str]) -> Score:
    pairs = list(zip(truth, called, strict=True))
    return Score(
        len(pairs),
        sum(true == call for true, call in pairs),
        truth.count("negative"),
        pairs.count(("negative", "negative")),
        sum(call == "negative" != true for true, call in pairs),
    )
