"""What the worker does for reports: issues the daily one, asks again who has not read, makes the files."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.audit.actions import record
from guanlan.clocks import edge
from guanlan.clocks.actions import touch
from guanlan.clocks.models import Stream
from guanlan.documents.page import render_html
from guanlan.documents.paper import render_pdf
from guanlan.documents.word import render_docx
from guanlan.errors import Refused
from guanlan.incidents.models import Incident
from guanlan.notify.actions import tell
from guanlan.notify.lateness import marked
from guanlan.notify.models import Message
from guanlan.people.queries import root_unit
from guanlan.reports import queries
from guanlan.reports.actions.daily import issue_daily
from guanlan.reports.actions.following import NotActive, issue_follow_up, remind_of_follow_up
from guanlan.reports.actions.keeping import Overtaken
from guanlan.reports.cadence import next_turn
from guanlan.reports.gathering import dated
from guanlan.reports.models import Receipt, Rendering, Report

NowFor = Callable[[Stream], datetime]
RealNow = Callable[[], datetime]

# A rendering takes seconds; after so long its worker is taken for dead.
RENDERED_WITHIN = timedelta(minutes=5)


class Altered(Refused):
    """The stored report is not what was frozen."""


def chase_next_receipt(now_for: NowFor = edge.now_for) -> bool:
    """Remind the next person whose time to read is over, once, and tell the others who has not read."""
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        unread = Receipt.objects.filter(stream=stream, read_at=None, reminded_at=None, read_by__lt=now)
        receipt = unread.select_related("report__written_by", "report__incident", "person").first()
        if receipt is not None:
            chase(receipt, now=now)
            return True
    return False


def issue_next_daily(now_for: NowFor = edge.now_for) -> bool:
    """Issue the daily report of the next stream whose hour has come; say whether there was one.

    A day that was missed is made up for by one report, once, that says so.
    """
    if root_unit() is None:
        return False
    streams = Stream.objects.filter(closed_at=None, paused=False).order_by("pk")
    return any(issue_daily(stream=stream, now=now_for(stream)) for stream in streams)


def follow_up_next(now_for: NowFor = edge.now_for) -> bool:
    """Remind of a follow-up that is soon due, or send the computed one that is; say whether there was one."""
    for stream in Stream.objects.filter(closed_at=None, paused=False).order_by("pk"):
        now = now_for(stream)
        for incident in Incident.objects.filter(stream=stream, state=Incident.State.ACTIVE).order_by("pk"):
            if _follow_up(incident, now):
                return True
    return False


def _follow_up(incident: Incident, now: datetime) -> bool:
    turn = next_turn(incident)
    if turn is None or now < turn.remind_at:
        return False
    if now < turn.due:
        return remind_of_follow_up(incident=incident, turn=turn, now=now) > 0
    try:
        return issue_follow_up(incident=incident, now=now) is not None
    except (NotActive, Overtaken):
        return True  # a person was faster


def render_next_report(now_for: NowFor = edge.now_for, real_now: RealNow = edge.real_now) -> bool:
    """Make the next file that was asked for; say whether there was one.

    A failure stays as a sentence until somebody asks again.
    """
    claim = _claim(real_now())
    if claim is None:
        return False
    asked, mine = claim
    try:
        made = {
            "content": rendered(asked.report, asked.format, stamp_of(asked)),
            "made_at": now_for(asked.stream),
        }
    except (Refused, RuntimeError, ValueError, OSError) as wrong:
        made = {"failure": str(wrong)[:300] or _("没有做成，原因未知。")}
    mine.update(**made, claimed_until=None, changed_seq=touch(asked.stream))
    return True


def _claim(now: datetime) -> tuple[Rendering, QuerySet[Rendering]] | None:
    """Return the next file and, as a query, the claim to it; workers' claims run on the machine's clock."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    waiting = Rendering.objects.filter(free, made_at=None, failure="")
    asked = waiting.select_related("report", "stream", "person").order_by("asked_at", "pk").first()
    if asked is None:
        return None
    until = now + RENDERED_WITHIN
    # The conditional update is the claim; whoever comes second changes no row and looks for another.
    if not waiting.filter(pk=asked.pk).update(claimed_until=until):
        return _claim(now)
    return asked, Rendering.objects.filter(pk=asked.pk, made_at=None, claimed_until=until)


def stamp_of(asked: Rendering) -> str:
    """Return the words that mark a copy: whose it is, and when it was asked for."""
    return f"{asked.person.name} {dated(asked.asked_at)}" if asked.person else ""


def rendered(report: Report, form: str, stamp: str) -> bytes:
    """Return the report in a format, marked; Altered when the stored report has another hash than its own."""
    frozen = queries.frozen(report)
    if frozen.sha256 != report.sha256:
        raise Altered(
            _("“%(title)s”的内容与校验码不符，没有生成文件。请管理员核对。") % {"title": report.title}
        )
    if form == Rendering.Format.HTML:
        return render_html(frozen, stamp).encode()
    return render_pdf(frozen, stamp) if form == Rendering.Format.PDF else render_docx(frozen, stamp)


def chase(receipt: Receipt, *, now: datetime) -> None:
    """Remind the receipt's person and tell the others who has not read, once."""
    report = receipt.report
    with transaction.atomic():
        # The conditional update is the claim; whoever comes second changes no row.
        mine = Receipt.objects.filter(pk=receipt.pk, read_at=None, reminded_at=None)
        if not mine.update(reminded_at=now, changed_seq=touch(receipt.stream)):
            return
        words = _("还没有签收，请现在看：%(title)s") % {"title": report.title}
        persons = {receipt.person_id: (receipt.person, words)}
        unread = _("%(name)s还没有签收：%(title)s") % {"name": receipt.person.name, "title": report.title}
        for other in (*queries.command_of(report.incident, at=now), report.written_by):
            if other is not None:
                persons.setdefault(other.pk, (other, unread))
        daily = report.kind == Report.Kind.DAILY
        urgency = Message.Urgency.NORMAL if daily else Message.Urgency.URGENT
        seeing = [(person, title) for person, title in persons.values() if queries.may_see(report, person)]
        for person, title in seeing:
            tell(
                stream=report.stream,
                person=person,
                title=marked(title, due=receipt.read_by or now, stream=report.stream, now=now),
                link=reverse("report", args=[report.key]),
                cause=f"report:{report.key}",
                step=f"unread-{receipt.person.key}",
                urgency=urgency,
                now=now,
            )
        record(
            actor="system",
            verb="reports.chase_receipt",
            kind="report",
            subject=report.key,
            stream=report.stream_id,
            at=now,
            facts={"person": receipt.person.key, "told": len(seeing)},
        )
