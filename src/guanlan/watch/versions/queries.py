"""Reading versions of the model, which one is in force, and what there is to learn from."""

from dataclasses import dataclass

from django.db.models import Count

from guanlan.clocks.models import Stream
from guanlan.engine.recalibrate import FEWEST
from guanlan.people.models import Person
from guanlan.watch import folding
from guanlan.watch.models import JUDGEMENTS, Correction, JournalEntry, ModelVersion
from guanlan.watch.versions.comparing import Comparison, compare
from guanlan.watch.versions.judged import frozen, judged


@dataclass(frozen=True)
class Platform:
    """A platform and how many of its posts people judged."""

    name: str
    judged: int

    @property
    def missing(self) -> int:
        """How many more must be judged before its scores can be put right."""
        return max(0, FEWEST - self.judged)


def platforms(person: Person, stream: Stream) -> list[Platform]:
    """Return the platforms of judged posts, the most judged first; copies are not counted."""
    said = Correction.visible_to(person).filter(
        stream=stream, kind__in=JUDGEMENTS, post__reading__copy_of=None
    )
    counts = said.values("post__platform").annotate(posts=Count("post", distinct=True)).order_by()
    found = [Platform(row["post__platform"], row["posts"]) for row in counts]
    return sorted(found, key=lambda one: (-one.judged, one.name))


def chosen(stream: Stream) -> ModelVersion | None:
    """Return the version that was put in force last, taken by the worker or not; None: what ships."""
    last = JournalEntry.objects.filter(stream=stream, change__kind="model").order_by("-number").first()
    return None if last is None else ModelVersion.objects.defer("content").get(key=last.change["version"])


def examined(version: ModelVersion) -> list[tuple[str, Comparison]]:
    """Compare a version with the one it goes on from: on what ships, and on what was held back."""
    after = folding.model_of(version)
    before = folding.model_of(version.base) if version.base else folding.model()
    sets = [("frozen", frozen())]
    if version.platform:
        sets.append(("held", judged(version.stream, version.platform, held=True)))
    return [(name, compare(before, after, posts, version.platform)) for name, posts in sets]
