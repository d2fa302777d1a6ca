"""Who signed a version, who still has to, and who could be asked."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from guanlan.people.models import Function, Person, Unit
from guanlan.people.permissions import TABLE
from guanlan.people.queries import persons_with
from guanlan.plan.models import Circulation, PlanVersion, Signature
from guanlan.plan.permissions import SIGN


def latest_circulation(version: PlanVersion) -> Circulation | None:
    """Return the last time the command was asked, or None."""
    return version.circulations.select_related("asked_by").last()


def signatures(circulation: Circulation) -> QuerySet[Signature]:
    """Return who was named, in the order of naming."""
    return circulation.signatures.select_related("person").order_by("pk")


def countersigned(version: PlanVersion) -> Circulation | None:
    """Return the circulation in which everybody named signed this very content, or None: 未经会签."""
    signed = version.circulations.filter(state=Circulation.State.SIGNED, sha256=version.sha256)
    return signed.select_related("asked_by").last()


def marked_unsigned(versions: QuerySet[PlanVersion]) -> QuerySet[PlanVersion]:
    """Return the same versions, each with `unsigned`: published, and never signed."""
    signed = Circulation.objects.filter(
        version=OuterRef("pk"), state=Circulation.State.SIGNED, sha256=OuterRef("sha256")
    )
    return versions.annotate(unsigned=Q(published_at__isnull=False) & ~Exists(signed))


def signed_only_after(version: PlanVersion) -> bool:
    """Say whether the version was published before it was signed."""
    circulation = countersigned(version)
    if version.published_at is None:
        return False
    return circulation is None or signed_at(circulation) > version.published_at


def signed_at(circulation: Circulation) -> datetime:
    """Return when the last signature was given in a circulation that is signed."""
    times = circulation.signatures.filter(verdict=Signature.Verdict.SIGNED).values_list("at", flat=True)
    return max(at for at in times if at)


def awaited_from(version: PlanVersion, person: Person) -> Signature | None:
    """Return the signature that this person still has to give, or None."""
    return awaited(person).filter(circulation__version=version).first()


def who_could_sign(version: PlanVersion, *, at: datetime) -> list[Person]:
    """Return those of the command and the leaders who wrote nothing of it, by name."""
    authors = author_keys(version)
    return [person for person in holders(SIGN, at=at) if person.pk not in authors]


def holders(code: str, *, at: datetime) -> list[Person]:
    """Return everybody who has a permission at a time, by name."""
    found = {
        person.pk: person
        for function in Function
        if function in TABLE[code]
        for person in persons_with(function, at=at)
    }
    return sorted(found.values(), key=lambda person: (person.name, person.pk))


def awaited(person: Person) -> QuerySet[Signature]:
    """Return the signatures that a person still has to give, of whatever version."""
    waiting = Signature.objects.filter(
        circulation__version__state__in=(PlanVersion.State.IN_REVIEW, PlanVersion.State.IN_FORCE),
        circulation__state=Circulation.State.OPEN,
        person=person,
        verdict=Signature.Verdict.AWAITED,
    )
    return waiting.select_related("circulation__version", "circulation__asked_by").order_by(
        "circulation__asked_at"
    )


def author_keys(version: PlanVersion) -> set[int]:
    """Return the primary keys of everybody who handed in a wording of this version."""
    authors = set(version.authors.values_list("pk", flat=True))
    return authors | ({version.created_by_id} if version.created_by_id else set())


def has_published(unit: Unit) -> bool:
    """Say whether the company ever had a plan; its first may be published unsigned."""
    return PlanVersion.objects.filter(unit=unit).exclude(published_at=None).exists()
