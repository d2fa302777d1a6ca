"""Changing a draft part by part, and beginning one."""

import copy
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from guanlan.audit.actions import record
from guanlan.audit.queries import found
from guanlan.errors import BadInput, Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.actions import LabelTaken, draft_version
from guanlan.plan.document import PlanDocument, digest
from guanlan.plan.editing import examples
from guanlan.plan.editing.keys import give_keys, keys_in
from guanlan.plan.editing.mending import misplaced, on_screen
from guanlan.plan.editing.places import Place, Tree, digest_of, find, put, rows_of
from guanlan.plan.editing.typed import Plain, blanks
from guanlan.plan.editing.writing import written
from guanlan.plan.models import PlanVersion
from guanlan.plan.permissions import MANAGE
from guanlan.plan.placeholders import named

Alter = Callable[[Tree], str]  # gives the key of what it altered


class NotEditable(Refused):
    """Only a draft can be changed."""


class ChangedMeanwhile(Refused):
    """Somebody else has saved this part since it was opened."""


class UnfitPart(BadInput):
    """What was typed is no such part; `errors` has a sentence for each box concerned."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        first = next(iter(errors.values()))
        super().__init__(
            _("没有保存：有 %(count)d 处要改。%(first)s") % {"count": len(errors), "first": first}
        )


class NoSuchPart(Refused):
    """There is no part with this key."""

    status = 404


def save_part(
    *, version: PlanVersion, place: Place, typed: Plain, seen: str, person: Person, now: datetime
) -> str:
    """Put what was typed in the part's place, and return the part's key.

    `seen` is the digest of the part as the person opened it. Raises NotEditable, ChangedMeanwhile and
    UnfitPart; then nothing is saved.
    """
    plain: Plain = {}

    def alter(tree: Tree) -> str:
        nonlocal plain
        plain = copy.deepcopy(typed)
        before = find(tree, place)
        if digest_of(before) != seen:
            raise _changed(version, place)
        if place.section.name == "criteria":
            examples.follow(plain, before)
        if before is not None and "effective_on" in before:
            plain["effective_on"] = before["effective_on"]
        give_keys(place.section.item, plain, set(keys_in(tree)) - set(keys_in(before)))
        errors = dict(blanks(place.section.item, plain))
        if errors:
            raise UnfitPart(errors)
        put(tree, place, plain)
        return str(plain.get("key", ""))

    _change(version, place, alter, person=person, now=now)
    return str(plain.get("key", ""))


def remove_part(*, version: PlanVersion, place: Place, seen: str, person: Person, now: datetime) -> None:
    """Take a part out. Raises NotEditable, ChangedMeanwhile, and UnfitPart where one must stay."""

    def alter(tree: Tree) -> str:
        before = find(tree, place)
        if before is None or digest_of(before) != seen:
            raise _changed(version, place)
        rows_of(tree, place.section).remove(before)
        return place.key

    _change(version, place, alter, person=person, now=now)


def move_part(*, version: PlanVersion, place: Place, by: int, person: Person, now: datetime) -> None:
    """Move a part up or down among its like; at the end it stays. Raises NotEditable and NoSuchPart."""

    def alter(tree: Tree) -> str:
        rows, part = rows_of(tree, place.section), find(tree, place)
        if part is None:
            raise NoSuchPart(_("这一处已经不在草案里了。请回到列表再看。"))
        at = rows.index(part)
        rows.insert(max(0, at + by), rows.pop(at))
        return place.key

    _change(version, place, alter, person=person, now=now)


def begin_draft(*, base: PlanDocument, label: str, person: Person, now: datetime) -> PlanVersion:
    """Make a draft with another plan's content under a label of its own. Raises LabelTaken."""
    require(person, MANAGE, at=now)
    plan = base.model_copy(update={"meta": base.meta.model_copy(update={"version": label})})
    try:
        return draft_version(
            unit=person.unit,
            content=written(plan).encode(),
            name=base.meta.name,
            person=person,
            now=now,
            replace=False,
        )
    except LabelTaken as taken:
        raise _label_taken(label) from taken


def _change(version: PlanVersion, place: Place, alter: Alter, *, person: Person, now: datetime) -> None:
    """Alter a draft's content and write its source anew; begin again where somebody else was quicker."""
    require(person, MANAGE, at=now)
    while True:
        before = _editable(PlanVersion.objects.select_related("unit").get(pk=version.pk))
        tree = copy.deepcopy(before.document)
        altered = Place(place.section, alter(tree))
        plan = _valid(tree, altered, before.unit.name)
        # Writing and reading YAML takes a while, so it stands outside the transaction.
        if digest(plan) == before.sha256 or _keep(
            before, plan, written(plan), altered, person=person, now=now
        ):
            return


def _keep(
    before: PlanVersion, plan: PlanDocument, source: str, place: Place, *, person: Person, now: datetime
) -> bool:
    """Store the content, unless the draft has changed since `before`."""
    try:
        with transaction.atomic():
            version = _editable(PlanVersion.objects.select_for_update().get(pk=before.pk))
            if version.sha256 != before.sha256:
                return False
            version.label, version.name, version.source = plan.meta.version, plan.meta.name, source
            version.document, version.sha256 = plan.model_dump(mode="json"), digest(plan)
            version.save()
            facts = {
                "before": before.sha256,
                "sha256": version.sha256,
                "part": place.key or place.section.name,
            }
            record(
                actor=person.key,
                verb="plan.change_draft",
                kind="plan",
                subject=version.key,
                at=now,
                facts=facts | {"label": version.label},
            )
    except IntegrityError as taken:
        raise _label_taken(plan.meta.version) from taken
    return True


def _label_taken(label: str) -> LabelTaken:
    return LabelTaken(_("版本号“%(label)s”已经有了，请换一个。") % {"label": label})


def _editable(version: PlanVersion) -> PlanVersion:
    if version.state != PlanVersion.State.DRAFT:
        raise NotEditable(
            _("这一版现在是“%(state)s”，内容不能再改。要改请另起一份草案。")
            % {"state": version.get_state_display()}
        )
    return version


def _valid(tree: Tree, place: Place, company: str) -> PlanDocument:
    try:
        plan = PlanDocument.model_validate(tree)
    except ValidationError as error:
        raise UnfitPart(on_screen(error, tree, place.section, place.key)) from error
    plan = named(plan, company)
    errors = misplaced(plan, place.section, place.key)
    if errors:
        raise UnfitPart(errors)
    return plan


def _changed(version: PlanVersion, place: Place) -> ChangedMeanwhile:
    part = place.key or place.section.name
    entry = found(verb="plan.change_draft", subject=version.key).filter(facts__part=part).first()
    person = Person.objects.filter(key=entry.actor).first() if entry else None
    if entry is None or person is None:
        return ChangedMeanwhile(_("没有保存：这一处在您打开以后有人改过。您填的还在下面。"))
    return ChangedMeanwhile(
        _("没有保存：%(name)s %(time)s 改过这一处。您填的还在下面。")
        % {"name": person.name, "time": f"{timezone.localtime(entry.at):%H:%M}"}
    )
