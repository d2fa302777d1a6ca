"""A rule rings: once, with its numbers, in due time; a person settles it."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.intake.models import Source
from guanlan.notify.models import Message
from guanlan.watch.actions import close_watch
from guanlan.watch.alerts import actions, jobs, queries
from guanlan.watch.alerts.sensitivity import Terms
from guanlan.watch.models import Alarm, AlertRule, Event, HourCount, Watch

HOUR = timedelta(hours=1)
NOW_HOUR = NOW.replace(minute=0)  # 14:00 in Shanghai; NOW is 14:05
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def week(watch: Watch) -> Watch:
    """A watch with two known weeks: 2 posts in every hour before the last four."""
    HourCount.objects.bulk_create(
        HourCount(stream=watch.stream, watch=watch, hour=NOW_HOUR - ago * HOUR, posts=2, negative=1)
        for ago in range(4, 340)
    )
    return watch


def keep(watch: Watch, cast: Cast, kind: str = "RATIO", *, quiet: Any = None, **terms: Any) -> AlertRule:
    terms = {"minimum": 10} | terms
    return actions.keep_rule(watch=watch, terms=Terms(kind, **terms), quiet=quiet, person=cast.wang, now=NOW)


def look(watch: Watch, at: Any = LATER) -> list[Alarm]:
    """Let the worker look and tell until it rests; return the alarms, the newest first."""
    while jobs.look_at_next(watch.stream, now=at) or jobs.tell_next(watch.stream, now=at):
        pass
    return list(Alarm.objects.order_by("-at", "-pk"))


class TestRings:
    def test_with_the_numbers_that_made_it_ring(self, week: Watch, cast: Cast, bring: Any) -> None:
        rule = keep(week, cast)
        bring(12, start=NOW_HOUR)

        (alarm,) = look(week)

        # 165 hours of 2 among the 168 before (the last three are empty): a mean of 1.96, twice 3.93.
        assert (alarm.rule, alarm.value, alarm.threshold) == (rule, 12, 10)
        assert alarm.figures == {"mean_tenths": 19, "mean_hours": 168}
        assert (alarm.window_from, alarm.window_until, alarm.at) == (NOW_HOUR, NOW_HOUR + HOUR, LATER)
        told = Message.objects.get(cause=f"alarm:{alarm.key}")
        assert told.person == cast.wang
        assert told.title == "退款：14:00–15:00 帖文 12 条，达到阈值 10 条"
        assert told.link == reverse("alarm", args=[alarm.key])
        assert alarm.told_at == LATER

    def test_below_the_least_count_it_is_still(self, week: Watch, cast: Cast, bring: Any) -> None:
        keep(week, cast)
        bring(9, start=NOW_HOUR)
        assert look(week) == []
        assert AlertRule.objects.get().looked_at == LATER

    def test_once_in_an_hour_and_once_a_cooldown(self, week: Watch, cast: Cast, bring: Any) -> None:
        keep(week, cast, cooldown_hours=2)
        bring(12, start=NOW_HOUR)
        assert len(look(week)) == 1
        bring(12, start=NOW_HOUR + HOUR)
        assert len(look(week, NOW + timedelta(minutes=70))) == 1
        bring(12, start=NOW_HOUR + 2 * HOUR)
        assert len(look(week, LATER + 2 * HOUR)) == 2

    def test_posts_that_come_after_their_hour_ring_too(self, week: Watch, cast: Cast, bring: Any) -> None:
        keep(week, cast)
        bring(12, start=NOW_HOUR - HOUR)
        (alarm,) = look(week)
        assert alarm.window_from == NOW_HOUR - HOUR

    def test_imported_history_rings_for_nothing(self, week: Watch, cast: Cast, bring: Any) -> None:
        keep(week, cast)
        bring(12, start=NOW_HOUR, history=True)
        assert HourCount.objects.get(watch=week, hour=NOW_HOUR).posts == 12
        assert look(week) == []

    def test_a_closed_rule_and_a_closed_watch_ring_no_more(self, week: Watch, cast: Cast, bring: Any) -> None:
        rule, other = keep(week, cast), keep(week, cast, "SURGE")
        bring(12, start=NOW_HOUR)
        actions.close_rule(rule=rule, person=cast.wang, now=NOW)
        assert [alarm.rule for alarm in look(week)] == [other]
        close_watch(watch=week, person=cast.wang, now=NOW)
        assert not jobs.look_at_next(week.stream, now=NOW + 9 * HOUR)

    def test_a_silence_rings_once_until_it_ends(self, week: Watch, cast: Cast) -> None:
        keep(week, cast, "ZERO", sensitivity="MORE", cooldown_hours=1)
        # The last post came in the hour 10:00; twelve hours are over at 23:00, believed at 23:15.
        over = NOW_HOUR + 9 * HOUR
        assert look(week, over + timedelta(minutes=14)) == []
        (alarm,) = look(week, over + timedelta(minutes=16))
        assert (alarm.value, alarm.window_from, alarm.window_until) == (0, over - 12 * HOUR, over)
        assert Message.objects.get().title == "退款：连续 12 小时没有帖文"
        assert len(look(week, over + 5 * HOUR)) == 1

        HourCount.objects.create(stream=week.stream, watch=week, hour=over + 6 * HOUR, posts=1, negative=0)
        assert len(look(week, over + 12 * HOUR)) == 1
        assert len(look(week, over + 20 * HOUR)) == 2

    def test_a_fall_rings(self, week: Watch, cast: Cast) -> None:
        keep(week, cast, "FELL")
        # The six hours to 14:00: 2, 2, 2 and three empty, usually 12; at 17:00 they are empty.
        assert look(week, NOW_HOUR + timedelta(minutes=20)) == []
        (alarm,) = look(week, NOW_HOUR + timedelta(hours=2, minutes=20))
        assert (alarm.value, alarm.threshold, alarm.figures["usual_tenths"]) == (2, 2, 120)

    def test_a_hard_word_rings_at_once_and_names_each_post_once(
        self, watch: Watch, cast: Cast, bring: Any, hands: dict[str, Any]
    ) -> None:
        keep(watch, cast, "WORDS", words=("骗人",), cooldown_hours=1)
        bring(6, start=NOW - timedelta(minutes=30))
        (alarm,) = look(watch)
        assert (alarm.value, len(alarm.posts)) == (1, 1)
        assert Message.objects.get(cause=f"alarm:{alarm.key}").urgency == "URGENT"

        assert len(look(watch, LATER + HOUR)) == 1
        hands["now"] = LATER + timedelta(minutes=61)
        bring(6, start=NOW - timedelta(minutes=10))
        newest = look(watch, LATER + timedelta(minutes=62))[0]
        assert len(newest.posts) == 1
        assert newest.posts != alarm.posts

    def test_it_writes_audit_rows(self, week: Watch, cast: Cast, bring: Any) -> None:
        rule = keep(week, cast)
        bring(12, start=NOW_HOUR)
        (alarm,) = look(week)
        row = Entry.objects.get(verb="watch.ring_rule")
        assert (row.actor, row.subject) == ("system", alarm.key)
        assert row.facts == {"rule": rule.key, "value": 12, "threshold": 10}
        assert Entry.objects.filter(verb="watch.tell_alarm", subject=alarm.key).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once_ring_once(
        self, week: Watch, cast: Cast, bring: Any, at_once: AtOnce
    ) -> None:
        keep(week, cast)
        bring(12, start=NOW_HOUR)
        at_once(lambda: jobs.look_at_next(week.stream, now=LATER))
        assert Alarm.objects.count() == 1


class TestQuietHours:
    QUIET = (time(13), time(15, 30))

    def test_it_is_kept_now_and_told_when_they_end(self, week: Watch, cast: Cast, bring: Any) -> None:
        keep(week, cast, quiet=self.QUIET)
        bring(12, start=NOW_HOUR)
        (alarm,) = look(week)
        assert (alarm.told_at, alarm.tell_from) == (None, NOW_HOUR + timedelta(minutes=90))
        assert not Message.objects.filter(cause__startswith="alarm:").exists()

        (alarm,) = look(week, alarm.tell_from)
        assert alarm.told_at == alarm.tell_from
        assert Message.objects.filter(cause__startswith="alarm:").count() == 1

    @pytest.mark.parametrize("column", ["computed_level", "confirmed_level"])
    @pytest.mark.parametrize(("level", "told"), [("I", True), ("II", True), ("III", False), ("", False)])
    def test_they_never_silence_the_two_gravest_levels(
        self, week: Watch, cast: Cast, bring: Any, column: str, level: str, told: bool
    ) -> None:
        keep(week, cast, quiet=self.QUIET)
        bring(12, start=NOW_HOUR)
        Event.objects.create(
            stream=week.stream,
            watch=week,
            code="grave",
            name="退款",
            first_at=NOW,
            last_at=NOW,
            **{column: level},
        )
        (alarm,) = look(week)
        assert (alarm.told_at is not None) == told
        if told:
            assert Message.objects.get(cause=f"alarm:{alarm.key}").urgency == "URGENT"

    @pytest.mark.parametrize(
        ("at", "quiet"), [(time(23), True), (time(6, 59), True), (time(7), False), (time(21, 59), False)]
    )
    def test_they_may_run_over_midnight(self, at: time, quiet: bool) -> None:
        assert AlertRule(quiet_from=time(22), quiet_until=time(7)).is_quiet(at) == quiet


class TestSettling:
    @pytest.fixture
    def alarm(self, week: Watch, cast: Cast, bring: Any) -> Alarm:
        keep(week, cast)
        bring(12, start=NOW_HOUR)
        return look(week)[0]

    def test_a_false_one_counts_against_its_rule(self, alarm: Alarm, cast: Cast) -> None:
        def share() -> int | None:
            (rule,) = queries.rules(cast.wang, alarm.stream, now=LATER)
            return queries.false_permille(rule)

        assert share() is None
        for number in range(1, 4):
            Alarm.objects.create(
                stream=alarm.stream,
                rule=alarm.rule,
                at=NOW - number * HOUR,
                window_from=NOW,
                window_until=NOW,
                value=1,
                threshold=1,
                tell_from=NOW,
                state="SEEN",
            )
        actions.settle_alarm(alarm=alarm, false=True, reason="促销咨询", person=cast.wang, now=LATER)
        # One of four.
        assert share() == 250

    def test_it_is_settled_once(self, alarm: Alarm, cast: Cast) -> None:
        actions.settle_alarm(alarm=alarm, false=False, person=cast.wang, now=LATER)
        with pytest.raises(actions.SettledAlready, match="王芳已把这条告警记为“已看”"):
            actions.settle_alarm(alarm=alarm, false=True, reason="误", person=cast.li, now=LATER)
        row = Entry.objects.latest("number")
        assert (row.verb, row.actor, row.facts) == ("watch.settle_alarm", cast.wang.key, {"state": "SEEN"})

    def test_a_false_one_needs_its_reason(self, alarm: Alarm, cast: Cast) -> None:
        with pytest.raises(actions.ReasonMissing, match="要写明理由"):
            actions.settle_alarm(alarm=alarm, false=True, reason=" ", person=cast.wang, now=LATER)

    def test_a_reader_may_not(self, alarm: Alarm, cast: Cast, sign_in: Callable[..., Client]) -> None:
        with pytest.raises(NotAllowed):
            actions.settle_alarm(alarm=alarm, false=False, person=cast.zhao, now=LATER)
        browser = sign_in(cast.zhao)
        assert (
            "监测组和指挥部可以处理告警" in browser.get(reverse("alarm", args=[alarm.key])).content.decode()
        )
        assert browser.post(reverse("alarm-see", args=[alarm.key])).status_code == 403

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_settle_it_once(self, alarm: Alarm, cast: Cast, at_once: AtOnce) -> None:
        see = lambda: actions.settle_alarm(alarm=alarm, false=False, person=cast.wang, now=LATER)  # noqa: E731
        assert at_once(see) == ["SettledAlready", "done"]

    def test_the_pages_show_and_settle_it(
        self, alarm: Alarm, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        browser = sign_in(cast.wang)
        assert "1 条告警还没有人看" in browser.get(reverse("alarms")).content.decode()
        Source.objects.filter(name="导出").update(failing_since=NOW)
        page = browser.get(reverse("alarm", args=[alarm.key])).content.decode()
        for words in ("阈值", "10 条", "1.9 条", "来源异常：导出", "黑猫投诉", "已通知值班的人"):
            assert words in page, words
        assert page.count("订单尾号") == 12

        empty = browser.post(reverse("alarm-false", args=[alarm.key]), {"reason": ""})
        assert empty.status_code == 422
        browser.post(reverse("alarm-false", args=[alarm.key]), {"reason": "促销带来的咨询"})
        assert "促销带来的咨询" in browser.get(reverse("alarm", args=[alarm.key])).content.decode()
        assert "告警都看过了" in browser.get(reverse("alarms")).content.decode()
        assert "1 条里 1 条" in browser.get(reverse("alert-rules")).content.decode()
