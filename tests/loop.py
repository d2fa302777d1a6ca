"""A plan in force, a watch, and posts about a refund that does not arrive."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from cast import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.intake.actions import receive_batch, standing_source
from guanlan.intake.jobs import read_next_batch
from guanlan.intake.models import Batch
from guanlan.people.actions import place
from guanlan.people.models import Group, Membership
from guanlan.plan.actions import draft_version, publish_version
from guanlan.plan.models import PlanVersion
from guanlan.watch import jobs
from guanlan.watch.actions import keep_watch
from guanlan.watch.models import Watch

PLAN = Path(__file__).resolve().parents[1] / "plans" / "five-groups.yaml"

# Invented complaints; no two alike, all about one matter.
COMPLAINTS = [
    "观澜商城退款三天没到账，客服只会让我等，太差了",
    "观澜商城的退款显示成功，银行卡里一分钱没有，骗人",
    "双十一在观澜商城退的鞋，退款到现在没到账，气死我了",
    "观澜商城退款没到账，打客服电话没人接，垃圾服务",
    "退款又没到账，观澜商城客服说七天，昨天还说三天，敷衍",
    "观澜商城退款拖了五天，投诉也没用，再也不买了",
]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch, begins_at: datetime) -> dict[str, datetime]:
    """Return the hands of the stream's clock; a test moves them by setting `now`."""
    shown = {"now": begins_at}
    for name in ("guanlan.intake.jobs.now_for", "guanlan.watch.jobs.now_for"):
        monkeypatch.setattr(name, lambda _stream: shown["now"])
    for name in (
        "guanlan.watch.jobs.real_now",
        "guanlan.clocks.edge.real_now",
        "guanlan.site.middleware.real_now",
    ):
        monkeypatch.setattr(name, lambda: shown["now"])
    jobs._held.clear()
    return shown


@pytest.fixture
def plan(cast: Cast, begins_at: datetime) -> PlanVersion:
    version = draft_version(
        unit=cast.li.unit, content=PLAN.read_bytes(), name="五组", person=cast.li, now=begins_at
    )
    publish_version(version=version, effective_on=begins_at.date(), person=cast.li, now=begins_at)
    for person in (cast.li, cast.wang, cast.liu, cast.chen, cast.zhou):
        function = person.memberships.get().group.function
        group = Group.objects.get(code__startswith="group.", function=function)
        place(person=person, group=group, role=Membership.Role.LEAD, actor="system", now=begins_at)
    return version


@pytest.fixture
def watch(cast: Cast, stream: Stream, plan: PlanVersion, begins_at: datetime) -> Watch:
    return keep_watch(
        stream=stream,
        unit=cast.wang.unit,
        name="退款",
        boxes=("观澜商城", "退款", ""),
        person=cast.wang,
        now=begins_at,
    )


Bring = Callable[..., Batch]


@pytest.fixture
def bring(stream: Stream, hands: dict[str, datetime]) -> Bring:
    """Return a function that brings posts in and lets the worker read and analyse them.

    They come in at NOW, or at `received`.
    """

    def posts(
        count: int,
        *,
        start: datetime = NOW - timedelta(hours=3),
        history: bool = False,
        received: datetime = NOW,
        **fields: object,
    ) -> Batch:
        lines = [
            {
                "id": f"{start:%d%H%M}-{number}",
                "platform": "黑猫投诉",
                "media_type": "complaint",
                "text": f"{COMPLAINTS[number % len(COMPLAINTS)]}，订单尾号{number:04d}",
                "published_at": (start + timedelta(seconds=20 * number)).isoformat(),
                "author": f"用户{number}",
                **fields,
            }
            for number in range(count)
        ]
        return send(lines, history=history, received=received)

    def send(lines: list[dict[str, object]], *, history: bool = False, received: datetime = NOW) -> Batch:
        source = standing_source(stream=stream, kind="FILE", name="导出", actor="x", now=received)
        raw = b"\n".join(orjson.dumps(line) for line in lines)
        batch = receive_batch(
            source=source, raw=raw, name="a.jsonl", actor="x", now=received, history=history
        )
        work()
        return batch

    def work() -> None:
        for _step in range(200):
            if not (read_next_batch() or jobs.analyse_next() or jobs.tell_next_signal()):
                return
        raise AssertionError("the worker never comes to rest")

    posts.send, posts.work = send, work  # type: ignore[attr-defined]
    return posts
