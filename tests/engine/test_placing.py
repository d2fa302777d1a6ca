"""A wave is placed by the compiled loop, a lone post by plain Python: both to the same effect."""

from datetime import timedelta

from engine.invented import LEAK, MALL, PRAISE, REFUND, START, TABLE, analyser, batch, post
from engine.test_pipeline import events_of_posts, told, varied
from guanlan.engine.query import Watch
from guanlan.engine.results import EventsMerged
from guanlan.engine.state import unpack
from guanlan.engine.taking import FEW

WATCHES = (MALL, Watch("退款", "退款 OR 快递", own_accounts=("u3",)), Watch("客服", "客服 NEAR/4 等等"))


def wave(posts: int = 500, first: int = 0) -> list[dict]:
    """Many a minute that stand alone: several watches, copies, own accounts, links, short ones, some late."""
    found = []
    for i in range(first, first + posts):
        tail = "".join(chr(0x5000 + (i * 31 + 17 * j) % 4000) for j in range(9))
        text = (REFUND, LEAK, PRAISE, "观澜商城气死", tail)[i * i % 5]
        text += "" if i % 6 == 0 or i * i % 5 == 3 else tail
        if i % 13 == 0:
            text += f" https://example.com/{i % 4} @u{i % 11}："
        author = f"u{i * 7 % 41}" if i % 5 else None
        minute = i / 40 - (100 if i % 29 == 0 else 0)
        values = {"author": author, "url": f"https://example.com/{i % 9}", "likes": i * 7 % 400}
        found.append(post(i, minute, text, **values))
    return found


def test_a_wave_tells_the_same_bytes_as_its_posts_one_by_one():
    posts = wave()
    whole = told(analyser(TABLE, WATCHES), posts, 1000)
    assert told(analyser(TABLE, WATCHES), posts, 1) == whole
    assert told(analyser(TABLE, WATCHES), posts, FEW + 3) == whole
    assert told(analyser(TABLE, WATCHES), posts, 50, restored_at=200) == whole


def test_a_wave_is_kept_with_all_that_later_corrections_need():
    """Every column of the ledger: a copy knows its original, a counted post that it was counted."""
    posts = wave()
    kept = []
    for size in (1000, 1):
        run = analyser(TABLE, WATCHES)
        told(run, posts, size)
        kept.append(unpack(run.snapshot())["stream"]["ledger"]["arrays"])
    assert kept[0].keys() == kept[1].keys()
    assert {name: column.tolist() for name, column in kept[0].items()} == {
        name: column.tolist() for name, column in kept[1].items()
    }
    assert kept[0]["counted"].any()
    assert (kept[0]["original"] >= 0).any()
    assert kept[0]["harms"].any()


def test_a_post_of_a_wave_ends_in_the_same_event_as_alone():
    posts = wave()
    found = events_of_posts(analyser(TABLE, WATCHES), posts, 1000)
    assert events_of_posts(analyser(TABLE, WATCHES), posts, 1) == found
    assert len(set(found.values())) == 3  # two matters, and none


def test_more_topics_than_there_was_room_for_at_first():
    """Ten thousand terms and more: the tables grow in the midst of a run."""
    posts = [post(i, i / 500, "观澜商城" + own_words(i)) for i in range(1500)]
    whole = told(analyser(None), posts, 1500)
    assert told(analyser(None), posts, 1) == whole


def own_words(number: int) -> str:
    return "".join(chr(0x4E00 + (number * 97 + j * j * 13 + 7 * j) % 20_000) for j in range(40))


def rare(number: int) -> str:
    return chr(0x5F00 + 3 * number) + chr(0x6B00 + 5 * number)


def test_an_answer_that_came_first_draws_its_post_into_its_thread():
    answers = [post(900 + i, i / 50, f"观澜商城{rare(i)}", parent_id="p5") for i in range(45)]
    run = analyser(TABLE, WATCHES)
    results = run.feed(batch([*answers, *wave(30)]))
    event = {row.id: row.event for row in results.posts}
    thread = {move.id: move.event for move in results.moved}.get("p900") or event["p944"]
    assert thread is not None
    assert event["p5"] == thread


def test_short_posts_of_a_wave_follow_the_event_of_their_surge():
    short = [post(i, i / 30, f"观澜商城{chr(0x5F00 + 3 * i)}气") for i in range(60)]
    for size in (1, 1000):
        run = analyser()
        for first in range(0, 60, size):
            run.feed(batch(short[first : first + size]))
        late = run.feed(batch([post(100 + i, 3 + i / 30, f"观澜商城{rare(i)[1]}气") for i in range(20)]))
        run.advance(START + timedelta(hours=1))
        assert len(run.events()) == 1
        assert {row.event for row in late.posts} == {run.events()[0].event}


def test_what_comes_after_a_merger_goes_to_the_one_that_stayed():
    run = analyser(TABLE, (MALL,))
    run.feed(batch([*varied(0, 20, step=0.04), *varied(100, 20, LEAK, minute=5, step=0.04)]))
    gone, into = (event.event for event in run.events())
    run.apply(EventsMerged(gone, into))
    more = run.feed(batch(varied(60, 20, minute=20, step=0.04)))
    assert {row.event for row in more.posts} == {into}
