"""The ordinary day: talk of all stances about many small matters, none of which is an event."""

from guanlan.demo.phrases import say, written
from guanlan.demo.writer import Writer

_STANCES = (("ordinary_praise", 40), ("ordinary_neutral", 49), ("ordinary_grumble", 11))


def ordinary_talk(writer: Writer) -> None:
    """Write the ordinary posts of all sources over the three days, by the hours of the day."""
    story = written("story")
    names = [source["name"] for source in story["sources"]]
    shares = [source["share"] for source in story["sources"]]
    for _post in range(story["ordinary"]):
        source = writer.rng.choices(names, shares)[0]
        _write(writer, source, writer.moment(0, story["hours"]))


def _write(writer: Writer, source: str, hour: float) -> None:
    rng = writer.rng
    media = next(found["media"] for found in written("story")["sources"] if found["name"] == source)
    if media == "complaint":
        writer.write(hour, source, say(rng, "complaint_small"), heat=1)
    elif media == "news":
        piece = "article" if rng.random() < 0.75 else "ordinary_news"
        text = say(rng, piece)
        writer.write(hour, source, text, heat=4, author=say(rng, "outlet"), title=text)
    else:
        stance = rng.choices([piece for piece, _share in _STANCES], [share for _p, share in _STANCES])[0]
        text = say(rng, stance) + say(rng, "tail")
        post = writer.write(hour, source, text, heat=4 if stance == "ordinary_grumble" else 9)
        if stance == "ordinary_praise" and rng.random() < 0.05:
            writer.repost(min(hour + rng.uniform(0.1, 2), 71.9), post, say(rng, "good_end"))
