"""A matter of level I at two in the night of a holiday: all groups, a dead channel, a restart, the archive.

What the audit log, the timeline and the messages say of it agrees to the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from cast import Cast
from guanlan import flow
from guanlan.approvals.queries import latest
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.incidents.models import Decision, Incident, Task, TimelineEntry
from guanlan.media.models import Statement
from guanlan.notify.actions import add_channel, set_ways
from guanlan.notify.channels.answers import Answer
from guanlan.notify.models import Channel, Delivery, Message, Urgency
from guanlan.notify.sealing import Access
from guanlan.notify.sending import keep
from guanlan.people import actions as people
from guanlan.people.models import Group, Membership, Person
from guanlan.reports.models import Report
from guanlan.review.catalogue import KPIS
from guanlan.review.gathering import matters_of
from guanlan.review.periods import month_of
from guanlan.watch import jobs as watch_jobs
from guanlan.watch.models import Event, Signal, Watch
from notify.doubles import Doubles, doubles

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Friday, 2 October 2026: the second of seven days off (1 to 7 October).
NIGHT = datetime(2026, 10, 2, 2, 10, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
TICK = timedelta(seconds=10)


@pytest.fixture
def begins_at() -> datetime:
    """Everybody serves since the Monday before."""
    return datetime(2026, 9, 28, 9, 0, tzinfo=SHANGHAI)


class Night:
    """The people at their phones, the worker, and the clock on the wall."""

    def __init__(
        self, cast: Cast, sign_in: Callable[..., Client], hands: dict[str, datetime], vendors: Doubles
    ) -> None:
        self.hands, self.vendors, self.cast = hands, vendors, cast
        self.sun = self._join("sun", "孙立", "monitoring", Membership.Role.DEPUTY)
        self.qian = self._join("qian", "钱程", "command", Membership.Role.DEPUTY)
        persons = (cast.chen, cast.li, cast.zhou, cast.wang, cast.liu, self.sun, self.qian)
        self.browsers = {person.username: sign_in(person) for person in persons}
        self.by_function = {
            "command": "li",
            "monitoring": "sun",
            "service": "liu",
            "media": "chen",
            "legal": "zhou",
        }
        for number, person in enumerate(persons):
            person.phone = f"1390000000{number}"
            person.save()
        self._channels(persons)

    def _join(self, username: str, name: str, function: str, role: str) -> Person:
        at = self.hands["now"]
        person = people.add_person(
            username=username, name=name, unit=self.cast.li.unit, actor="system", now=at
        )
        group = Group.objects.get(code=f"group.{function}")
        people.place(person=person, group=group, role=role, actor="system", now=at)
        return person

    def _channels(self, persons: tuple[Person, ...]) -> None:
        """Tonight nothing listens at the address of the duty group's bot; then comes the SMS gateway."""
        at = self.hands["now"]

        def channel(kind: str, name: str, address: str, secret: str) -> Channel:
            access = Access(address, secret)
            return add_channel(kind=kind, name=name, access=access, person=self.cast.wu, now=at)

        dead = channel(
            Channel.Kind.WECOM, "值班群", self.vendors.wecom.replace(f":{self.vendors.port}", ":9"), ""
        )
        sms = channel(Channel.Kind.WEBHOOK, "短信", self.vendors.gateway, "SEC-of-the-double")
        for person in persons:
            set_ways(
                person=person, orders={urgency: [dead, sms] for urgency in Urgency}, actor=person, now=at
            )

    @property
    def now(self) -> datetime:
        return self.hands["now"]

    def until(self, moment: datetime, *, tick: timedelta = TICK) -> None:
        """Let the worker go its rounds until a moment, the clock moving on between them."""
        while True:
            while flow.run_round():
                pass
            if self.hands["now"] >= moment:
                return
            self.hands["now"] = min(self.hands["now"] + tick, moment)

    def post(self, who: str, address: str, *keys: str, **body: Any) -> None:
        answer = self.browsers[who].post(reverse(address, args=keys), body)
        said = " ".join(strip_tags(answer.content.decode()).split())[-600:]
        assert answer.status_code == 302, (who, address, answer.status_code, said)

    def page(self, who: str, address: str, *keys: str) -> str:
        answer = self.browsers[who].get(reverse(address, args=keys))
        assert answer.status_code == 200, (who, address, answer.status_code)
        return str(answer.content.decode())

    def finish(self, task: Task) -> None:
        who = self.by_function[task.group.function]
        if task.state == Task.State.OFFERED:
            self.post(who, "task-accept", task.key)
        self.post(who, "task-complete", task.key, words="已办，记录在案。")
        if task.checked_by:  # never by whoever did it
            self.post("qian" if who == "li" else "li", "task-pass", task.key)

    def heard(self, person: Person) -> list[str]:
        """What the gateway took for the person's number."""
        return [
            str(said["body"]["text"])
            for said in self.vendors.taken
            if said["path"] == "/sms" and said["body"]["to"] == person.phone
        ]


