"""One event from its first post to its archive, each step at a minute that the tests reckon with by hand.

Minutes are counted from NOW; what happened before the activation has negative ones.
"""

from datetime import datetime, timedelta
from typing import Any

from conftest import NOW, Cast
from guanlan.approvals.queries import latest
from guanlan.clocks.models import Stream
from guanlan.incidents import actions
from guanlan.incidents.models import Incident
from guanlan.intake.models import Post
from guanlan.media.actions import (
    draft_statement,
    record_release,
    return_statement,
    revise_statement,
    sign_statement,
    submit_statement,
)
from guanlan.media.models import Statement
from guanlan.people.models import Membership
from guanlan.reports.actions import read_report, submit_flash
from guanlan.watch.actions import confirm_level
from guanlan.watch.models import Event, Signal
from incident_scene import activate, plan_content, publish, raise_event, read_posts, task_of

CHAIN = [
    {
        "key": "chain.statement",
        "name": "声明",
        "purpose": "statement",
        "levels": ["I", "II", "III"],
        "authors": ["role.media"],
        "steps": [
            {"key": "step.legal", "role": "role.legal", "minutes": 20},
            {"key": "step.command", "role": "role.commander", "minutes": 10},
        ],
    }
]
LEVELS = ("I", "II", "III")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def found(cast: Cast, stream: Stream, code: str = "e1", **more: Any) -> Event:
    """An event whose first post is of −180, taken in at −170; a signal of −100, told at −98."""
    # The cast serves since before the first post, not only since NOW.
    Membership.objects.update(started_at=at(-1000))
    event = raise_event(cast, stream, code=code, **more)
    read_posts(event, count=3, negative=2, at=at(-180))
    Post.objects.filter(reading__event=event).update(taken_at=at(-170))
    told = {"told_at": at(-98), "settled_at": None}
    Signal.objects.create(stream=stream, kind="LEVEL", at=at(-100), event=event, level="II", **told)
    return event


def confirmed(event: Event, cast: Cast, level: str = "II", minutes: float = -90) -> Event:
    reason = "" if level == event.computed_level else "看过原帖"
    confirm_level(event=event, level=level, levels=LEVELS, reason=reason, person=cast.wang, now=at(minutes))
    return event


def reported(event: Event, cast: Cast) -> Event:
    """A flash report of −80, read by the command at −75."""
    report = submit_flash(event=event, person=cast.wang, now=at(-80))
    read_report(report=report, person=cast.li, now=at(-75))
    return event


def _with_cadence(level: dict[str, Any]) -> dict[str, Any]:
    """Progress is told every hour at I, every four at II, every day at III."""
    minutes = {"I": 60, "II": 240, "III": 1440}[level["key"]]
    return level | {"cadence": level["cadence"] | {"minutes": minutes}}


def opened(cast: Cast, stream: Stream) -> Incident:
    """The plan activated at 0 at level II: three tasks, of monitoring, service and media."""
    publish(cast, approvals=CHAIN, levels=[_with_cadence(one) for one in plan_content()["levels"]])
    event = reported(confirmed(found(cast, stream), cast), cast)
    return activate(event, cast.li)


def worked(incident: Incident, cast: Cast) -> Incident:
    """Service accepts in time and is 20 minutes late; media 4 minutes late and in time; monitoring waived."""
    contact, answer = task_of(incident, "duty.contact"), task_of(incident, "duty.answer")
    actions.accept_task(task=contact, person=cast.liu, now=at(8))
    actions.accept_task(task=answer, person=cast.chen, now=at(14))
    actions.complete_task(task=answer, words="已发", person=cast.chen, now=at(90))
    actions.complete_task(task=contact, words="都联系了", person=cast.liu, now=at(260))
    collect = task_of(incident, "duty.collect")
    actions.waive_task(task=collect, reason="由指挥部代办", person=cast.li, now=at(30))
    return incident


def answered(incident: Incident, cast: Cast) -> Statement:
    """Submitted at 20, returned by counsel at 30, again at 40, signed at 50 and 65, released at 70."""
    words = {"title": "关于退款的说明", "person": cast.chen}
    statement = draft_statement(incident=incident, kind="ATTITUDE", body="正在核实。", now=at(15), **words)
    submit_statement(statement=statement, person=cast.chen, now=at(20))
    first = latest(statement.text).sha256
    return_statement(statement=statement, sha256=first, reason="措辞不准", person=cast.zhou, now=at(30))
    statement.refresh_from_db()
    revise_statement(statement=statement, body="正在逐单核实。", now=at(35), **words)
    submit_statement(statement=statement, person=cast.chen, now=at(40))
    second = latest(statement.text).sha256
    sign_statement(statement=statement, sha256=second, person=cast.zhou, now=at(50))
    sign_statement(statement=statement, sha256=second, person=cast.li, now=at(65))
    record_release(
        statement=statement,
        sha256=second,
        channel="官方微博",
        url="",
        released_at=at(70),
        person=cast.chen,
        now=at(72),
    )
    return statement
