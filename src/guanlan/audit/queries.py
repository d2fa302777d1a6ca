"""Reading the chain, and checking that nobody changed it."""

from collections.abc import Iterator

from django.db.models import QuerySet

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


def found(*, verb: str = "", actor: str = "", subject: str = "") -> QuerySet[Entry]:
    """Return the entries of a verb or a package of verbs, by one actor, about one subject; newest first."""
    entries = Entry.objects.order_by("-number")
    if verb:
        entries = entries.filter(verb__startswith=verb)
    if actor:
        entries = entries.filter(actor=actor)
    if subject:
        entries = entries.filter(subject=subject)
    return entries


def verbs() -> list[str]:
    """Return every verb that was ever written, in order."""
    return list(Entry.objects.order_by("verb").values_list("verb", flat=True).distinct())


def head() -> Head:
    """Return the chain's last number and seal."""
    return Head.objects.filter(pk=1).first() or Head()
