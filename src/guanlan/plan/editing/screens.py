"""What the pages of a draft show: its parts, and what the check finds in them."""

import re
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from guanlan.plan.document import PlanDocument
from guanlan.plan.editing.mending import Mend, mends
from guanlan.plan.editing.names import detail, section_name, title
from guanlan.plan.editing.places import Place, digest_of, find
from guanlan.plan.editing.shapes import Section, sections
from guanlan.plan.fields import Part
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document, findings

COMMENT = re.compile(r"(?:^|\s)#", re.M)


def overview(version: PlanVersion, *, today: date) -> dict[str, Any]:
    """Return the sections with how many parts each has and how many findings."""
    plan, found = document(version), _mends(version, today)
    rows = [
        {
            "section": section,
            "name": section_name(section),
            "count": len(parts_of(plan, section)) if section.many else None,
            "mends": sum(mend.section == section.name for mend in found),
        }
        for section in sections().values()
    ]
    return _common(version) | {"rows": rows, "mends": found}


def listed(version: PlanVersion, section: Section, *, today: date) -> dict[str, Any]:
    """Return the parts of a section, each with what the check finds in it."""
    plan = document(version)
    found = [mend for mend in _mends(version, today) if mend.section == section.name]
    rows = [
        {
            "key": part.key,  # type: ignore[attr-defined]
            "name": title(part),
            "detail": detail(part, plan),
            "mends": [mend for mend in found if mend.item == part.key],  # type: ignore[attr-defined]
            "seen": digest_of(find(version.document, Place(section, part.key))),  # type: ignore[attr-defined]
        }
        for part in parts_of(plan, section)
    ]
    return _common(version) | {
        "section": section,
        "name": section_name(section),
        "rows": rows,
        "mends": found,
    }


def parts_of(plan: PlanDocument, section: Section) -> tuple[Part, ...]:
    """Return the parts of a section that has many."""
    found: Any = plan
    for step in section.path:
        found = getattr(found, step)
    parts: tuple[Part, ...] = found
    return parts


class Sheet:
    """The page of one part's form."""

    def __init__(self, version: PlanVersion, place: Place, *, today: date) -> None:
        self.version, self.place, self.today = version, place, today
        self.plan = document(version)

    def page(self) -> dict[str, Any]:
        """Return what stands around the boxes."""
        section = self.place.section
        return _common(self.version) | {
            "section": section,
            "section_name": section_name(section),
            "name": self.name,
            "is_another": section.many and not self.place.key,
            "mends": [mend for mend in _mends(self.version, self.today) if self._is_here(mend)],
        }

    @cached_property
    def name(self) -> str:
        """What the part is called."""
        section = self.place.section
        if not section.many:
            return section_name(section)
        parts = (part for part in parts_of(self.plan, section) if getattr(part, "key", "") == self.place.key)
        return next(map(title, parts), _("新的一项"))

    def _is_here(self, mend: Mend) -> bool:
        here = (self.place.section.name, self.place.key)
        return bool(self.place.key or not self.place.section.many) and (mend.section, mend.item) == here


def _mends(version: PlanVersion, today: date) -> list[Mend]:
    return list(mends(findings(version, today=today), document(version)))


def _common(version: PlanVersion) -> dict[str, Any]:
    return {
        "version": version,
        "editable": version.state == PlanVersion.State.DRAFT,
        "has_comments": bool(COMMENT.search(version.source)),
    }
