"""The worker's part: makes the files that were asked for."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanlan.clocks import edge
from guanlan.documents.frozen import Frozen
from guanlan.documents.paper import render_pdf
from guanlan.documents.word import render_docx
from guanlan.errors import Refused
from guanlan.plan.models import Paper

# A file takes seconds; after so long its worker is taken for dead.
MADE_WITHIN = timedelta(minutes=5)


class Altered(Refused):
    """The stored content is not what was frozen."""


def make_next_paper(real_now: Callable[[], datetime] = edge.real_now) -> bool:
    """Make the next file that was asked for; say whether there was one. A failure stays as a sentence."""
    claim = _claim(real_now())
    if claim is None:
        return False
    asked, mine = claim
    try:
        made = {"content": rendered(asked), "made_at": real_now()}
    except (Refused, RuntimeError, ValueError, OSError) as wrong:
        made = {"failure": str(wrong)[:300] or _("没有做成，原因未知。")}
    mine.update(**made, claimed_until=None)
    return True


def rendered(asked: Paper) -> bytes:
    """Return the file; Altered when the stored content has another hash than its own."""
    stored = json.dumps(asked.frozen, ensure_ascii=False, sort_keys=True, allow_nan=False)
    frozen = Frozen(stored.encode())
    if frozen.sha256 != asked.sha256:
        raise Altered(
            _("“%(title)s”的内容与校验码不符，没有生成文件。请管理员核对。") % {"title": asked.version}
        )
    return render_pdf(frozen) if asked.format == Paper.Format.PDF else render_docx(frozen)


def _claim(now: datetime) -> tuple[Paper, QuerySet[Paper]] | None:
    """Return the next file and, as a query, the claim to it."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    waiting = Paper.objects.filter(free, made_at=None, failure="")
    asked = waiting.select_related("version").order_by("asked_at", "pk").first()
    if asked is None:
        return None
    until = now + MADE_WITHIN
    # The conditional update is the claim; whoever comes second changes no row and looks for another.
    if not waiting.filter(pk=asked.pk).update(claimed_until=until):
        return _claim(now)
    return asked, Paper.objects.filter(pk=asked.pk, made_at=None, claimed_until=until)
