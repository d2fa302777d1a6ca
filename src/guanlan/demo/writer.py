"""Writes posts of one part of the story: who, where, when, with which counts."""

import random
from datetime import datetime, timedelta
from typing import Any

from guanlan.demo.phrases import say, written

Post = dict[str, Any]


class Writer:
    """Collects (moment, source, post); hours are counted from the story's begin."""

    def __init__(self, rng: random.Random, part: str, begin: datetime) -> None:
        self.rng = rng
        self.part = part
        self.begin = begin
        self.told: list[tuple[datetime, str, Post]] = []
        self._sources = {source["name"]: source for source in written("story")["sources"]}

    def write(self, hour: float, source: str, text: str, *, heat: float = 6, **fields: Any) -> Post:
        """Tell of a new post and return it; `heat` is the mean of its likes, the rest follows."""
        at = self.at(hour)
        place = self._sources[source]
        post: Post = {
            "id": f"{self.part}-{len(self.told):05d}",
            "platform": place["platform"],
            "media_type": place["media"],
            "text": text,
            "author": self.name(),
            "author_followers": self.rng.randint(3, 4000),
            "published_at": at.isoformat(),
            "region": say(self.rng, "city"),
            **self._counts(heat),
            **fields,
        }
        self.told.append((at, source, post))
        return post

    def answer(self, hour: float, parent: Post, text: str) -> Post:
        """Tell of a comment under a post."""
        platform = parent["platform"]
        source = next(name for name in reversed(self._sources) if self._sources[name]["platform"] == platform)
        return self.write(hour, source, text, heat=2, media_type="social", parent_id=parent["id"])

    def repost(self, hour: float, origin: Post, words: str) -> Post:
        """Tell of a repost on 微博, with the chain of what was reposted."""
        chain = f"{words}//@{origin['author']}:{origin['text']}"
        return self.write(hour, self.microblog, chain, heat=2, repost_of=origin["id"])

    def see_again(self, hour: float, post: Post, **counts: int) -> None:
        """Tell of a later sight of a post, with the counts it has by then."""
        source = next(name for _at, name, known in self.told if known["id"] == post["id"])
        self.told.append((self.at(hour), source, {**post, **counts}))

    def at(self, hour: float) -> datetime:
        """Return the moment of an hour of the story, to the second."""
        return self.begin + timedelta(seconds=int(hour * 3600))

    def moment(self, first: float, last: float) -> float:
        """Return an hour between two, drawn after how busy the hours of the day are."""
        day = written("story")["day"]
        while True:
            hour = self.rng.uniform(first, last)
            if self.rng.random() * max(day) < day[self.local_hour(hour)]:
                return hour

    def local_hour(self, hour: float) -> int:
        """Return the hour of the day in China, 0 to 23, at an hour of the story."""
        return (self.begin + timedelta(hours=hour + 8)).hour  # `begin` is in UTC

    def times(self, mean: float) -> int:
        """Return a whole number that is `mean` on average."""
        return int(mean) + (self.rng.random() < mean % 1)

    def name(self) -> str:
        """Return an invented account's name."""
        nick, surname, given = (say(self.rng, piece) for piece in ("nick", "surname", "given"))
        number = self.rng.randint(10, 9999)
        return f"{nick}{given}" if self.rng.random() < 0.5 else f"{surname}{given}{number}"

    @property
    def microblog(self) -> str:
        """The source in which posts are passed on."""
        return str(next(iter(self._sources)))

    def _counts(self, heat: float) -> dict[str, int]:
        likes = min(int(self.rng.expovariate(1 / heat)), int(heat * 6))
        return {"likes": likes, "comments": likes // 4, "reposts": likes // 9}
