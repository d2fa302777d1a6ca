"""A small plan of three groups, an event that reached a level, and an incident from both."""

from datetime import timedelta
from typing import Any

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents import actions
from guanlan.incidents.models import Incident, Task
from guanlan.intake.models import Batch, Post, Source
from guanlan.people.models import Person
from guanlan.plan.document import PlanDocument, digest
from guanlan.plan.models import PlanVersion
from guanlan.watch.models import Event, Hit, Reading, Watch


def duty(key: str, group: str, title: str, times: dict[str, tuple[int, int]], **more: Any) -> dict[str, Any]:
    minutes = {
        level: {"accept_minutes": accept, "due_minutes": due} for level, (accept, due) in times.items()
    }
    return {
        "key": key,
        "clause": "clause.answer",
        "group": group,
        "title": title,
        "action": f"{title}，做完留痕。",
        "times": minutes,
        **more,
    }


def level(key: str, name: str, colour: str, rank: int, response: int) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "colour": colour,
        "rank": rank,
        "meaning": name,
        "clocks": [
            {"key": f"clock.{key}.assess", "step": "assess", "minutes": 15, "start": "signal"},
            {"key": f"clock.{key}.report", "step": "report_to_command", "minutes": 30, "start": "signal"},
            {"key": f"clock.{key}.answer", "step": "first_response", "minutes": response, "start": "confirmed"},
        ],
        "cadence": {"key": f"cadence.{key}", "minutes": 240},
        "approvers": ["role.commander"],
    }


def group(key: str, name: str, function: str, role: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "function": function,
        "purpose": name,
        "roles": [{"key": role, "name": role, "lead": True}],
    }


DUTIES = [
    duty("duty.collect", "monitoring", "汇总帖文", {"I": (5, 30), "II": (10, 60), "III": (20, 120)}),
    duty(
        "duty.contact",
        "service",
        "逐一联系客户",
        {"I": (5, 60), "II": (10, 240)},
        mandatory=True,
        evidence="联系记录",
    ),
    duty(
        "duty.answer",
        "media",
        "发布首次回应",
        {"I": (5, 45), "II": (10, 100)},
        mandatory=True,
        evidence="声明及发布记录",
        meets="first_response",
    ),
    duty("duty.opinion", "legal", "出具法律意见", {"I": (5, 40)}, mandatory=True),
    duty("duty.callback", "service", "回访客户", {"I": (240, 10080), "II": (240, 10080)}, aftermath=True),
    duty(
        "duty.review",
        "command",
        "组织复盘",
        {"I": (240, 20160), "II": (240, 20160)},
        aftermath=True,
        mandatory=True,
    ),
]

STAND_DOWN = [
    {
        "key": "end.share",
        "name": "负面占比回到常态",
        "kind": "negative_share_at_baseline",
        "levels": ["I", "II"],
        "value": 50,
    },
    {"key": "end.quiet", "name": "没有新的负面原帖", "kind": "quiet_hours", "levels": ["I", "II"], "value": 24},
    {"key": "end.tasks", "name": "必办任务完成", "kind": "mandatory_tasks_done", "levels": ["I", "II", "III"]},
    {"key": "end.inquiries", "name": "媒体问询答复", "kind": "inquiries_answered", "levels": ["I"]},
]


def plan_content(**changes: Any) -> dict[str, Any]:
    return {
        "meta": {
            "key": "plan.test",
            "name": "客服舆情应急预案",
            "company": "观澜商城",
            "version": "1",
            "summary": "试",
            "announcement": "试",
        },
        "organisation": {
            "groups": [
                group("command", "应急指挥部", "command", "role.commander"),
                group("monitoring", "监测组", "monitoring", "role.monitor"),
                group("service", "客服应对组", "service", "role.service"),
                group("media", "媒体沟通组", "media", "role.media"),
                group("legal", "法律顾问组", "legal", "role.legal"),
            ]
        },
        "levels": [
            level("I", "特别重大", "red", 1, 60),
            level("II", "重大", "orange", 2, 120),
            level("III", "较大", "yellow", 3, 240),
        ],
        "criteria": [],
        "triggers": [],
        "duties": DUTIES,
        "notifications": [],
        "approvals": [],
        "statements": [],
        "answers": [],
        "drills": [],
        "surveys": [],
        "training": [],
        "stand_down": STAND_DOWN,
        "rewards": [],
        "accountability": [],
        "support": [],
        "chapters": [
            {
                "key": "chapter.response",
                "title": "响应",
                "clauses": [{"key": "clause.answer", "title": "回应与联系", "text": "及时回应。"}],
            }
        ],
        "validity": {
            "years": 3,
            "review_every_months": 12,
            "remind_before_days": [90],
            "revise_when": ["演练之后"],
        },
        "interpretation": {"group": "command", "text": "由指挥部解释。"},
        **changes,
    }


def publish(cast: Cast, **changes: Any) -> PlanVersion:
    document = PlanDocument.model_validate(plan_content(**changes))
    return PlanVersion.objects.create(
        unit=cast.li.unit,
        code="test",
        label="1",
        name=document.meta.name,
        state=PlanVersion.State.IN_FORCE,
        source="",
        document=document.model_dump(mode="json"),
        sha256=digest(document),
        created_at=NOW,
    )


def raise_event(cast: Cast, stream: Stream, code: str = "e1", name: str = "退款三天未到账") -> Event:
    watch, _created = Watch.objects.get_or_create(
        stream=stream, unit=cast.li.unit, name="退款", query="退款", created_at=NOW
    )
    return Event.objects.create(
        stream=stream,
        watch=watch,
        code=code,
        name=name,
        first_at=NOW - timedelta(hours=3),
        last_at=NOW - timedelta(minutes=1),
        posts=1284,
        negative_permille=780,
        computed_level="II",
        computed_at=NOW - timedelta(minutes=10),
    )


def activate(event: Event, person: Person, level: str = "II", **more: Any) -> Incident:
    decision = actions.decide_activation(
        event=event, level=level, reason="超过阈值，影响扩大", person=person, now=NOW, **more
    )
    assert decision.incident is not None
    return decision.incident


def task_of(incident: Incident, duty_key: str) -> Task:
    return Task.objects.get(incident=incident, duty=duty_key)


def read_posts(event: Event, *, count: int, negative: int, at: Any, copies: bool = False) -> list[Reading]:
    """Store `count` posts under the event's watch at one time, the first `negative` of them negative."""
    source, _created = Source.objects.get_or_create(
        stream=event.stream, unit=event.watch.unit, kind=Source.Kind.FILE, name="导入"
    )
    number = Batch.objects.count() + 1
    batch = Batch.objects.create(stream=event.stream, source=source, number=number, received_at=at)
    readings = []
    for place in range(count):
        post = Post.objects.create(
            stream=event.stream,
            source=source,
            batch=batch,
            platform="微博",
            external_id=f"{number}-{place}",
            url=f"https://weibo.example/{number}/{place}",
            text="退款没到",
            published_at=at,
            taken_at=at,
        )
        Hit.objects.create(
            stream=event.stream, post=post, watch=event.watch, term="退款", field="text", position=0
        )
        readings.append(
            Reading.objects.create(
                stream=event.stream,
                post=post,
                event=event,
                stance="negative" if place < negative else "neutral",
                copy_of=readings[0].post if copies and readings else None,
                published_at=at,
            )
        )
    return readings


def finish(task: Task, person: Person, now: Any = NOW) -> Task:
    task = actions.accept_task(task=task, person=person, now=now)
    return actions.complete_task(task=task, words="已办", person=person, now=now)
