"""The impact of an event: image, reputation and business against the usual, and what is unknown and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.intake.authors import author_hash
from guanlan.intake.models import Source, Volume
from guanlan.people.models import Person
from guanlan.watch.actions import note_background, state_fact
from guanlan.watch.impact.figures import Count
from guanlan.watch.impact.measuring import impact
from guanlan.watch.impact.wording import change_words, headline, now_words, usual_words
from guanlan.watch.models import Event, JournalEntry, Reading
from impact_scene import BEGIN, DAY, Put, give, of, putting, weeks
from incident_scene import raise_event

Browser = Callable[[Person], Client]


@pytest.fixture
def event(cast: Cast, stream: Stream) -> Event:
    return raise_event(cast, stream)


@pytest.fixture
def put(event: Event) -> Put:
    return putting(event)


class TestImage:
    def test_the_share_of_the_last_day_is_held_against_the_weeks_before(self, event: Event, put: Put) -> None:
        for back in range(1, 21):
            put(10, BEGIN - back * DAY, negative=2)
        now = put(50, NOW - timedelta(hours=1), negative=40)
        put(9, BEGIN - 40 * DAY, negative=9)  # too long ago
        put(9, NOW + timedelta(minutes=1), negative=9)  # not yet

        one = of(impact(event, now=NOW), "negative_share")

        assert (one.now, one.usual) == (Count(40, 50), Count(40, 200))
        # By hand: Wilson .6696-.8876 of 40/50 and .1505-.2609 of 40/200, joined after Newcombe.
        assert one.interval is not None
        assert one.interval == (
            pytest.approx(0.6),
            pytest.approx(0.4561, abs=1e-4),
            pytest.approx(0.7006, abs=1e-4),
        )
        assert change_words(one) == "高于平日，高 60 个百分点（46～70）"
        assert (now_words(one), usual_words(one)) == ("80%，40 / 50 条", "20%")
        assert [row.pk for row in one.rows] == [post.pk for post in now[:40]]
        assert (len(one.beside), len(one.before), len(one.before_beside)) == (50, 40, 200)

    def test_our_own_posts_and_ones_own_copies_do_not_count(self, event: Event, put: Put) -> None:
        event.watch.own_accounts = ["观澜商城官方"]
        event.watch.save()
        put(1, BEGIN - 20 * DAY)
        for when in (BEGIN - DAY, NOW):
            put(3, when, negative=3, author_hash=author_hash("观澜商城官方"))
        original, copy, other = (put(1, NOW, negative=1, author_hash=who)[0] for who in ("a", "a", "b"))
        Reading.objects.filter(post__in=[copy, other]).update(copy_of=original)

        one = of(impact(event, now=NOW), "negative_share")

        assert (one.now, one.usual) == (Count(2, 2), Count(0, 1))

    def test_days_that_differ_widen_the_range(self, event: Event, put: Put) -> None:
        for back in range(1, 21):
            put(10, BEGIN - back * DAY, negative=10 if back % 5 == 0 else 0)
        put(50, NOW, negative=20)

        one = of(impact(event, now=NOW), "negative_share")

        # Twice the usual share of 20 %, but the usual days were all or nothing.
        assert (one.now, one.usual, one.verdict) == (Count(20, 50), Count(40, 200), "alike")

    def test_a_young_baseline_is_unknown_and_says_since_when(self, event: Event, put: Put) -> None:
        put(30, BEGIN - 13 * DAY, negative=3)
        put(10, NOW, negative=9)

        one = of(impact(event, now=NOW), "negative_share")

        assert (one.now, one.usual, one.interval) == (Count(9, 10), None, None)
        assert usual_words(one) == "未知"
        assert change_words(one) == ("未知：基线积累中：事前只有 13 天往日数据，满 14 天才有平日可比")

    def test_hours_that_a_person_noted_make_the_baseline(self, event: Event, put: Put, cast: Cast) -> None:
        put(10, NOW, negative=9)
        hours = 20 * 24
        first = BEGIN.replace(minute=0) - timedelta(hours=hours)
        note_background(
            watch=event.watch,
            first_hour=first,
            posts=[2] * hours,
            negative=[1, 0] * (hours // 2),
            person=cast.wang,
            now=NOW,
        )
        assert of(impact(event, now=NOW), "negative_share").usual is None  # the engine has not seen it yet
        JournalEntry.objects.update(applied_at=NOW)

        one = of(impact(event, now=NOW), "negative_share")

        assert (one.usual, one.noted) == (Count(240, 960), Count(240, 960))
        assert one.before_beside == ()

    def test_a_day_without_posts_is_unknown(self, event: Event, put: Put) -> None:
        put(30, BEGIN - 20 * DAY, negative=3)

        one = of(impact(event, now=NOW), "negative_share")

        assert (now_words(one), change_words(one)) == ("未知", "未知：近 24 小时没有他人帖文")

    def test_an_event_that_is_over_is_measured_up_to_its_last_post(self, event: Event, put: Put) -> None:
        put(30, BEGIN - 20 * DAY, negative=3)
        put(10, NOW - timedelta(minutes=5), negative=9)
        put(10, NOW + 5 * DAY)

        later = impact(event, now=NOW + 5 * DAY)

        assert later.until == event.last_at
        assert of(later, "negative_share").now == Count(9, 10)

    def test_words_that_have_come_up_lead_to_their_posts(self, event: Event, put: Put) -> None:
        for back in range(1, 21):
            put(2, BEGIN - back * DAY, negative=2, text="观澜商城退款三天没到账，太差了")
        put(20, NOW, negative=20, text="观澜商城退款三天没到账，太差了")
        scam = put(12, NOW, negative=12, text="假客服打来电话，说要给我退款，观澜商城")
        put(15, NOW, text="假客服是什么意思")  # not negative

        found = impact(event, now=NOW)

        word = next(one for one in found.words if "客服" in one.word)
        assert (word.now, word.usual) == (Count(12, 32), Count(0, 40))
        assert [row.pk for row in word.rows] == [post.pk for post in scam]
        assert not any("退款" in one.word or "到账" in one.word for one in found.words)

    def test_words_are_unknown_without_posts_before(self, event: Event, put: Put) -> None:
        put(29, BEGIN - 20 * DAY, negative=29)
        put(20, NOW, negative=20)

        found = impact(event, now=NOW)

        assert found.words == ()
        assert found.words_unknown == "事前只存有 29 条负面帖文，满 30 条才能比较用词"


class TestReputation:
    def test_outlets_are_counted_once_a_day_and_sorted_by_tier(self, event: Event, put: Put) -> None:
        for back in range(1, 21):
            put(2, BEGIN - back * DAY, author_hash=author_hash("城里早报"), media_type="news")
        for name, count in (("人民日报", 2), ("南方都市报", 1), ("城里早报", 3), ("消费观察网", 1)):
            put(count, NOW, author_hash=author_hash(name), media_type="news")
        put(1, NOW, author_hash=author_hash("央视新闻"), media_type="social")  # its account on a platform
        put(5, NOW, author_hash=author_hash("路人"), media_type="social")

        found = impact(event, now=NOW)

        one = of(found, "outlets")
        assert (one.now, one.usual) == (Count(5, 1), Count(20, 20))
        assert one.verdict == "higher"  # Wilson of 5 in 25 begins at .0886: 20 x .0886 / .9114 = 1.94
        assert [(tier.code, len(tier.rows), tier.names) for tier in found.tiers] == [
            ("central", 2, ("人民日报", "央视新闻")),
            ("provincial", 1, ("南方都市报",)),
            ("other", 2, ()),
        ]

    def test_large_accounts_count_when_negative(self, event: Event, put: Put) -> None:
        for back in range(1, 15):
            put(1, BEGIN - back * DAY, author_followers=5)
        put(2, NOW, negative=2, author_hash="big", author_followers=100_000)
        put(1, NOW, author_hash="kind", author_followers=900_000)
        put(1, NOW, negative=1, author_hash="small", author_followers=99_999)

        one = of(impact(event, now=NOW), "large_accounts")

        assert (one.now, one.usual) == (Count(1, 1), Count(0, 14))
        assert (one.verdict, change_words(one)) == ("higher", "高于平日，平日没有出现过")
        assert usual_words(one) == "没有"

    def test_unknown_followers_and_no_news_source_are_unknown(self, event: Event, put: Put) -> None:
        put(1, BEGIN - 20 * DAY)
        put(3, NOW, negative=3)
        Source.objects.update(media_type="social")

        found = impact(event, now=NOW)

        assert change_words(of(found, "large_accounts")) == "未知：帖文都没有带粉丝数"
        assert change_words(of(found, "outlets")) == "未知：没有接入新闻来源，也没有媒体账号的帖文"
        assert now_words(of(found, "outlets")) == "未知"

    def test_news_that_nobody_signed_are_of_unknown_number(self, event: Event, put: Put) -> None:
        put(1, BEGIN - 20 * DAY, media_type="news", author_hash="x")
        put(3, NOW, media_type="news")

        one = of(impact(event, now=NOW), "outlets")

        assert (one.now, one.interval) == (None, None)
        assert change_words(one) == "未知：新闻都没有署名，数不出是几家"

    def test_no_outlet_now_is_zero_where_news_come_in(self, event: Event, put: Put) -> None:
        put(1, BEGIN - 20 * DAY, media_type="news", author_hash="x")
        put(3, NOW, negative=3)

        one = of(impact(event, now=NOW), "outlets")

        assert (one.now, one.usual, one.verdict) == (Count(0, 1), Count(1, 20), "alike")
        assert usual_words(one) == "每天 0.05\u00a0家"

    def test_hot_lists_are_what_a_person_stated(self, event: Event, put: Put, cast: Cast) -> None:
        assert impact(event, now=NOW).stated == ()

        state_fact(event=event, fact="national_hot_list", ground="微博热搜第 9", person=cast.wang, now=NOW)

        (stated,) = impact(event, now=NOW).stated
        assert (stated.fact, stated.ground) == ("national_hot_list", "微博热搜第 9")


class TestBusiness:
    def test_a_day_that_is_not_over_is_at_least_so_many_times(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        give(cast, stream, weeks() | {NOW.date(): 60})

        one = of(impact(event, now=NOW), "complaints")

        assert (one.now, one.usual) == (Count(60, 1), Count(560, 28))
        # By hand: Wilson of 60 in 620 has its centre at .0992571 and is .0233326 wide to each side,
        # so .0759245 and .1225897; 28 x p / (1 - p) is 2.3006 and 3.9121.
        assert one.interval is not None
        assert one.interval == (
            pytest.approx(3.0),
            pytest.approx(2.3006, abs=1e-3),
            pytest.approx(3.9121, abs=1e-3),
        )
        assert change_words(one) == "高于平日，至少是平日的 2.3 倍（数未满一天）"
        assert (now_words(one), usual_words(one)) == ("60\u00a0件，11-20 到 14:05", "每天 20\u00a0件")
        assert [len(one.days), len(one.days_before)] == [1, 28]

    def test_a_whole_day_has_both_edges(self, event: Event, cast: Cast, stream: Stream) -> None:
        give(cast, stream, weeks())
        give(cast, stream, {NOW.date(): 60}, now=NOW + DAY)

        one = of(impact(event, now=NOW + timedelta(hours=12)), "complaints")

        assert change_words(one) == "高于平日，是平日的 3.0 倍（2.3～3.9）"
        assert now_words(one) == "60\u00a0件，11-20 全天"

    def test_little_by_noon_says_nothing_yet(self, event: Event, cast: Cast, stream: Stream) -> None:
        give(cast, stream, weeks() | {NOW.date(): 4})

        one = of(impact(event, now=NOW), "complaints")

        assert (one.verdict, change_words(one)) == ("open", "还看不出：数未满一天，是平日全天的 0.2 倍")

    def test_what_was_not_given_is_unknown_and_says_why(
        self, event: Event, cast: Cast, stream: Stream
    ) -> None:
        assert change_words(of(impact(event, now=NOW), "complaints")) == "未知：没有人填过这个数"

        give(cast, stream, weeks(13))
        before = of(impact(event, now=NOW), "complaints")
        assert change_words(before) == "未知：事件发生以来还没有填过，最近填到 11-19"

        give(cast, stream, {NOW.date(): 60})
        young = of(impact(event, now=NOW), "complaints")
        assert (young.now, young.usual) == (Count(60, 1), None)
        assert change_words(young) == "未知：事前 28 天只填了 13 天，满 14 天才有平日可比"
        assert change_words(of(impact(event, now=NOW), "refunds")) == "未知：没有人填过这个数"

    def test_figures_of_days_ago_are_not_now(self, event: Event, cast: Cast, stream: Stream) -> None:
        give(cast, stream, weeks() | {NOW.date(): 60})
        Event.objects.filter(pk=event.pk).update(last_at=NOW + 3 * DAY)
        event.refresh_from_db()

        one = of(impact(event, now=NOW + 3 * DAY), "complaints")

        assert (one.now, one.usual) == (None, Count(560, 28))
        assert change_words(one) == "未知：最近填到 11-20，此后没有填"

    def test_a_closed_row_does_not_count(self, event: Event, cast: Cast, stream: Stream) -> None:
        give(cast, stream, weeks() | {NOW.date(): 600})
        corrected = {NOW.date(): 60, NOW.date() - DAY: 48}
        give(cast, stream, corrected, now=NOW + timedelta(minutes=1))

        one = of(impact(event, now=NOW + timedelta(minutes=1)), "complaints")

        assert (one.now, one.usual) == (Count(60, 1), Count(27 * 20 + 48, 28))
        assert Volume.objects.filter(day=NOW.date()).count() == 2


def test_the_headline_names_what_lies_above_the_usual(
    event: Event, put: Put, cast: Cast, stream: Stream
) -> None:
    assert headline(impact(event, now=NOW)) == "还说不出，原因见表"
    for back in range(1, 21):
        put(10, BEGIN - back * DAY, negative=2)
    put(5, NOW - timedelta(hours=2), negative=1)
    assert headline(impact(event, now=NOW)) == "没有看出高于平日的"
    put(45, NOW - timedelta(hours=1), negative=39)
    give(cast, stream, weeks() | {NOW.date(): 60})

    assert headline(impact(event, now=NOW)) == ("比平日，负面占比高 60 个百分点，投诉至少 2.3 倍")
