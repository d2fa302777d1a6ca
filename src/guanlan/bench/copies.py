"""Near copies: ours, verified, against MinHash with buckets."""

from gettext import gettext as _

from datasketch import MinHash, MinHashLSH
from rensa import RMinHash, RMinHashLSH

from guanlan.bench.invented import batches
from guanlan.bench.live import fed, named
from guanlan.bench.reading import Material
from guanlan.bench.rounds import Contest, Peer, Side, Work
from guanlan.engine.duplicates import Duplicates
from guanlan.engine.text import normalise

GRAM = 3


def grams(text: str) -> list[str]:
    """Return a text's character 3-grams."""
    return [text[at : at + GRAM] for at in range(len(text) - GRAM + 1)]


class Rensa:
    """rensa with 64 permutations in 16 bands: the candidates of each post, itself then kept."""

    def __init__(self) -> None:
        self.index = RMinHashLSH(threshold=0.6, num_perm=64, num_bands=16)
        self.taken = 0

    def take(self, text: str) -> bool:
        """Return whether an earlier post may be alike; keep this one if none is."""
        self.taken += 1
        print_ = RMinHash(num_perm=64, seed=1)
        print_.update(grams(text))
        if self.index.query(print_):
            return True
        self.index.insert(self.taken, print_)
        return False


class Datasketch:
    """datasketch with 64 permutations, updated in one call a post."""

    def __init__(self) -> None:
        self.index = MinHashLSH(threshold=0.6, num_perm=64)
        self.taken = 0

    def take(self, text: str) -> bool:
        """Return whether an earlier post may be alike; keep this one if none is."""
        self.taken += 1
        print_ = MinHash(num_perm=64, seed=1)
        print_.update_batch([gram.encode() for gram in grams(text)])
        if self.index.query(print_):
            return True
        self.index.insert(self.taken, print_)
        return False


def copying(material: Material) -> Contest:
    """Copies found and verified, against candidates of the peers, which nobody verified."""
    posts = len(material.texts)
    few = material.folded[:2000]
    earlier = material.inventor.posts(posts).texts

    def rensa() -> Work:
        peer = Rensa()
        return lambda: [peer.take(text) for text in material.folded]

    def datasketch() -> Work:
        peer = Datasketch()
        return lambda: [peer.take(text) for text in few]

    before = [normalise(batch.column("title"), batch.column("text")) for batch in batches(earlier)]

    def own() -> Work:
        duplicates = Duplicates()
        fed(duplicates, named(before))  # in use, as it always is: not its first touch of memory is timed
        coming = named(material.read, len(earlier))
        return lambda: fed(duplicates, coming)

    return Contest(
        _("近似重复，经核对"),
        Side("guanlan", posts, own),
        [
            Peer(Side("rensa(64)", posts, rensa), 5, 12),
            Peer(Side("datasketch(64)", len(few), datasketch), 100, 200),
        ],
    )
