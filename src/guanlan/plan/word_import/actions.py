"""Taking a Word file in, placing its lines, and making a draft of it."""

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, Refused
from guanlan.evidence.actions import keep_file
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.plan.document import PlanDocument
from guanlan.plan.editing.actions import begin_draft
from guanlan.plan.models import PlanVersion, WordPlan
from guanlan.plan.permissions import MANAGE
from guanlan.plan.word_import.joining import joined
from guanlan.plan.word_import.placing import PLACES, built, proposed
from guanlan.plan.word_import.queries import lines_of
from guanlan.plan.word_import.reading import read


class NoChapters(BadInput):
    """Every line was skipped."""


class DraftMade(Refused):
    """The file has already become a draft."""


class UnfitPlaces(BadInput):
    """What was chosen does not fit the file's lines."""


def take_word(*, stream: Stream, upload: Any, person: Person, now: datetime) -> WordPlan:
    """Keep a Word file as it is, with a place proposed for each of its lines. Raises UnfitWord."""
    require(person, MANAGE, at=now)
    content = upload.read()
    places = proposed(read(content, upload.name))
    kept = ContentFile(content, name=upload.name)
    with transaction.atomic():
        file = keep_file(stream=stream, upload=kept, person=person, now=now, permission=MANAGE)
        word = WordPlan.objects.create(
            stream=stream, unit=person.unit, file=file, places=places, taken_by=person, taken_at=now
        )
        _record("plan.take_word", word, person, now)
    return word


def place_lines(*, word: WordPlan, places: list[str], person: Person, now: datetime) -> None:
    """Keep where a person wants each line. Raises UnfitPlaces and DraftMade."""
    require(person, MANAGE, at=now)
    if len(places) != len(word.places) or not set(places) <= set(PLACES):
        raise UnfitPlaces(_("没有保存：选择和文件的段数对不上。请重新打开这一页再选。"))
    with transaction.atomic():
        word = _open(word)
        word.places = places
        word.save(update_fields=["places"])
        _record("plan.place_lines", word, person, now)


def draft_from_word(
    *,
    word: WordPlan,
    base: PlanDocument,
    grounds: dict[str, int | None],
    name: str,
    label: str,
    person: Person,
    now: datetime,
) -> PlanVersion:
    """Make a draft: the chapters from the file, all else from `base`; `grounds` as in `joining.joined`.

    Raises NoChapters, DraftMade and plan.actions.LabelTaken.
    """
    require(person, MANAGE, at=now)
    chapters = built(lines_of(word), word.places)
    if not chapters:
        raise NoChapters(_("所有段落都跳过了，没有条款可用。请至少留一段作条款。"))
    plan = joined(base, chapters, grounds)
    plan = plan.model_copy(update={"meta": plan.meta.model_copy(update={"name": name})})
    with transaction.atomic():
        word = _open(word)
        word.draft = begin_draft(base=plan, label=label, person=person, now=now)
        word.save(update_fields=["draft"])
        _record("plan.draft_from_word", word, person, now)
    return word.draft


def _open(word: WordPlan) -> WordPlan:
    word = WordPlan.objects.select_for_update(of=("self",)).select_related("file", "draft").get(pk=word.pk)
    if word.draft is not None:
        raise DraftMade(
            _("这份文件已经起成草案 %(label)s。要改请去改草案，要重来请再传一次文件。")
            % {"label": word.draft.label}
        )
    return word


def _record(verb: str, word: WordPlan, person: Person, now: datetime) -> None:
    facts = {"file": word.file.sha256}
    if word.draft is not None:
        facts["draft"] = word.draft.key
    record(
        actor=person.key,
        verb=verb,
        kind="plan",
        subject=word.key,
        stream=word.stream_id,
        at=now,
        facts=facts,
    )
