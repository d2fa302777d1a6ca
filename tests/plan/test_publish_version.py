"""Publishing: in force at once, or on its day in the place of the version before."""

from datetime import date, datetime, timedelta

import pytest

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.people.models import Group
from guanlan.plan.actions import NotSigned, Unsound, draft_version, publish_version, start_version
from guanlan.plan.jobs import start_next_version
from guanlan.plan.models import PlanVersion
from plan.shipped import NAMES, text
from plan.versions import signed

TODAY = NOW.date()
LATER = TODAY + timedelta(days=6)


def drafted(cast: Cast, label: str, *changes: tuple[str, str]) -> PlanVersion:
    content = text(NAMES[0]).replace('version: "1.0"', f'version: "{label}"')
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    return draft_version(
        unit=cast.li.unit, content=content.encode(), name="plan.yaml", person=cast.li, now=NOW
    )


def publish(cast: Cast, version: PlanVersion, day: date = TODAY) -> None:
    publish_version(version=version, effective_on=day, person=cast.li, now=NOW)


def states() -> dict[str, str]:
    return dict(PlanVersion.objects.values_list("label", "state"))


class TestPublishVersion:
    def test_the_first_is_in_force_whatever_its_day(self, cast: Cast) -> None:
        publish(cast, drafted(cast, "1.0"), LATER)

        version = PlanVersion.objects.get()
        assert (version.state, version.published_by, version.published_at) == ("IN_FORCE", cast.li, NOW)
        assert version.effective_date == LATER
        assert version.expires_date == LATER.replace(year=LATER.year + 3)
        assert Group.objects.filter(code="group.legal", function="legal").exists()

    def test_takes_the_place_of_the_one_before(self, cast: Cast) -> None:
        publish(cast, drafted(cast, "1.0"))
        publish(cast, signed(cast, drafted(cast, "2.0")))

        assert states() == {"1.0": "SUPERSEDED", "2.0": "IN_FORCE"}

    def test_waits_for_its_day_while_another_holds(
        self, cast: Cast, stream: Stream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown = {"now": NOW}
        monkeypatch.setattr("guanlan.plan.jobs.now_for", lambda _stream: shown["now"])
        publish(cast, drafted(cast, "1.0"))
        publish(cast, signed(cast, drafted(cast, "2.0")), LATER)

        assert states() == {"1.0": "IN_FORCE", "2.0": "SCHEDULED"}
        # Midnight in Shanghai is 16:00 in UTC.
        shown["now"] = datetime.fromisoformat(f"{LATER - timedelta(days=1)}T15:59+00:00")
        assert start_next_version() is False
        shown["now"] = datetime.fromisoformat(f"{LATER - timedelta(days=1)}T16:00+00:00")
        assert start_next_version() is True
        assert states() == {"1.0": "SUPERSEDED", "2.0": "IN_FORCE"}
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor) == ("plan.start_version", "system")
        assert start_next_version() is False

    def test_of_two_that_wait_the_later_published_stays(self, cast: Cast) -> None:
        publish(cast, drafted(cast, "1.0"))
        publish(cast, signed(cast, drafted(cast, "2.0")), LATER)
        publish(cast, signed(cast, drafted(cast, "2.1")), LATER + timedelta(days=1))

        assert states() == {"1.0": "IN_FORCE", "2.0": "WITHDRAWN", "2.1": "SCHEDULED"}

    def test_starting_twice_changes_nothing(self, cast: Cast) -> None:
        publish(cast, drafted(cast, "1.0"))
        waiting = signed(cast, drafted(cast, "2.0"))
        publish(cast, waiting, LATER)
        start_version(version=waiting, now=NOW)
        count = Entry.objects.count()

        start_version(version=waiting, now=NOW)

        assert Entry.objects.count() == count

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (("group: group.media\n", "group: group.press\n"), "组“group.press”不存在"),
            (("    rank: 4\n", "    rank: 5\n"), "等级的次序断档"),
            (("step: first_response, minutes: 60,", "step: first_response, minutes: 10,"), "时限倒走"),
            (("{key: survey.effort,", "{key: survey.case,"), "“survey.case”用了 2 次"),
        ],
    )
    def test_refuses_what_the_check_finds_and_names_the_line(
        self, cast: Cast, change: tuple[str, str], sentence: str
    ) -> None:
        version = drafted(cast, "1.0", change)

        with pytest.raises(Unsound, match=sentence) as refusal:
            publish(cast, version)

        number = version.source.split("\n").index(
            next(row for row in version.source.split("\n") if f"key: {refusal.value.findings[0].key}" in row)
        )
        assert refusal.value.findings[0].line in (number + 1, number + 2)
        assert states() == {"1.0": "DRAFT"}
        assert not Group.objects.filter(code="group.legal").exists()

    def test_refuses_a_day_so_long_ago_that_it_has_run_out(self, cast: Cast) -> None:
        with pytest.raises(Unsound, match="预案已于 2026-11-01 到期"):
            publish(cast, drafted(cast, "1.0"), date(2023, 11, 1))

    def test_refuses_what_was_published_before(self, cast: Cast) -> None:
        version = drafted(cast, "1.0")
        publish(cast, version)

        with pytest.raises(NotSigned, match="这一版现在是“现行”，只有会签过、还没有发布的版本能发布"):
            publish(cast, version)

    def test_only_the_companys_first_plan_goes_unsigned(self, cast: Cast) -> None:
        publish(cast, drafted(cast, "1.0"))

        with pytest.raises(NotSigned, match="这一版还没有会签，不能发布。请先在“预案”里送审"):
            publish(cast, drafted(cast, "2.0"))
        assert states() == {"1.0": "IN_FORCE", "2.0": "DRAFT"}

    def test_a_first_plan_that_is_being_signed_waits_for_it(self, cast: Cast) -> None:
        version = drafted(cast, "1.0")
        PlanVersion.objects.update(state="IN_REVIEW")

        with pytest.raises(NotSigned, match="“会签中”"):
            publish(cast, version)

    def test_refuses_who_may_not_manage_plans(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            publish_version(version=drafted(cast, "1.0"), effective_on=TODAY, person=cast.wang, now=NOW)
        assert states() == {"1.0": "DRAFT"}

    def test_writes_an_audit_row_with_hash_and_label(self, cast: Cast) -> None:
        version = drafted(cast, "1.0")
        publish(cast, version)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("plan.publish_version", cast.li.key, version.key)
        assert entry.facts == {"sha256": version.sha256, "label": "1.0"}


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(cast: Cast, at_once: AtOnce) -> None:
    version = drafted(cast, "1.0")

    assert at_once(lambda: publish(cast, version)) == ["NotSigned", "done"]
    assert Entry.objects.filter(verb="plan.publish_version").count() == 1
