"""外部时限: rules that ship with their source, the company's own in their place, and when a time is over."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.calendar import PUBLISHED_UNTIL, Office
from guanlan.clocks.models import OutsideRule
from guanlan.clocks.outside import Due, due_under, rule_of, shipped, standing_rules
from guanlan.errors import NotAllowed
from guanlan.people.models import Person
from guanlan.site.worktime import actions

Browser = Callable[[Person], Client]
LATER = NOW + timedelta(minutes=1)
VALUES = {
    "name": "12345 工单：三天答复",
    "starts": "收到工单之时",
    "amount": 3,
    "unit": "working_day",
    "source": "本市 12345 工单管理办法",
    "effective_on": date(2025, 1, 1),
    "checked": True,
    "note": "",
}


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def own(cast: Cast, code: str = "12345-order", now: datetime = NOW, **other: Any) -> OutsideRule:
    return actions.set_rule(code=code, values=VALUES | other, person=cast.wu, now=now)


class TestWhatShips:
    def test_the_numbers_are_those_of_the_texts(self) -> None:
        """Read in the texts that each names; what was not read there says so."""
        read = {rule.code: (rule.amount, rule.unit) for rule in shipped() if rule.checked}
        assert read == {
            "12378-simple": (15, "day"),
            "12378-complex": (30, "day"),
            "telecom-answer": (15, "day"),
        }

    def test_each_can_be_stored_and_a_checked_one_has_source_and_date(self) -> None:
        for rule in shipped():
            rule.since = NOW
            rule.clean_fields()
            assert rule.source
            assert rule.effective_on or not rule.checked
        assert len({rule.code for rule in shipped()}) == len(shipped())


class TestDue:
    RULES = {rule.code: rule for rule in shipped()}

    def test_seven_working_days_from_a_friday(self) -> None:
        # NOW is Friday 20 November, 14:05 in Shanghai; the seventh is Tuesday 1 December.
        end = datetime(2026, 12, 1, 9, tzinfo=UTC)
        assert due_under(self.RULES["12315-accept"], NOW, Office()) == Due(end, end, known=True)

    def test_a_last_day_of_rest_is_said_with_the_day_it_moves_to(self) -> None:
        saturday, monday = datetime(2026, 12, 5, 9, tzinfo=UTC), datetime(2026, 12, 7, 9, tzinfo=UTC)
        due = due_under(self.RULES["telecom-answer"], NOW, Office())
        assert (due.at, due.moved_to, due.moved) == (saturday, monday, True)

    def test_hours_do_not_rest(self) -> None:
        due = due_under(self.RULES["platform-first-reply"], NOW, Office())
        assert (due.at, due.moved, due.known) == (NOW + timedelta(hours=48), False, True)

    def test_days_that_no_notice_covers_are_said(self) -> None:
        near = datetime.combine(PUBLISHED_UNTIL, time(2), UTC)
        assert not due_under(self.RULES["12315-accept"], near, Office()).known
        assert not due_under(self.RULES["telecom-answer"], near, Office()).known
        assert due_under(self.RULES["platform-first-reply"], near, Office()).known
        # The fifteenth day is the last that is known.
        assert due_under(self.RULES["telecom-answer"], near - timedelta(days=15), Office()).known

    def test_own_hours_end_the_day(self) -> None:
        due = due_under(self.RULES["12315-accept"], NOW, Office(closes=time(20)))
        assert due.at == datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
class TestSettingRules:
    def test_the_companys_own_stands_in_place_of_one_that_ships(self, cast: Cast) -> None:
        own(cast)
        rules = standing_rules(NOW)
        assert [rule.code for rule in rules] == [rule.code for rule in shipped()]
        found = rule_of("12345-order", NOW)
        assert found is not None
        assert (found.amount, found.checked) == (3, True)

    def test_a_rule_that_does_not_ship_is_added_at_the_end(self, cast: Cast) -> None:
        added = own(cast, code="")
        assert standing_rules(NOW)[-1] == added
        assert len(standing_rules(NOW)) == len(shipped()) + 1

    def test_what_stood_before_is_kept(self, cast: Cast) -> None:
        own(cast)
        own(cast, now=LATER, amount=4)
        before, after = rule_of("12345-order", NOW), rule_of("12345-order", LATER)
        assert before is not None
        assert after is not None
        assert (before.amount, after.amount) == (3, 4)

    def test_taking_back_brings_the_one_that_ships(self, cast: Cast) -> None:
        rule = own(cast)
        actions.take_back_rule(rule=rule, person=cast.wu, now=LATER)
        found = rule_of("12345-order", LATER)
        assert found is not None
        assert (found.amount, found.checked) == (5, False)
        with pytest.raises(actions.NotStanding, match="已经撤回过了"):
            actions.take_back_rule(rule=rule, person=cast.wu, now=LATER)

    def test_only_an_administrator_changes_them(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.set_rule(code="12345-order", values=VALUES, person=cast.liu, now=NOW)
        rule = own(cast)
        with pytest.raises(NotAllowed):
            actions.take_back_rule(rule=rule, person=cast.liu, now=LATER)
        assert OutsideRule.standing(LATER).get() == rule

    def test_each_step_is_on_record(self, cast: Cast) -> None:
        rule = own(cast)
        actions.take_back_rule(rule=rule, person=cast.wu, now=LATER)
        entries = Entry.objects.filter(verb__startswith="site.").order_by("number")
        assert [(entry.verb, entry.subject, entry.actor) for entry in entries] == [
            ("site.set_rule", rule.key, cast.wu.key),
            ("site.take_back_rule", rule.key, cast.wu.key),
        ]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_a_rule_at_once_the_later_stands(cast: Cast, at_once: AtOnce) -> None:
    assert at_once(lambda: own(cast)) == ["done", "done"]
    assert OutsideRule.objects.filter(until=None).count() == 1


@pytest.mark.usefixtures("stream")
class TestThePages:
    def test_everybody_sees_them_and_which_are_unchecked(self, cast: Cast, sign_in: Browser) -> None:
        answer = sign_in(cast.liu).get(reverse("outside-rules"))
        page = said(answer)
        for rule in shipped():
            assert rule.name in page
            assert rule.source in page
        unchecked = [rule for rule in shipped() if not rule.checked]
        assert answer.content.decode().count("<b>待核对</b>") == len(unchecked)
        assert "加一条规则" not in page

    def test_received_then_due_then(self, cast: Cast, sign_in: Browser) -> None:
        asked = {"rule": "12315-accept", "received": "2026-11-20T14:05"}
        page = said(sign_in(cast.liu).get(reverse("outside-rules"), asked))
        assert "2026年12月1日（星期二）17:00 到期" in page
        assert "7 个工作日" in page
        assert "第十四条" in page
        assert "这条规则待核对" in page

    def test_a_checked_rule_is_not_called_unchecked(self, cast: Cast, sign_in: Browser) -> None:
        asked = {"rule": "12378-simple", "received": "2026-11-20T14:05"}
        page = said(sign_in(cast.liu).get(reverse("outside-rules"), asked))
        assert "2026年12月5日（星期六）17:00 到期" in page
        assert "这条规则待核对" not in page

    def test_an_unchecked_rule_a_day_of_rest_and_a_guess_are_said(self, cast: Cast, sign_in: Browser) -> None:
        asked = {"rule": "12381-answer", "received": "2026-11-20T14:05"}
        page = said(sign_in(cast.liu).get(reverse("outside-rules"), asked))
        assert "这条规则待核对" in page
        assert "可顺延到 2026年12月7日（星期一）17:00" in page
        far = {"rule": "12315-accept", "received": f"{PUBLISHED_UNTIL.year + 1}-03-01T10:00"}
        assert "按未公布的节假日表推算" in said(sign_in(cast.liu).get(reverse("outside-rules"), far))

    @pytest.mark.parametrize("asked", [{"rule": "nobody"}, {"rule": "12315-accept", "received": "昨天"}])
    def test_what_cannot_be_read_is_said(self, cast: Cast, sign_in: Browser, asked: dict[str, str]) -> None:
        assert sign_in(cast.liu).get(reverse("outside-rules"), asked).status_code == 422

    def test_an_administrator_puts_one_right_and_takes_it_back(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wu)
        address = reverse("outside-rule", args=["12345-order"])
        assert 'value="5"' in browser.get(address).content.decode()
        saved = browser.post(address, VALUES | {"effective_on": "2025-01-01", "checked": "on"}, follow=True)
        assert "已保存“12345 工单：三天答复”" in said(saved)
        assert "3 个工作日" in said(saved)
        back = browser.post(reverse("outside-rule-take-back", args=["12345-order"]), follow=True)
        assert "已撤回" in said(back)
        assert "3 个工作日" not in said(back)

    def test_an_administrator_adds_one(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.wu)
        assert "加一条外部时限" in said(browser.get(reverse("outside-rule-add")))
        saved = browser.post(
            reverse("outside-rule-add"), VALUES | {"effective_on": "", "checked": ""}, follow=True
        )
        assert "12345 工单：三天答复" in said(saved)
        assert OutsideRule.objects.get().effective_on is None

    @pytest.mark.parametrize("amount", ["0", "401", "-1", "三"])
    def test_an_amount_out_of_reason_is_refused(self, cast: Cast, sign_in: Browser, amount: str) -> None:
        address = reverse("outside-rule", args=["12345-order"])
        typed = VALUES | {"effective_on": "", "amount": amount}
        assert sign_in(cast.wu).post(address, typed).status_code == 422
        assert not OutsideRule.objects.exists()

    def test_others_and_unknown_rules(self, cast: Cast, sign_in: Browser) -> None:
        assert sign_in(cast.liu).get(reverse("outside-rule-add")).status_code == 403
        assert sign_in(cast.wu).get(reverse("outside-rule", args=["nobody"])).status_code == 404
        gone = sign_in(cast.wu).post(reverse("outside-rule-take-back", args=["nobody"]))
        assert gone.status_code == 404
