"""Reading a text: its latest wording, who must sign next, what has been signed."""

from datetime import datetime

from django.db.models import QuerySet

from guanlan.approvals.models import Signature, Step, Text, Version
from guanlan.people.models import Person
from guanlan.people.permissions import functions_of
from guanlan.people.queries import persons_with


def latest(text: Text) -> Version:
    """Return the wording in force: the version with the highest number."""
    return text.versions.order_by("-number")[0]


def next_step(version: Version) -> Step | None:
    """Return the first step nobody has signed on this version, or None when all have."""
    signed = version.signatures.filter(verdict=Signature.Verdict.SIGNED).values("step")
    return version.text.steps.exclude(pk__in=signed).order_by("order").first()


def who_may_sign(version: Version, *, at: datetime) -> QuerySet[Person]:
    """Return the persons who may sign the next step: right function, and no author's hand."""
    step = next_step(version)
    if step is None:
        return Person.objects.none()
    signed = version.signatures.values("person")
    return persons_with(step.function, at=at).exclude(pk__in=authors(version)).exclude(pk__in=signed)


def authors(version: Version) -> list[int]:
    """Return the primary keys of everybody who wrote any version up to this one."""
    written = version.text.versions.filter(number__lte=version.number)
    return list(written.values_list("written_by", flat=True).distinct())


def may_sign(person: Person, version: Version, *, at: datetime) -> bool:
    """Say whether it is this person's turn."""
    step = next_step(version)
    if step is None or person.pk in authors(version) or version.signatures.filter(person=person).exists():
        return False
    return step.function in functions_of(person, at=at)