@pytest.fixture
def night(
    cast: Cast,
    watch: Watch,
    sign_in: Callable[..., Client],
    hands: dict[str, datetime],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Night]:
    settings.CHANNEL_NETWORKS = ["127.0.0.1/32"]
    monkeypatch.setattr("guanlan.notify.jobs.real_now", lambda: hands["now"])
    with doubles(clock=lambda: hands["now"].timestamp()) as served:
        yield Night(cast, sign_in, hands, served)


def ordinary(bring: Any, at: datetime, *, history: bool) -> None:
    """Forty posts of an ordinary day, none of them angry."""
    lines = [
        {
            "id": f"ordinary-{at:%d%H}-{number}",
            "platform": "微博",
            "media_type": "social",
            "text": f"观澜商城的退款已收到，谢谢客服，第{number}单",
            "published_at": (at + timedelta(minutes=7 * number)).isoformat(),
        }
        for number in range(40)
    ]
    bring.send(lines, history=history, received=at + timedelta(hours=5))


class Died(BaseException):
    """The worker's process is gone."""


def dies_after_calling(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker die once the gateway has taken a message for the person."""

    def gone(delivery: Delivery, answer: Answer, *, now: datetime) -> None:
        if delivery.message.person_id == person.pk and delivery.channel.kind == Channel.Kind.WEBHOOK:
            raise Died
        keep(delivery, answer, now=now)

    monkeypatch.setattr("guanlan.notify.jobs.keep", gone)


def test_from_the_signal_to_the_archive(
    night: Night, bring: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.plan_shift(
        group=Group.objects.get(code="group.monitoring"),
        person=cast.wang,
        deputy=night.sun,
        starts_at=NIGHT - timedelta(hours=6),
        ends_at=NIGHT + timedelta(hours=6),
        actor="system",
        now=night.now,
    )
    ordinary(bring, NIGHT - timedelta(days=3), history=True)

    # Ten past two: a thousand complaints within three days, most of them tonight.
    night.hands["now"] = NIGHT
    bring(1040, start=NIGHT - timedelta(hours=6), received=NIGHT)
    event = Event.objects.get(computed_level="I")
    signal = Signal.objects.filter(event=event, level="I").latest("pk")
    # 王芳 watches; the bot of the duty group is dead, the gateway takes the message instead.
    night.until(NIGHT + 4 * MINUTE)
    assert [text.splitlines()[0] for text in night.heard(cast.wang)] == [
        f"【观澜】紧急：{event.name}：系统算为Ⅰ级，请在 5 分钟内确认"
    ]
    assert night.heard(night.sun) == []

    # 王芳 sleeps. Five minutes after she was told, her deputy is called.
    night.until(NIGHT + 5 * MINUTE)
    signal.refresh_from_db()
    assert signal.told_at is not None
    assert signal.deputy_at == signal.told_at + 5 * MINUTE
    # The gateway has taken the message to 孙立 when the worker dies, before it kept the answer.
    dies_after_calling(night.sun, monkeypatch)
    with pytest.raises(Died):
        night.until(NIGHT + 9 * MINUTE)
    monkeypatch.setattr("guanlan.notify.jobs.keep", keep)
    watch_jobs._held.clear()
    assert len(night.heard(night.sun)) == 1
    # Started anew, it cannot know: the message goes out again and says so.
    night.until(night.now + 2 * MINUTE)
    assert ["可能重复" in text for text in night.heard(night.sun)] == [False, True]

    # 孙立 opens the event, starts the first steps alone as the plan lets him, and reports.
    night.post("sun", "start-first", event.key, level="II", reason="凌晨两点，先止损再报")
    incident = Incident.objects.get()
    assert incident.state == Incident.State.PROVISIONAL
    started_at = night.now
    night.post("sun", "report-submit", event.key)
    flash = Report.objects.get(kind=Report.Kind.FLASH)
    night.until(started_at + 6 * MINUTE)
    assert any("先行启动Ⅱ级响应" in text for text in night.heard(cast.li))

    # 李敏 reads the report, ratifies at level I, and orders what the plan did not foresee.
    night.page("li", "report", flash.key)
    night.post("li", "report-read", flash.key)
    night.post("li", "incident-ratify", incident.key, choice="I", reason="过千件，全国范围")
    ratified_at = night.now
    incident.refresh_from_db()
    assert (incident.state, incident.level, incident.ratified_at) == ("ACTIVE", "I", ratified_at)
    tasks = list(incident.tasks.select_related("group"))
    assert {task.group.function for task in tasks} == set(night.by_function)
    night.post(
        "li",
        "incident-order",
        incident.key,
        words="清点全部未到账退款，天亮前报总数",
        group=Group.objects.get(code="group.service").key,
        due_at="2026-10-02T06:00",
        consulted="钱程",
    )

    # Each group works through what is its own; one duty of the law waits too long and climbs the ladder.
    late = next(task for task in tasks if task.group.function == "legal" and task.mandatory)
    night.until(late.accept_by + 11 * MINUTE, tick=MINUTE)
    told = Entry.objects.filter(verb="incidents.remind_overdue", subject=late.key)
    assert told.count() == 3  # who watches, the lead, the command
    for task in incident.tasks.select_related("group").filter(state=Task.State.OFFERED):
        night.finish(task)

    # The statement is out within the hour that the plan gives.
    night.post(
        "chen",
        "statement-new",
        incident.key,
        kind="ATTITUDE",
        title="关于退款延迟的说明",
        body="退款通道故障，今早八点前全部垫付。",
    )
    statement = Statement.objects.get()
    night.post("chen", "statement-submit", statement.key)
    for who in ("zhou", "li"):
        night.post(who, "statement-sign", statement.key, sha256=latest(statement.text).sha256)
    night.until(night.now + MINUTE)
    night.post(
        "chen",
        "statement-release",
        statement.key,
        sha256=latest(statement.text).sha256,
        channel="官方微博",
        released_at=night.now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
    )

    # In the morning the level is lowered. Five working days from the night end on Tuesday the 13th:
    # the 8th and 9th, the 10th (a Saturday worked for the holiday), the 12th and the 13th.
    night.until(NIGHT + timedelta(hours=9), tick=timedelta(minutes=30))
    night.post("li", "incident-level", incident.key, level="III", reason="新增投诉回落")
    room = strip_tags(night.page("li", "incident", incident.key))
    assert "公布整改" in room
    assert "10月13日" in room or "10-13" in room, room

    # A week later all is quiet, and the response ends.
    night.hands["now"] = NIGHT + timedelta(days=8)
    ordinary(bring, night.now - timedelta(hours=6), history=False)
    night.until(night.now)
    for task in incident.tasks.select_related("group").filter(
        state__in=["OFFERED", "ACCEPTED"], mandatory=True
    ):
        night.finish(task)
    settled = {"done": 1030, "total": 1040, "ground": "投诉平台后台截图"}
    night.post("liu", "incident-figure", incident.key, "complaints_settled", **settled)
    answered = {"done": 3, "total": 3, "ground": "问询登记表"}
    night.post("chen", "incident-figure", incident.key, "inquiries_answered", **answered)
    night.post("li", "incident-stand-down", incident.key, reason="退款全部到账，八天没有新增")
    night.post("sun", "report-close", incident.key)
    closing = Report.objects.get(kind=Report.Kind.CLOSING)
    night.post("sun", "report-distribute", closing.key, persons=[cast.li.key, cast.liu.key])
    night.until(night.now)
    for task in incident.tasks.select_related("group").filter(
        state__in=["OFFERED", "ACCEPTED"], mandatory=True
    ):
        night.finish(task)
    night.post("li", "incident-archive", incident.key)

    incident.refresh_from_db()
    assert incident.state == Incident.State.ARCHIVED
    agrees_to_the_second(incident)
    kinds = list(Decision.objects.filter(incident=incident).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["START_FIRST", "RATIFY", "ORDER", "STAND_DOWN"]
    # Nothing hangs in the hands of the worker that died, and nobody was told without a way to hear it.
    assert not Delivery.objects.filter(state=Delivery.State.SENDING).exists()
    assert not Message.objects.filter(person=cast.wang, deliveries=None).exists()


def agrees_to_the_second(incident: Incident) -> None:
    """Every line of the timeline stands in the audit log at the same second, and every row says the same."""
    assert list(breaks()) == []
    entries = {entry.number: entry for entry in Entry.objects.all()}
    lines = list(TimelineEntry.objects.filter(incident=incident))
    assert len(lines) > 20
    for line in lines:
        assert line.at == entries[line.audit_number].at
    at = {
        verb: [entry.at for entry in entries.values() if entry.verb == verb]
        for verb in ("incidents.start_first", "incidents.ratify", "incidents.stand_down", "incidents.archive")
    }
    assert at["incidents.start_first"] == [incident.opened_at]
    assert at["incidents.ratify"] == [incident.ratified_at]
    assert at["incidents.stand_down"] == [incident.stood_down_at]
    assert at["incidents.archive"] == [incident.closed_at]
    for task in incident.tasks.filter(state=Task.State.DONE):
        done = [entry for entry in entries.values() if entry.subject == task.key]
        assert [entry.at for entry in done if entry.verb == "incidents.accept_task"] == [task.accepted_at]
        closing = "incidents.pass_task" if task.checked_by else "incidents.complete_task"
        assert [entry.at for entry in done if entry.verb == closing] == [task.closed_at]
    kpis_agree(incident, entries)


def kpis_agree(incident: Incident, entries: dict[int, Entry]) -> None:
    """The KPIs begin and stop at moments that the audit log has; a clock within an hour, as the plan asks."""
    reader = Person.objects.get(username="zhao")
    found = matters_of(reader, incident.stream, month_of(NIGHT))
    (matter,) = [one for one in found if one.event == incident.event]

    def stops(code: str) -> list[datetime | None]:
        return [case.stopped_at for case in KPIS[code].of(matter, incident.closed_at or NIGHT)]

    def recorded(verb: str, among: set[str] | None = None) -> list[datetime]:
        rows = [one for one in entries.values() if one.verb == verb]
        return [one.at for one in rows if among is None or one.subject in among]

    assert stops("decision") == recorded("incidents.ratify")
    assert stops("stable") == recorded("incidents.stand_down")
    assert stops("report") == recorded("reports.read_report")[:1]
    mandatory = set(incident.tasks.filter(mandatory=True).values_list("key", flat=True))
    accepted = [at for at in stops("tasks-accepted") if at is not None]
    assert sorted(accepted) == sorted(recorded("incidents.accept_task", mandatory))
    done = KPIS["tasks-done"].of(matter, NIGHT)
    (first,) = [case for case in done if case.words.startswith("发布首次回应")]
    assert first.stopped_at is not None
