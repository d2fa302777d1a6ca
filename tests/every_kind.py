"""An event that has something of every kind: media, copies, answers, our own words, unknown counts."""

from datetime import timedelta

import pytest

from cast import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.plan.models import PlanVersion
from guanlan.watch.actions import keep_watch
from guanlan.watch.models import Event
from loop import COMPLAINTS, Bring

WEEK = NOW - timedelta(days=6)
HOURS = NOW - timedelta(hours=3)


@pytest.fixture
def mixed_event(bring: Bring, plan: PlanVersion, stream: Stream, cast: Cast) -> Event:
    """Two waves a week apart, of every medium, with copies, answers, our own words and unknown counts."""
    keep_watch(
        stream=stream,
        unit=plan.unit,
        name="退款",
        query="观澜商城 AND 退款",
        own_accounts=("观澜商城官方",),
        person=cast.wang,
        now=NOW,
    )
    bring(12, start=WEEK)
    bring(40)
    bring.send([line(n) for n in range(30)])  # type: ignore[attr-defined]
    return Event.objects.latest("first_at")


def line(n: int) -> dict[str, object]:
    """Return one post of the second wave; every count is unknown for some."""
    kinds = ("news", "video", "social", "complaint", "forum")
    found: dict[str, object] = {
        "id": f"m{n}",
        "platform": ("微博", "抖音", "江城晚报")[n % 3],
        "media_type": kinds[n % 5],
        "text": f"{COMPLAINTS[n % 6]}，第{n}次来说",
        "published_at": (HOURS + timedelta(minutes=3 * n)).isoformat(),
        "author": "观澜商城官方" if n % 10 == 9 else f"作者{n % 4}",
        "author_followers": 60_000 * n,
    }
    counts = {"likes": 7 * n, "comments": 3, "reposts": 500 - n, "favourites": 1, "views": 9_000 + n}
    found |= {name: value for place, (name, value) in enumerate(counts.items()) if (n + place) % 4}
    return found | ({"parent_id": "m0"} if n % 7 == 3 else {})
