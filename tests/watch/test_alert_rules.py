"""Keeping a rule: who may, what is refused, what it would have rung for before it is kept."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.watch.actions import close_watch
from guanlan.watch.alerts import actions, queries
from guanlan.watch.alerts.sensitivity import Terms
from guanlan.watch.models import Alarm, AlertRule, HourCount, Watch

HOUR = timedelta(hours=1)
NOW_HOUR = NOW.replace(minute=0)


def keep(watch: Watch, cast: Cast, **more: Any) -> AlertRule:
    terms = Terms(
        more.pop("kind", "RATIO"), **{k: more.pop(k) for k in list(more) if k in Terms.__annotations__}
    )
    return actions.keep_rule(watch=watch, terms=terms, person=cast.wang, now=NOW, **more)


def fill(watch: Watch, counts: dict[int, int], *, usual: int = 10, hours: int = 400) -> None:
    """Store a watch's hours: `usual` posts each, but for those so many hours before the running one."""
    HourCount.objects.bulk_create(
        HourCount(
            stream=watch.stream,
            watch=watch,
            hour=NOW_HOUR - ago * HOUR,
            posts=counts.get(ago, usual),
            negative=counts.get(ago, usual) // 2,
        )
        for ago in range(hours)
    )


class TestKeepRule:
    def test_the_sensitivity_chooses_the_number(self, watch: Watch, cast: Cast) -> None:
        rules = [
            keep(watch, cast, kind=kind, sensitivity=sensitivity)
            for kind, sensitivity in (
                ("RATIO", "MORE"),
                ("DEVIATION", "BALANCED"),
                ("SURGE", "FEWER"),
                ("ZERO", "MORE"),
            )
        ]
        assert [rule.number for rule in rules] == [150, 4, 5, 12]

    def test_a_changed_rule_is_another_and_the_old_one_stands_no_more(self, watch: Watch, cast: Cast) -> None:
        old = keep(watch, cast)
        changed = keep(watch, cast, sensitivity="FEWER", instead_of=old)
        old.refresh_from_db()
        assert (old.closed_at, old.followed_by, old.number, changed.number) == (NOW, changed, 200, 300)
        with pytest.raises(actions.RuleClosed, match="已经停用或改过了"):
            keep(watch, cast, instead_of=old)
        assert AlertRule.objects.filter(closed_at=None).count() == 1

    @pytest.mark.parametrize(
        ("terms", "sentence"),
        [
            ({"kind": "WORDS"}, "至少要写一个词"),
            ({"kind": "GUESS"}, "请从列出的规则"),
            ({"quiet": (time(22), time(22))}, "不能是同一时刻"),
        ],
    )
    def test_what_could_never_ring_is_refused(
        self, watch: Watch, cast: Cast, terms: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(BadInput, match=sentence):
            keep(watch, cast, **terms)
        assert not AlertRule.objects.exists()

    def test_a_closed_watch_takes_none(self, watch: Watch, cast: Cast) -> None:
        close_watch(watch=watch, person=cast.wang, now=NOW)
        with pytest.raises(actions.RuleClosed, match="已停用"):
            keep(watch, cast)

    def test_only_monitors_and_administrators_may(self, watch: Watch, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.keep_rule(watch=watch, terms=Terms("ZERO"), person=cast.zhao, now=NOW)
        rule = keep(watch, cast)
        with pytest.raises(NotAllowed):
            actions.close_rule(rule=rule, person=cast.chen, now=NOW)

    def test_each_step_writes_one_audit_row(self, watch: Watch, cast: Cast) -> None:
        rule = keep(watch, cast)
        row = Entry.objects.latest("number")
        assert (row.verb, row.subject, row.facts) == ("watch.keep_rule", rule.key, {"watch": watch.key})
        actions.close_rule(rule=rule, person=cast.wang, now=NOW)
        assert Entry.objects.latest("number").verb == "watch.close_rule"

    @pytest.mark.django_db(transaction=True)
    def test_two_that_close_it_at_once(self, watch: Watch, cast: Cast, at_once: AtOnce) -> None:
        rule = keep(watch, cast)
        close = lambda: actions.close_rule(rule=rule, person=cast.wang, now=NOW)  # noqa: E731
        assert at_once(close) == ["RuleClosed", "done"]


class TestTried:
    def test_it_names_the_hours_of_the_last_week(self, watch: Watch, cast: Cast) -> None:
        fill(watch, {100: 20, 50: 19, 3: 40, 2: 41, 200: 90})

        found = queries.tried(watch, Terms("RATIO", minimum=1, cooldown_hours=1), now=NOW)

        # Within a week: the 20 of 100 hours ago have 90 of 200 hours ago before them, a mean of
        # (167·10 + 90) / 168 = 10.48, twice of which is 20.95: they do not reach 21. The 40 and 41 do.
        assert [(one.since, one.value) for one in found.rung] == [
            (NOW_HOUR - 2 * HOUR, 41),
            (NOW_HOUR - 3 * HOUR, 40),
        ]
        assert (found.judged, found.hours) == (168, 168)
        assert not Alarm.objects.exists()
        assert not AlertRule.objects.exists()

    def test_a_cooldown_leaves_the_next_hours_out(self, watch: Watch) -> None:
        fill(watch, {3: 40, 2: 41})
        found = queries.tried(watch, Terms("RATIO", minimum=1, cooldown_hours=2), now=NOW)
        assert [one.value for one in found.rung] == [40]

    def test_hours_that_nobody_knows_are_not_judged(self, watch: Watch) -> None:
        fill(watch, {}, hours=100)
        found = queries.tried(watch, Terms("RATIO"), now=NOW)
        assert (len(found.rung), found.judged) == (0, 16)

    def test_negative_posts_can_be_counted_alone(self, watch: Watch) -> None:
        fill(watch, {5: 22})
        rang = queries.tried(watch, Terms("RATIO", counts="NEGATIVE", minimum=1), now=NOW).rung
        assert [(one.value, one.threshold) for one in rang] == [(11, 10)]

    def test_hard_words_name_their_posts(self, watch: Watch, bring: Any) -> None:
        bring(12, start=NOW - HOUR)
        found = queries.tried(watch, Terms("WORDS", words=("骗人", "垃圾服务")), now=NOW)
        # Two of the six invented complaints say them.
        assert len(found.posts) == 4
        assert found.looked_through == 12


class TestPages:
    def boxes(self, watch: Watch, **more: Any) -> dict[str, Any]:
        usual = {"watch": watch.key, "kind": "RATIO", "sensitivity": "BALANCED", "counts": "POSTS"}
        return usual | {"minimum": 10, "cooldown_hours": 4} | more

    def test_a_rule_is_tried_kept_changed_and_stopped(
        self, watch: Watch, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        fill(watch, {3: 40})
        browser = sign_in(cast.wang)
        assert "灵敏度对应的数" in browser.get(reverse("alert-rule-new")).content.decode()

        tried = browser.get(reverse("alert-rule-try"), self.boxes(watch)).content.decode()
        assert "会报 1 次" in tried
        assert "阈值 20 条" in tried
        assert not AlertRule.objects.exists()

        browser.post(reverse("alert-rule-new"), self.boxes(watch, quiet_from="22:00", quiet_until="07:00"))
        rule = AlertRule.objects.get()
        assert (rule.quiet_from, rule.quiet_until, rule.minimum) == (time(22), time(7), 10)
        page = browser.get(reverse("alert-rules")).content.decode()
        assert "一小时达到前 7 天时均的 200%，至少 10 条" in page
        assert "22:00–07:00" in page

        assert 'value="22:00"' in browser.get(reverse("alert-rule", args=[rule.key])).content.decode()
        browser.post(reverse("alert-rule", args=[rule.key]), self.boxes(watch, sensitivity="FEWER"))
        changed = AlertRule.objects.get(closed_at=None)
        assert changed.number == 300
        browser.post(reverse("alert-rule-close", args=[changed.key]))
        assert "还没有告警规则" in browser.get(reverse("alert-rules")).content.decode()

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            ({"quiet_from": "22:00"}, "要么都填，要么都不填"),
            ({"kind": "WORDS"}, "至少要写一个词"),
            ({"minimum": 0}, "大于或等于1"),
        ],
    )
    def test_what_is_wrong_is_said_before_and_after(
        self, watch: Watch, cast: Cast, sign_in: Callable[..., Client], more: dict[str, Any], sentence: str
    ) -> None:
        browser, boxes = sign_in(cast.wang), self.boxes(watch, **more)
        assert sentence in browser.get(reverse("alert-rule-try"), boxes).content.decode()
        answer = browser.post(reverse("alert-rule-new"), boxes)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)

    def test_who_may_not_reads_a_sentence(
        self, watch: Watch, cast: Cast, sign_in: Callable[..., Client], stream: Stream
    ) -> None:
        browser = sign_in(cast.zhao)
        assert "新建规则" not in browser.get(reverse("alert-rules")).content.decode()
        answer = browser.get(reverse("alert-rule-new"))
        assert answer.status_code == 403
        assert "监测" in answer.content.decode()
