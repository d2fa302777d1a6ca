"""The home page: what waits for the person who looks, and how things stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from guanlan.approvals.models import Text
from guanlan.approvals.queries import latest, may_sign
from guanlan.incidents.handover.queries import to_take
from guanlan.incidents.ladder import next_to_hear
from guanlan.incidents.models import Decision, Incident, Task
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.queries import my_open_tasks
from guanlan.incidents.screens import address, undecided
from guanlan.incidents.states import DOING, RESPONDING
from guanlan.incidents.wording import asks, moment
from guanlan.media.models import Statement
from guanlan.people.models import Person
from guanlan.people.permissions import may
from guanlan.people.swaps.queries import to_answer
from guanlan.plan.life.queries import awaited
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.plan.rulings.queries import unread
from guanlan.reports.cadence import next_turn
from guanlan.reports.models import Receipt
from guanlan.reports.permissions import SUBMIT
from guanlan.site.templatetags.look import number, numeral, percent, rank
from guanlan.watch.models import Event, Reading
from guanlan.watch.permissions import CONFIRM_LEVEL
from guanlan.watch.queries import waiting_events

# How many things to do are shown; who has more looks them up in the incident.
SHOWN = 50
_FAR = timedelta(days=36500)


@dataclass(frozen=True)
class Todo:
    """One thing to do: by when (None: no clock), what the clock asks for, and what happens after it."""

    title: str
    href: str
    deadline: datetime | None
    asks: str
    button: str
    ground: str = ""
    afterwards: str = ""
    offered: bool = False


def todos(person: Person, stream: int, *, now: datetime) -> list[Todo]:
    """Return what waits for the person, the most urgent first."""
    found = [
        *_tasks(person, stream, now),
        *_to_take(person, stream),
        *_to_swap(person, stream, now),
        *_to_confirm(person, stream, now),
        *_to_ratify(person, stream, now),
        *_to_decide(person, stream, now),
        *_to_review(person, stream, now),
        *_to_follow_up(person, stream, now),
        *_to_read(person, stream),
        *_to_sign(person, stream, now),
        *_to_countersign(person),
        *_rulings_to_read(person),
    ]
    return sorted((todo for todo in found if todo.href), key=lambda todo: todo.deadline or now + _FAR)


def headline(waiting: list[Todo], *, now: datetime) -> str:
    """Return the one sentence of the home page."""
    late = sum(todo.deadline is not None and todo.deadline < now for todo in waiting)
    offered = sum(todo.offered and not (todo.deadline and todo.deadline < now) for todo in waiting)
    ahead = [todo.deadline for todo in waiting if todo.deadline and todo.deadline >= now]
    if not waiting:
        return _("现在没有等您办的事")
    parts = []
    if late:
        parts.append(_("%(count)d 项已超时") % {"count": late})
    if offered:
        parts.append(_("%(count)d 项等您接手") % {"count": offered})
    if not parts:
        parts.append(_("%(count)d 项等您办") % {"count": len(waiting)})
    if ahead:
        parts.append(_("最近一项 %(at)s") % {"at": moment(ahead[0], now)})
    return "，".join(parts)


def situation(person: Person, stream: int, *, now: datetime) -> str:
    """Return how things stand: the gravest incident with its last two hours, and the other events."""
    active = Incident.visible_to(person).filter(stream_id=stream, state__in=RESPONDING)
    gravest = min(
        active.select_related("event"), key=lambda found: (rank(found.level) or 9, found.pk), default=None
    )
    recent = Event.visible_to(person).filter(stream_id=stream, last_at__gte=now - timedelta(hours=24))
    recent = recent.filter(state__in=(Event.State.OPEN, Event.State.CONFIRMED))
    if gravest is None:
        graded = recent.exclude(computed_level="", confirmed_level="").count()
        return _("没有启动中的应急事件；近 24 小时 %(all)d 个事件，%(graded)d 个达到等级。") % {
            "all": recent.count(),
            "graded": graded,
        }
    event = gravest.event
    posts = Reading.visible_to(person).filter(event=event, published_at__gte=now - timedelta(hours=2))
    return _(
        "%(name)s %(level)s，近 2 小时 %(posts)s 条，共 %(all)s 条，负面 %(share)s；另有 %(others)d 个事件。"
    ) % {
        "name": gravest.name,
        "level": numeral(gravest.level),
        "posts": number(posts.filter(published_at__lte=now).count()),
        "all": number(event.posts),
        "share": percent(event.negative_permille),
        "others": recent.exclude(pk=event.pk).count(),
    }


def _tasks(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    titles: dict[int, dict[str, str]] = {}
    for place, task in enumerate(my_open_tasks(person, stream, at=now)):
        offered = task.state == Task.State.OFFERED
        version = task.incident.plan_version_id
        if version not in titles:
            titles[version] = _clause_titles(task.incident.plan_version)
        yield Todo(
            title=task.title,
            href=address("task", task.key),
            deadline=task.deadline,
            asks=asks(task),
            button=_("去办") if task.state in DOING else asks(task),
            ground=titles[version].get(task.clause, task.clause),
            afterwards=_afterwards(task, now) if place < SHOWN else "",
            offered=offered,
        )


def _clause_titles(version: PlanVersion) -> dict[str, str]:
    chapters = document(version).chapters
    return {clause.key: clause.title for chapter in chapters for clause in chapter.clauses}


def _afterwards(task: Task, now: datetime) -> str:
    step = next_to_hear(task, now)
    if step is None or not step[1]:
        return ""
    at, persons = step
    more = _("等 %(count)d 人") % {"count": len(persons)} if len(persons) > 1 else ""
    return _("%(at)s 转%(name)s%(more)s") % {"at": moment(at, now), "name": persons[0].name, "more": more}


def _to_take(person: Person, stream: int) -> Iterator[Todo]:
    for handover in to_take(person, stream):
        yield Todo(
            title=_("接班：%(group)s") % {"group": handover.group.name},
            href=address("handover", handover.key),
            deadline=handover.sign_by,
            asks=_("签字"),
            button=_("去看"),
            ground=_("%(who)s交班") % {"who": handover.leaver.name},
            afterwards=_("到时告知组长"),
        )


def _to_swap(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    for swap in to_answer(person, stream, at=now):
        yield Todo(
            title=_("换班：%(who)s请您值%(group)s的班") % {"who": swap.asker.name, "group": swap.group.name},
            href=address("swap", swap.key),
            deadline=swap.starts_at,
            asks=_("答复"),
            button=_("去答复"),
            afterwards=_("到时还是原来的人值"),
        )


def _to_confirm(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    # Who decides has the same events under "decide", with the level beside it.
    if not may(person, CONFIRM_LEVEL, at=now) or may(person, DECIDE, at=now):
        return
    for event in waiting_events(person, stream):
        late = event.confirm_by is not None and event.confirm_by < now
        yield Todo(
            title=_("确认等级：%(name)s") % {"name": event.name},
            href=address("event", event.key),
            deadline=event.confirm_by,
            asks=_("确认"),
            button=_("去确认"),
            ground=_("系统建议%(level)s") % {"level": numeral(event.computed_level)},
            afterwards=_("已按未核实报指挥部") if late else _("到时按未核实报指挥部"),
        )


def _to_ratify(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    if not may(person, DECIDE, at=now):
        return
    started = Incident.visible_to(person).filter(stream_id=stream, state=Incident.State.PROVISIONAL)
    for incident in started.exclude(opened_by=person).select_related("opened_by"):
        yield Todo(
            title=_("追认或撤销：%(name)s") % {"name": incident.name},
            href=address("incident-ratify", incident.key),
            deadline=incident.ratify_by,
            asks=_("答复"),
            button=_("去定"),
            ground=_("%(who)s先行启动%(level)s")
            % {"who": incident.opened_by.name, "level": numeral(incident.level)},
        )


def _to_decide(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    if not may(person, DECIDE, at=now):
        return
    for event in undecided(person, stream):
        yield Todo(
            title=_("决定是否启动：%(name)s") % {"name": event.name},
            href=address("decide", event.key),
            deadline=None,
            asks="",
            button=_("去决定"),
            ground=numeral(event.confirmed_level or event.computed_level),
        )


def _to_review(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    if not may(person, DECIDE, at=now):
        return
    # Of every decision, so that a restricted one ends the watching too; only watching is shown.
    decided = Decision.objects.filter(stream_id=stream).select_related("event", "person").order_by("at", "pk")
    last = {decision.event_id: decision for decision in decided}
    for decision in last.values():
        if decision.kind == Decision.Kind.OBSERVE:
            yield Todo(
                title=_("复核：%(name)s") % {"name": decision.event.name},
                href=address("decide", decision.event.key),
                deadline=decision.review_at,
                asks=_("复核"),
                button=_("去复核"),
                ground=_("%(who)s定为观察") % {"who": decision.person.name},
            )


def _to_follow_up(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    if not may(person, SUBMIT, at=now):
        return
    active = Incident.visible_to(person).filter(stream_id=stream, state=Incident.State.ACTIVE)
    for incident in active.select_related("plan_version"):
        turn = next_turn(incident)
        if turn is not None and turn.remind_at <= now:
            yield Todo(
                title=_("写续报：%(name)s") % {"name": incident.name},
                href=address("follow-up", incident.key),
                deadline=turn.due,
                asks=_("上报"),
                button=_("去写"),
                afterwards=_("到时系统自动汇总发出"),
            )


def _to_read(person: Person, stream: int) -> Iterator[Todo]:
    unread = Receipt.visible_to(person).filter(stream_id=stream, person=person, read_at=None)
    for receipt in unread.select_related("report"):
        yield Todo(
            title=_("签收：%(title)s") % {"title": receipt.report.title},
            href=address("report", receipt.report.key),
            deadline=receipt.read_by,
            asks=_("签收"),
            button=_("去看"),
        )


def _to_sign(person: Person, stream: int, now: datetime) -> Iterator[Todo]:
    waiting = Statement.visible_to(person).filter(stream_id=stream, text__state=Text.State.IN_APPROVAL)
    for statement in waiting.select_related("text", "incident"):
        version = latest(statement.text)
        if may_sign(person, version, at=now):
            yield Todo(
                title=_("审批：%(title)s") % {"title": version.title},
                href=address("statement", statement.key),
                deadline=None,
                asks="",
                button=_("去审批"),
                ground=_("第 %(number)d 版") % {"number": version.number},
            )


def _to_countersign(person: Person) -> Iterator[Todo]:
    for signature in awaited(person):
        version = signature.circulation.version
        yield Todo(
            title=_("会签：%(plan)s") % {"plan": version},
            href=address("plan-version", version.key),
            deadline=None,
            asks="",
            button=_("去会签"),
            ground=_("%(who)s送审") % {"who": signature.circulation.asked_by.name},
        )


def _rulings_to_read(person: Person) -> Iterator[Todo]:
    for receipt in unread(person):
        ruling = receipt.ruling
        yield Todo(
            title=_("签收：预案%(title)s") % {"title": ruling.title},
            href=address("plan-ruling", ruling.key),
            deadline=None,
            asks="",
            button=_("去看"),
            ground=str(ruling.version),
        )
