"""A flash report of an event that the engine found, under the plan that is shipped."""

from conftest import NOW, Cast
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.reports.actions import submit_flash
from guanlan.reports.figures import SHANGHAI
from guanlan.watch.actions import confirm_level
from guanlan.watch.models import Event, Watch
from loop import Bring


def test_shows_every_criterion_and_at_most_thirty_posts(
    bring: Bring, watch: Watch, plan: PlanVersion, cast: Cast
) -> None:
    bring(60)
    event = Event.objects.get()
    levels = tuple(level.key for level in document(plan).by_rank)
    confirm_level(event=event, level=levels[1], levels=levels, reason="影响大", person=cast.wang, now=NOW)

    report = submit_flash(event=event, person=cast.wang, now=NOW)

    table = next(
        block
        for block in report.frozen["blocks"]
        if block["kind"] == "table" and block["columns"][0]["head"] == "判据"
    )
    named = {row[0][0]["words"] for row in table["rows"]}
    measured = {criterion.name for criterion in document(plan).criteria}
    fallbacks = {one.fallback.name for one in document(plan).criteria if one.fallback}
    assert named <= measured | fallbacks
    assert measured <= named
    assert 3 <= len(report.frozen["sources"]) <= 30
    chart = next(block for block in report.frozen["blocks"] if block["kind"] == "chart")
    assert "共 60 条" in chart["title"]
    assert report.frozen["level"] == {"numeral": "Ⅱ级", "word": "重大", "colour": "#E8590C"}
    signal = event.signals.order_by("at").first()
    assert signal is None or f"{signal.at.astimezone(SHANGHAI):%H:%M}" in str(chart["option"])
