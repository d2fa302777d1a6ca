"""Reading the chain, and checking that nobody changed it."""

from collections.abc import Iterator

from guanlan.audit.models import Entry, Head
from guanlan.audit.seals import GENESIS, seal

_FIELDS = ("number", "at", "actor", "verb", "kind", "subject", "stream", "facts")


def breaks() -> Iterator[int]:
    """Yield the number of every entry that does not follow from the one before it.

    Also yields one number past the last entry if the head names a later or another
    last entry, so that a cut tail is found too.
    """
    previous, expected = GENESIS, 1
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        fields = {name: getattr(entry, name) for name in _FIELDS}
        if entry.number != expected or entry.previous != previous or entry.seal != seal(fields, previous):
            yield entry.number
        previous, expected = entry.seal, entry.number + 1
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.number, head.seal) != (expected - 1, previous):
        yield expected
