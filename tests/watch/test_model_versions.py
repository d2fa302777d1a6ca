"""Versions of the model: learnt from people's judgements, compared, in force, taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.engine.model import Line
from guanlan.errors import NotAllowed
from guanlan.intake.models import Batch, Post, Source
from guanlan.watch import folding, jobs
from guanlan.watch.models import Correction, Event, JournalEntry, ModelVersion, Reading, Watch
from guanlan.watch.versions import actions
from guanlan.watch.versions.comparing import Score, compare, said
from guanlan.watch.versions.judged import frozen, is_held, judged

WEIBO, BLACKCAT = "weibo", "heimao"  # as they are stored
BAD = "退款拖了{}天没到账，客服只会让我等，太差了"
GOOD = "第{}次来买，送得快，师傅热情，很满意"


@pytest.fixture
def source(cast: Cast, stream: Stream) -> Source:
    return Source.objects.create(stream=stream, unit=cast.wang.unit, kind="FILE", name="导出")


def bring_judged(
    source: Source, cast: Cast, count: int, *, wrong: Callable[[int], bool] = lambda place: False
) -> None:
    """Posts of Weibo that 王芳 judged: every other one negative; where `wrong`, she says neutral."""
    first = Post.objects.count()
    batch = Batch.objects.create(stream=source.stream, source=source, number=first + 1, received_at=NOW)
    posts = Post.objects.bulk_create(
        Post(
            stream=source.stream,
            source=source,
            batch=batch,
            external_id=f"j{first + place}",
            platform=WEIBO,
            text=(BAD if place % 2 else GOOD).format(first + place),
            published_at=NOW,
            taken_at=NOW,
        )
        for place in range(count)
    )
    Reading.objects.bulk_create(
        Reading(stream=source.stream, post=post, stance="negative", published_at=NOW) for post in posts
    )
    Correction.objects.bulk_create(
        Correction(
            stream=source.stream,
            post=post,
            kind="CONFIRMED",
            after="neutral" if wrong(place) else ("negative" if place % 2 else "positive"),
            fingerprint="x",
            person=cast.wang,
            at=NOW,
        )
        for place, post in enumerate(posts)
    )


def learn(stream: Stream, person: Any) -> ModelVersion:
    return actions.recalibrate(stream=stream, platform=WEIBO, person=person, now=NOW)


def half(place: int) -> bool:
    return place % 4 in (0, 1)


class TestRecalibrate:
    def test_it_keeps_a_version_that_is_not_in_force(
        self, source: Source, cast: Cast, stream: Stream
    ) -> None:
        bring_judged(source, cast, 240, wrong=half)

        version = learn(stream, cast.li)

        held = sum(is_held(post.key) for post in Post.objects.all())
        assert (version.number, version.judged, version.platform) == (2, 240 - held, WEIBO)
        assert 20 < held < 80
        assert (version.base.number, version.base.fingerprint) == (1, folding.model().fingerprint)
        assert folding.in_force(stream).fingerprint == folding.model().fingerprint

    def test_only_the_line_of_that_platform_is_another(
        self, source: Source, cast: Cast, stream: Stream
    ) -> None:
        bring_judged(source, cast, 240, wrong=half)
        model = folding.model_of(learn(stream, cast.li))

        assert list(model.sources) == [WEIBO]
        assert model.sources[WEIBO].shifts[1] > 0.5  # half the posts are neutral, whatever they say
        point = model.sources[WEIBO].working
        assert (model.negative_from(WEIBO), model.negative_from("抖音")) == (
            point,
            folding.model().negative_at,
        )
        assert (model.table == folding.model().table).all()
        posts = frozen()
        assert said(model, posts, "抖音") == said(folding.model(), posts, "抖音")

    def test_what_is_held_back_is_never_learnt(self, source: Source, cast: Cast, stream: Stream) -> None:
        bring_judged(source, cast, 60)
        learnt, held = (judged(stream, WEIBO, held=back) for back in (False, True))
        assert not set(learnt.keys) & set(held.keys)
        assert len(learnt) + len(held) == 60

    def test_the_last_judgement_of_a_post_counts(self, source: Source, cast: Cast, stream: Stream) -> None:
        bring_judged(source, cast, 1)
        post = Post.objects.get()
        later = {"stream": stream, "post": post, "person": cast.li, "fingerprint": "x"}
        Correction.objects.create(**later, kind="STANCE", after="neutral", at=NOW + timedelta(hours=1))
        both = [judged(stream, WEIBO, held=back) for back in (False, True)]
        assert [truth for one in both for truth in one.truth.tolist()] == [1]

    def test_refuses_199_with_the_number(self, source: Source, cast: Cast, stream: Stream) -> None:
        bring_judged(source, cast, 199)
        with pytest.raises(actions.TooFewJudged, match=r"有 199 条.*还差 1 条"):
            learn(stream, cast.li)
        assert not ModelVersion.objects.exists()

    def test_refuses_none_at_all(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(actions.TooFewJudged, match="有 0 条"):
            learn(stream, cast.li)

    def test_refuses_to_learn_the_same_again(self, source: Source, cast: Cast, stream: Stream) -> None:
        bring_judged(source, cast, 200)
        learn(stream, cast.li)
        with pytest.raises(actions.SameModel, match="没有新的核对"):
            learn(stream, cast.li)

    @pytest.mark.parametrize("name", ["zhao", "wang", "liu"])
    def test_others_may_not(self, source: Source, cast: Cast, stream: Stream, name: str) -> None:
        bring_judged(source, cast, 200)
        with pytest.raises(NotAllowed):
            learn(stream, getattr(cast, name))

    def test_it_writes_one_audit_row(self, source: Source, cast: Cast, stream: Stream) -> None:
        bring_judged(source, cast, 200)
        version = learn(stream, cast.wu)
        row = Entry.objects.latest("number")
        assert (row.verb, row.actor, row.subject) == ("watch.recalibrate", cast.wu.key, version.key)
        assert row.facts == {
            "platform": WEIBO,
            "judged": str(version.judged),
            "number": 2,
            "fingerprint": version.fingerprint,
        }


@pytest.fixture
def mild(stream: Stream, cast: Cast) -> ModelVersion:
    """A version that calls nothing of the complaints platform negative."""
    base = actions._shipped(stream, NOW)
    model = folding.model().corrected({BLACKCAT: Line(1.0, (-20.0, 0.0, 0.0), 748)})
    return actions._keep(stream, model, NOW, base=base, platform=BLACKCAT, person=cast.li, count=300)


class TestPutInForce:
    def put(self, version: ModelVersion, person: Any) -> None:
        actions.put_in_force(version=version, person=person, now=NOW)

    def test_posts_are_read_with_it_from_then_on(
        self, watch: Watch, bring: Any, mild: ModelVersion, cast: Cast, stream: Stream
    ) -> None:
        bring(10, start=NOW - timedelta(hours=3))
        before = list(Reading.objects.order_by("pk").values("stance", "negative"))
        assert "negative" in {row["stance"] for row in before}

        self.put(mild, cast.li)
        bring(10, start=NOW - timedelta(hours=1))

        after = list(Reading.objects.order_by("pk").values("stance", "negative"))
        assert after[:10] == before
        assert "negative" not in {row["stance"] for row in after[10:]}
        assert folding.in_force(stream).fingerprint == mild.fingerprint

    def test_posts_of_the_platform_are_called_at_its_own_working_point(
        self, watch: Watch, bring: Any, cast: Cast, stream: Stream
    ) -> None:
        model = folding.model().corrected({BLACKCAT: Line(1.0, (0.0, 0.0, 0.0), 1)})
        base = actions._shipped(stream, NOW)
        keen = actions._keep(stream, model, NOW, base=base, platform=BLACKCAT, person=cast.li, count=300)
        bring(10, start=NOW - timedelta(hours=3))
        assert {"neutral", "positive"} & set(Reading.objects.values_list("stance", flat=True))

        self.put(keen, cast.li)
        bring(10, start=NOW - timedelta(hours=1))

        after = Reading.objects.order_by("pk")[10:]
        assert {reading.stance for reading in after} == {"negative"}

    def test_an_earlier_one_comes_back(
        self, watch: Watch, bring: Any, mild: ModelVersion, cast: Cast, stream: Stream
    ) -> None:
        self.put(mild, cast.li)
        bring.work()
        self.put(mild.base, cast.wu)
        bring(10, start=NOW - timedelta(hours=1))

        assert Reading.objects.filter(stance="negative").exists()
        assert folding.in_force(stream).fingerprint == folding.model().fingerprint

    def test_a_worker_that_begins_anew_agrees_from_the_start_and_from_a_snapshot(
        self,
        watch: Watch,
        bring: Any,
        mild: ModelVersion,
        cast: Cast,
        stream: Stream,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for every in (10_000, 1):  # without a snapshot; with one after each entry
            monkeypatch.setattr(jobs, "SNAPSHOT_EVERY", every)
            bring(12, start=NOW - timedelta(hours=4 - (every == 1)))
            wanted = mild.base if folding.in_force(stream).sources else mild
            self.put(wanted, cast.li)
            bring(12, start=NOW - timedelta(hours=2 - (every == 1), minutes=5))
            jobs._held.clear()
            analyser, number = folding.restored(stream)
            assert analyser.model.fingerprint == wanted.fingerprint
            assert number == JournalEntry.objects.filter(stream=stream).count()
            event = Event.objects.order_by("-posts").first()
            assert dict(analyser.event(event.code).measures) == event.measures

    def test_refuses_the_one_in_force(self, mild: ModelVersion, cast: Cast) -> None:
        with pytest.raises(actions.SameModel, match="第 1 版已经在用"):
            self.put(mild.base, cast.li)
        self.put(mild, cast.li)
        with pytest.raises(actions.SameModel, match="第 2 版已经在用"):
            self.put(mild, cast.li)

    @pytest.mark.parametrize("name", ["zhao", "wang"])
    def test_others_may_not(self, mild: ModelVersion, cast: Cast, name: str) -> None:
        with pytest.raises(NotAllowed):
            self.put(mild, getattr(cast, name))
        assert not JournalEntry.objects.exists()

    def test_it_writes_one_audit_row(self, mild: ModelVersion, cast: Cast) -> None:
        self.put(mild, cast.li)
        row = Entry.objects.latest("number")
        assert (row.verb, row.actor, row.subject) == ("watch.put_in_force", cast.li.key, mild.key)
        assert row.facts == {
            "before": folding.model().fingerprint,
            "number": 2,
            "fingerprint": mild.fingerprint,
        }


class TestComparing:
    def test_counts_by_hand(self) -> None:
        posts = frozen()
        never = folding.model().corrected({WEIBO: Line(1.0, (-50.0, 50.0, 0.0), 748)})

        found = compare(folding.model(), never, posts, WEIBO)

        # All 45 are called neutral, so the 15 neutral ones are right.
        assert found.after == Score(texts=45, right=15, negative=15, found=0, alarms=0)
        assert found.loses
        assert {row.after for row in found.differences} == {"neutral"}
        assert len(found.differences) == sum(
            call != "neutral" for call in said(folding.model(), posts, WEIBO)
        )

    def test_each_platform_is_compared_at_its_own_working_point(self) -> None:
        all_of_it = folding.model().corrected({WEIBO: Line(1.0, (0.0, 0.0, 0.0), 1)})
        found = compare(folding.model(), all_of_it, frozen(), WEIBO)
        assert found.points == (folding.model().negative_at, 1)
        assert found.after.found == 15 > found.before.found
        assert compare(folding.model(), all_of_it, frozen(), "抖音").differences == ()

    def test_the_model_that_ships_reads_what_ships_with_it(self) -> None:
        found = compare(folding.model(), folding.model(), frozen(), WEIBO)
        assert found.differences == ()
        assert found.before.right >= 30


class TestThePages:
    def test_learn_look_and_put_in_force(
        self, source: Source, cast: Cast, stream: Stream, sign_in: Callable[..., Client]
    ) -> None:
        bring_judged(source, cast, 200, wrong=half)
        browser = sign_in(cast.li)
        assert "随程序附带的模型" in browser.get(reverse("models")).content.decode()

        answer = browser.post(reverse("models"), {"platform": WEIBO})
        version = ModelVersion.objects.get(number=2)
        assert answer.headers["Location"] == reverse("model", args=[version.key])
        page = browser.get(reverse("model", args=[version.key])).content.decode()
        assert "附带的固定考题" in page
        assert "没有拿来学的人工核对" in page
        assert page.count("负面概率至少") == 2
        points = (folding.model().negative_at, folding.model_of(version).negative_from(WEIBO))
        shown = "".join(f'<td class="r n">{(point + 5) // 10}%</td>' for point in points)
        assert shown in page

        page = browser.get(reverse("models")).content.decode()
        assert page.count("在用</b>") == page.count("投入使用") == 1
        browser.post(reverse("model-force", args=[version.key]))
        page = browser.get(reverse("models")).content.decode()
        assert "现在用第 2 版读帖文" in page
        assert "退回这一版" in page

    def test_says_how_many_are_missing(
        self, source: Source, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        bring_judged(source, cast, 50)
        page = sign_in(cast.zhao).get(reverse("models")).content.decode()
        assert "还差 150 条" in page
        assert '<form method="post"' not in page.split("核对过的平台")[1]

    def test_warns_of_negatives_that_are_lost(
        self, mild: ModelVersion, cast: Cast, sign_in: Callable[..., Client]
    ) -> None:
        page = sign_in(cast.li).get(reverse("model", args=[mild.key])).content.decode()
        assert "新版找到的负面变少" in page


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_version(source: Source, cast: Cast, stream: Stream, at_once: AtOnce) -> None:
    bring_judged(source, cast, 200)
    assert at_once(lambda: learn(stream, cast.li)) == ["SameModel", "done"]
    assert ModelVersion.objects.count() == 2
