"""Posts put under an event's watch, whose impact is then asked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.intake.models import Batch, Post, Source
from guanlan.intake.reading.volumes import Day
from guanlan.intake.volumes import give_volumes
from guanlan.watch.impact.figures import Impact, Measured
from guanlan.watch.models import Event, Hit, Reading

Put = Callable[..., list[Post]]
DAY = timedelta(days=1)
BEGIN = NOW - timedelta(hours=3)  # of the event


def putting(event: Event) -> Put:
    """Return a function that stores posts under the event's watch, the first `negative` of them negative."""
    source = Source.objects.create(
        stream=event.stream, unit=event.watch.unit, kind="FILE", name="新闻导入", media_type="news"
    )
    batch = Batch.objects.create(stream=event.stream, source=source, number=1, received_at=NOW)

    def posts(
        count: int, at: datetime, *, negative: int = 0, text: str = "退款没到", **fields: object
    ) -> list[Post]:
        made = []
        for place in range(count):
            post = Post.objects.create(
                stream=event.stream,
                source=source,
                batch=batch,
                platform="微博",
                external_id=f"p{Post.objects.count()}",
                text=text,
                published_at=at,
                taken_at=at,
                **fields,
            )
            Hit.objects.create(
                stream=event.stream, post=post, watch=event.watch, term="退款", field="text", position=0
            )
            stance = "negative" if place < negative else "neutral"
            Reading.objects.create(stream=event.stream, post=post, stance=stance, published_at=at)
            made.append(post)
        return made

    return posts


def of(found: Impact, code: str) -> Measured:
    return next(one for one in found.measured if one.code == code)


def give(cast: Cast, stream: Stream, days: dict[date, int | None], now: datetime = NOW) -> None:
    given = [Day(day, count, None, 900) for day, count in days.items()]
    give_volumes(stream=stream, unit=cast.liu.unit, days=given, source="工单系统", person=cast.liu, now=now)


def weeks(count: int = 28) -> dict[date, int | None]:
    return {BEGIN.date() - back * DAY: 20 for back in range(1, count + 1)}
