"""Pages of reports to the command and outside: nothing runs over, at a desk and on a phone."""

from datetime import timedelta

import pytest

from browsing import DESKTOP, IN_A_BROWSER, PHONE, SignIn, refuse_sideways_scroll
from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.people.models import Person
from guanlan.reports.actions import issue_daily, submit_flash, submit_follow_up
from guanlan.reports.actions.outside import draft_brief, set_addressee
from guanlan.reports.outside import usual_template
from guanlan.watch.models import Event, Watch
from incident_scene import activate, publish, raise_event, read_posts

pytestmark = IN_A_BROWSER
CHAIN = {
    "key": "approval.statement",
    "name": "对外文字",
    "purpose": "statement",
    "levels": ["II"],
    "authors": ["role.media"],
    "steps": [{"key": "sign.command", "role": "role.commander", "minutes": 15}],
}


@pytest.fixture
def pages(cast: Cast, stream: Stream) -> dict[Person, tuple[str, ...]]:
    publish(cast, approvals=[CHAIN])
    event = raise_event(cast, stream, name="观澜商城双十一退款三天未到账客服只会让我等" * 4)
    Watch.objects.update(created_at=NOW - timedelta(days=1))
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    event.refresh_from_db()
    incident = activate(event, cast.li, restricted=True)
    submit_flash(event=event, person=cast.wang, now=NOW)
    follow_up = submit_follow_up(
        incident=incident,
        progress="银行侧已加急，首批 40 笔到账。",
        next_step="刘洋 18:00 前逐一回访。",
        person=cast.wang,
        now=NOW,
    )
    daily = issue_daily(stream=stream, now=NOW)
    assert daily is not None
    values = {
        "name": "属地市场监管局投诉举报处置指挥中心",
        "kind": "REGULATOR",
        "levels": ["I", "II"],
        "rule": "platform-first-reply",
        "template": usual_template(),
    }
    addressee = set_addressee(values=values, person=cast.wu, now=NOW)
    set_addressee(values=values | {"name": "集团办公室", "rule": ""}, person=cast.wu, now=NOW)
    brief = draft_brief(incident=incident, addressee=addressee, person=cast.chen, now=NOW)
    inside = f"/incidents/{incident.key}"
    return {
        cast.wang: (
            f"{inside}/",
            f"{inside}/follow-up/",
            f"/reports/{follow_up.key}/",
            f"/reports/{daily.key}/",
        ),
        cast.chen: (f"{inside}/outside/", f"/briefs/{brief.key}/"),
        cast.wu: ("/reports/settings/", "/reports/addressees/", f"/reports/addressees/{addressee.code}/"),
    }


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_nothing_runs_over(
    pages: dict[Person, tuple[str, ...]], open_as: SignIn, viewport: dict[str, int]
) -> None:
    for person, addresses in pages.items():
        page = open_as(person, viewport)
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            refuse_sideways_scroll(page)
