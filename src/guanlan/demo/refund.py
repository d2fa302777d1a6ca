"""The refund event: starts small, spreads, and brings a claim about a few accounts' data."""

from guanlan.demo.phrases import say, written
from guanlan.demo.writer import Post, Writer

_PLACES = (("微博", 5), ("小红书", 4), ("抖音", 2), ("知乎", 1))  # zh-data: names of sources in story.yaml
_COMPLAINTS = "黑猫投诉"  # zh-data: the same
_PAPERS = "新闻网站"  # zh-data: the same


def refund_event(writer: Writer) -> None:
    """Write the whole event, stage by stage."""
    story = written("story")
    for first, last, posts, complaints, answers in story["refund"]:
        _posts(writer, first, last, posts)
        _complaints(writer, first, last, complaints)
        _answers(writer, first, last, answers)
    _leak(writer)
    _growing(writer)
    for hour in story["news"]:
        text = say(writer.rng, "refund_news")
        writer.write(hour, _PAPERS, text, title=text, author=say(writer.rng, "outlet"), heat=40)


def _place(writer: Writer) -> str:
    return writer.rng.choices([name for name, _s in _PLACES], [share for _n, share in _PLACES])[0]


def _posts(writer: Writer, first: float, last: float, each_hour: float) -> None:
    rng = writer.rng
    for _post in range(writer.times((last - first) * each_hour)):
        piece, heat = ("refund_post", 9) if rng.random() < 0.93 else ("refund_calm", 3)
        text = say(rng, piece) + say(rng, "sad_tail")
        post = writer.write(writer.moment(first, last), _place(writer), text, heat=heat)
        if post["media_type"] == "video":
            post["title"] = say(rng, "title_video")


def _complaints(writer: Writer, first: float, last: float, each_hour: float) -> None:
    rng = writer.rng
    for _complaint in range(writer.times((last - first) * each_hour)):
        hour = writer.moment(first, last)
        text, title = say(rng, "refund_complaint"), say(rng, "complaint_title")
        writer.write(hour, _COMPLAINTS, text, title=title, heat=1)


def _answers(writer: Writer, first: float, last: float, each_hour: float) -> None:
    """Write comments under earlier posts, reposts of them and copies by other accounts."""
    rng = writer.rng
    for _answer in range(writer.times((last - first) * each_hour)):
        hour = writer.moment(first, last)
        told = [post for at, _source, post in writer.told if at < writer.at(hour)]
        above = [post for post in told if "parent_id" not in post and post["media_type"] != "complaint"]
        if above:
            _answer_to(writer, hour, rng.choice(above[-60:]))


def _answer_to(writer: Writer, hour: float, above: Post) -> None:
    rng, chance = writer.rng, writer.rng.random()
    if chance < 0.30 and above["platform"] == writer.microblog:
        writer.repost(hour, above, say(rng, "refund_repost"))
    elif chance < 0.36 and "repost_of" not in above:
        writer.write(hour, _place(writer), above["text"] + say(rng, "sad_tail"), heat=4)
    else:
        writer.answer(hour, above, say(rng, "refund_comment") + say(rng, "sad_tail"))


def _leak(writer: Writer) -> None:
    rng = writer.rng
    for first, last, each_hour in written("story")["leak"]:
        for _post in range(int((last - first) * each_hour)):
            hour = writer.moment(first, last)
            post = writer.write(hour, _place(writer), say(rng, "leak_post") + say(rng, "sad_tail"), heat=12)
            if hour < 71.5 and rng.random() < 0.6:
                writer.answer(hour + rng.uniform(0.05, 0.4), post, say(rng, "leak_comment"))


def _growing(writer: Writer) -> None:
    """Write the one post that everybody passes on, seen again and again as it grows."""
    hour, likes, comments, reposts = written("story")["growing"][0]
    counts = {"likes": likes, "comments": comments, "reposts": reposts}
    post = writer.write(hour, writer.microblog, say(writer.rng, "growing_post"), **counts)
    for hour, likes, comments, reposts in written("story")["growing"][1:]:
        writer.see_again(hour, post, likes=likes, comments=comments, reposts=reposts)
