"""A check of the address book: each channel is tried, one tap answers, and nothing else happens."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.incidents.models import Incident
from guanlan.notify.jobs import deliver_next_message, look_at_next_chain
from guanlan.notify.models import Channel, Message, Unheard
from guanlan.people.models import Membership, Person
from guanlan.plan.models import PlanVersion
from guanlan.reachability import actions
from guanlan.reachability.due import due_checks, months_later
from guanlan.reachability.jobs import remind_next_check
from guanlan.reachability.models import ReachCheck, ReachTry
from guanlan.reachability.queries import result
from guanlan.selfcheck.jobs import check_all
from guanlan.selfcheck.models import LooseEnd
from notify.doubles import Doubles
from notify.scene import K, channel_of, reach

SignIn = Callable[..., Client]
Later = Callable[[timedelta], None]
MINUTE = timedelta(minutes=1)


def run() -> None:
    while look_at_next_chain() or deliver_next_message():
        pass


def start(cast: Cast, stream: Stream, group: str = "", now: datetime = NOW) -> ReachCheck:
    chosen = cast.groups[group] if group else None
    return actions.start_check(group=chosen, stream=stream, person=cast.wang, now=now)


def message_of(check: ReachCheck, person: Person, channel: Channel) -> Message:
    message = ReachTry.objects.get(check_of=check, person=person, channel=channel).message
    assert message is not None
    return message


@pytest.fixture
def ways(cast: Cast, vendors: Doubles) -> dict[str, Channel]:
    """王 and 刘 have a bot and text messages; 陈 only a bot that is gone; the others nothing."""
    channels = {
        "bot": channel_of(cast, K.WECOM, vendors.wecom, name="值班群"),
        "sms": channel_of(cast, K.WEBHOOK, vendors.gateway, name="短信"),
        "gone": channel_of(cast, K.WECOM, vendors.wecom.replace("a-key", "gone"), name="旧群"),
    }
    reach(cast.wang, channels["bot"], channels["sms"])
    reach(cast.liu, channels["bot"], channels["sms"])
    reach(cast.chen, channels["gone"])
    return channels


class TestStart:
    def test_tries_each_channel_of_everybody_and_says_what_it_is(
        self, cast: Cast, stream: Stream, vendors: Doubles, ways: dict[str, Channel]
    ) -> None:
        check = start(cast, stream)
        run()

        tries = ReachTry.objects.filter(check_of=check)
        assert tries.filter(channel=None).count() == 4  # 李 周 赵 吴
        assert sorted(said["path"] for said in vendors.taken) == [
            "/cgi-bin/webhook/send",
            "/cgi-bin/webhook/send",
            "/sms",
            "/sms",
        ]
        assert all("连通性检查（不是真事）" in text for text in vendors.texts())
        assert all("紧急" not in text for text in vendors.texts())
        entry = Entry.objects.get(verb="reachability.start_check")
        assert (entry.actor, entry.subject, entry.facts) == (
            cast.wang.key,
            check.key,
            {"group": "", "persons": 7},
        )

    def test_of_one_group_only_its_people(self, cast: Cast, stream: Stream, ways: dict[str, Channel]) -> None:
        check = start(cast, stream, "service")

        assert set(ReachTry.objects.filter(check_of=check).values_list("person", flat=True)) == {cast.liu.pk}

    def test_refuses_a_second_while_people_answer_the_first(
        self, cast: Cast, stream: Stream, ways: dict[str, Channel]
    ) -> None:
        start(cast, stream)
        with pytest.raises(actions.StillRunning, match="14:20"):
            start(cast, stream, now=NOW + 14 * MINUTE)

        start(cast, stream, now=NOW + 15 * MINUTE)
        assert ReachCheck.objects.count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_are_one(
        self, cast: Cast, stream: Stream, ways: dict[str, Channel], at_once: AtOnce
    ) -> None:
        assert at_once(lambda: start(cast, stream)) == ["StillRunning", "done"]

    def test_refuses_a_group_without_anybody_and_leaves_nothing(self, cast: Cast, stream: Stream) -> None:
        Membership.objects.filter(group=cast.groups["legal"]).update(ended_at=NOW)
        with pytest.raises(actions.NobodyServes):
            start(cast, stream, "legal")

        assert not ReachCheck.objects.exists()

    def test_only_who_may_and_not_in_a_drill(self, cast: Cast, stream: Stream, sign_in: SignIn) -> None:
        for person in (cast.liu, cast.zhao):
            with pytest.raises(NotAllowed):
                actions.start_check(group=None, stream=stream, person=person, now=NOW)
        assert sign_in(cast.liu).get(reverse("reach-checks")).status_code == 403
        assert "现在发出" not in sign_in(cast.zhao).get(reverse("reach-checks")).content.decode()
        drill = Stream.objects.create(kind=Stream.Kind.DRILL, name="演练")
        with pytest.raises(actions.NothingLeaves):
            start(cast, drill)
        Stream.objects.filter(pk=stream.pk).update(kind=Stream.Kind.DEMO)
        page = sign_in(cast.wu).get(reverse("reach-checks")).content.decode()
        assert "演练和演示里不往外发" in page
        assert "现在发出" not in page


class TestAnswers:
    def test_one_tap_answers_and_the_result_says_how_fast_and_over_what(
        self,
        cast: Cast,
        stream: Stream,
        vendors: Doubles,
        ways: dict[str, Channel],
        sign_in: SignIn,
        hands: dict[str, datetime],
    ) -> None:
        browser = sign_in(cast.wang)
        form = {"group": ""}
        page = browser.post(reverse("reach-checks"), form, follow=True).content.decode()
        assert "7 人中 0 人按时应答" in page
        run()
        check = ReachCheck.objects.get()

        hands["now"] = NOW + 2 * MINUTE
        message = message_of(check, cast.liu, ways["sms"])
        [address] = [text.split()[-1] for text in vendors.texts() if message.key in text]
        answer = sign_in(cast.liu).get(address.removeprefix("http://127.0.0.1:8000"), follow=True)
        assert "14:07 已记下您的应答" in re.sub("<[^>]+>", "", answer.content.decode())

        hands["now"] = NOW + 16 * MINUTE
        sign_in(cast.wang).get(reverse("message", args=[message_of(check, cast.wang, ways["bot"]).key]))
        found = {one.person: one for one in result(check, now=NOW + 16 * MINUTE).outcomes}
        assert (found[cast.liu].took, found[cast.liu].in_time) == (2 * MINUTE, True)
        assert [(tried.channel, tried.sentence) for tried in found[cast.liu].tried] == [
            ("值班群", "已发到，没有人点开"),
            ("短信", ""),
        ]
        assert (found[cast.wang].took, found[cast.wang].in_time) == (16 * MINUTE, False)
        assert found[cast.chen].tried[0].sentence.startswith("失败：对方没有收：invalid webhook url")
        assert found[cast.zhou].tried[0].sentence == "没有渠道，也没有可用的邮箱"
        page = browser.get(reverse("reach-check", args=[check.key])).content.decode()
        assert "7 人中 1 人按时应答，1 人迟了" in page
        assert "应答用时中位数 2 分" in page
        assert "1 / 7" in browser.get(reverse("reach-checks")).content.decode()

    def test_nobody_else_is_called_and_nothing_stands_in_an_inbox(
        self,
        cast: Cast,
        stream: Stream,
        vendors: Doubles,
        ways: dict[str, Channel],
        later: Later,
        sign_in: SignIn,
    ) -> None:
        start(cast, stream)
        for _minute in range(8):
            run()
            later(20 * MINUTE)
        for minute in (160, 161, 162):
            check_all(lambda _stream, at=minute: NOW + at * MINUTE, lambda at=minute: NOW + at * MINUTE)

        assert len(vendors.taken) == 4
        assert not Unheard.objects.exists()
        assert not LooseEnd.objects.exists()
        assert not Incident.objects.exists()
        assert "连通性检查（" not in sign_in(cast.liu).get(reverse("inbox")).content.decode()
        assert "都发出去了" in sign_in(cast.wu).get(reverse("deliveries")).content.decode()

    def test_a_stranger_to_a_check_has_not_answered_it(
        self, cast: Cast, stream: Stream, ways: dict[str, Channel], sign_in: SignIn
    ) -> None:
        check = start(cast, stream, "service")
        Message.objects.update(read_at=NOW)

        page = sign_in(cast.chen).get(reverse("reach-answered", args=[check.key])).content.decode()

        assert "还没有您的应答" in page


class TestDue:
    """The five-groups plan, in force since 2026-11-20, wants one every month."""

    def test_is_told_once_when_the_plans_day_is_over(
        self, cast: Cast, stream: Stream, plan: PlanVersion, sign_in: SignIn, hands: dict[str, datetime]
    ) -> None:
        on_the_day = datetime.fromisoformat("2026-12-20T23:00:00+08:00")
        assert not remind_next_check(lambda _stream: on_the_day)
        [due] = due_checks(now=on_the_day)
        assert (due.on, due.late) == (date(2026, 12, 20), [])
        hands["now"] = over = datetime.fromisoformat("2026-12-21T09:00:00+08:00")

        assert remind_next_check(lambda _stream: over)
        assert not remind_next_check(lambda _stream: over + timedelta(days=3))

        told = Message.objects.filter(cause="reach-due:drill.reachability")
        assert {message.person for message in told} == {cast.li, cast.wang, cast.wu}
        assert told[0].title.startswith("“通讯录连通演练”逾期没有做：")
        assert "逾期没有做：" in sign_in(cast.wang).get(reverse("reach-checks")).content.decode()

    def test_a_check_of_everybody_moves_it_on_and_one_of_a_group_that_group_only(
        self, cast: Cast, stream: Stream, plan: PlanVersion
    ) -> None:
        start(cast, stream, now=NOW + timedelta(days=20))
        [due] = due_checks(now=NOW + timedelta(days=40))
        assert (due.on, due.late) == (date(2027, 1, 10), [])

        later = NOW + timedelta(days=60)
        group = due_checks(now=later)[0].late[0]
        actions.start_check(group=group, stream=stream, person=cast.wang, now=later)
        assert group not in due_checks(now=later)[0].late
        assert len(due_checks(now=later)[0].late) == 4

    @pytest.mark.parametrize(
        ("day", "months", "then"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2027, 12, 31), 2, date(2028, 2, 29)),
            (date(2026, 11, 20), 12, date(2027, 11, 20)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
        ],
    )
    def test_a_month_later(self, day: date, months: int, then: date) -> None:
        assert months_later(day, months) == then
