"""Making a version of the model from people's judgements; putting one in force, any earlier one too."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.engine.model import Model
from guanlan.engine.recalibrate import NotEnough, fitted, refuse_few
from guanlan.engine.stance import logits
from guanlan.errors import Refused
from guanlan.people.models import Person
from guanlan.people.permissions import require
from guanlan.watch import folding, journal
from guanlan.watch.models import ModelVersion
from guanlan.watch.permissions import MANAGE_MODELS
from guanlan.watch.versions.judged import Judged, judged
from guanlan.watch.versions.queries import chosen


class TooFewJudged(Refused):
    """The platform's judged posts are too few, or only mistakes."""


class SameModel(Refused):
    """Nothing new would be learnt, or put in force."""


def recalibrate(*, stream: Stream, platform: str, person: Person, now: datetime) -> ModelVersion:
    """Make a version whose stance scores of `platform` are put right by what people judged; return it.

    Of the judged posts one in five is held back for comparing. It goes on from the version chosen
    last, and is not in force. Raises TooFewJudged, SameModel.
    """
    require(person, MANAGE_MODELS, at=now)
    learnt, held = (judged(stream, platform, held=back) for back in (False, True))
    with transaction.atomic():
        touch(stream)  # puts two who press at once behind each other
        base = chosen(stream) or _shipped(stream, now)
        plain = folding.model_of(base)
        try:
            refuse_few(len(learnt) + len(held), _right(plain, learnt) + _right(plain, held))
        except NotEnough as few:
            raise TooFewJudged(str(few)) from few
        line = fitted(logits(learnt.texts, plain), learnt.truth, plain.negative_at)
        model = plain.corrected({**plain.sources, platform: line})
        if ModelVersion.objects.filter(stream=stream, fingerprint=model.fingerprint).exists():
            raise SameModel(_("从上次校准以来没有新的核对，得到的还是同一个版本。请多核对一些再校准。"))
        version = _keep(stream, model, now, base=base, platform=platform, person=person, count=len(learnt))
        _record("watch.recalibrate", version, person, now, platform=platform, judged=str(len(learnt)))
    return version


def put_in_force(*, version: ModelVersion, person: Person, now: datetime) -> None:
    """Let posts be read with a version from now on; what was read before stays as it was read.

    The same step goes back to any earlier version, the one that ships too. Raises SameModel.
    """
    require(person, MANAGE_MODELS, at=now)
    with transaction.atomic():
        touch(version.stream)
        before = chosen(version.stream)
        standing = before.fingerprint if before else folding.model().fingerprint
        if standing == version.fingerprint:
            raise SameModel(_("第 %(number)d 版已经在用，没有再换。") % {"number": version.number})
        change = {"kind": "model", "version": version.key, "fingerprint": version.fingerprint}
        journal.append(version.stream, kind=journal.Kind.CHANGE, at=now, change=change)
        _record("watch.put_in_force", version, person, now, before=standing)


def _right(model: Model, posts: Judged) -> int:
    return int((logits(posts.texts, model).argmax(axis=1) == posts.truth).sum())


def _shipped(stream: Stream, now: datetime) -> ModelVersion:
    """Return the version that holds the model that ships, keeping it the first time it is needed."""
    model = folding.model()
    found = ModelVersion.objects.filter(stream=stream, fingerprint=model.fingerprint).first()
    return found or _keep(stream, model, now)


def _keep(
    stream: Stream,
    model: Model,
    now: datetime,
    *,
    base: ModelVersion | None = None,
    platform: str = "",
    person: Person | None = None,
    count: int = 0,
) -> ModelVersion:
    last = ModelVersion.objects.filter(stream=stream).aggregate(last=Max("number"))["last"] or 0
    return ModelVersion.objects.create(
        stream=stream,
        number=last + 1,
        fingerprint=model.fingerprint,
        content=model.packed(),
        base=base,
        platform=platform,
        judged=count,
        made_at=now,
        made_by=person,
        changed_seq=touch(stream),
    )


def _record(verb: str, version: ModelVersion, person: Person, now: datetime, **facts: str) -> None:
    record(
        actor=person.key,
        verb=verb,
        kind="model",
        subject=version.key,
        stream=version.stream_id,
        at=now,
        facts=facts | {"number": version.number, "fingerprint": version.fingerprint},
    )
