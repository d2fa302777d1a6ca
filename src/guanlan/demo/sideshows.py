"""What looks like an event and is none: a place of the same name, and a wave of praise."""

from guanlan.demo.phrases import say, written
from guanlan.demo.writer import Writer

HOT_LIKES = 50_000


def same_name_place(writer: Writer) -> None:
    """Write the false alarm: a market of the same name has no electricity."""
    rng, names = writer.rng, [source["name"] for source in written("story")["sources"][:4]]
    begin = written("story")["place"][0][0]
    hot = writer.write(begin + 0.3, writer.microblog, say(rng, "place_hot"), heat=30)
    writer.see_again(begin + 2, hot, likes=620, comments=80, reposts=60)
    for first, last, each_hour in written("story")["place"]:
        for _post in range(int((last - first) * each_hour)):
            text = say(rng, "place_post") + say(rng, "tail")
            writer.write(writer.moment(first, last), rng.choice(names), text, heat=9)


def praise_wave(writer: Writer) -> None:
    """Write the praise for a kind deed, and a giveaway with very many likes."""
    rng, story = writer.rng, written("story")
    names = [source["name"] for source in story["sources"][:4]]
    hot = story["giveaway"]
    gift = writer.write(hot, writer.microblog, say(rng, "giveaway"), heat=90, author_followers=820_000)
    for step, likes in enumerate((4_000, 19_000, 37_000, HOT_LIKES), start=1):
        writer.see_again(hot + 3 * step, gift, likes=likes, comments=likes // 6, reposts=likes // 3)
    for first, last, each_hour in story["praise"]:
        for _post in range(int((last - first) * each_hour)):
            hour = writer.moment(first, last)
            if hour > hot + 0.1 and rng.random() < 0.25:
                writer.answer(hour, gift, say(rng, "giveaway_comment"))
            else:
                text = say(rng, "praise_post") + say(rng, "tail")
                writer.write(hour, rng.choice(names), text, heat=30)
