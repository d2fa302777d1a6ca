"""Reading what people said of posts, and where a post may go."""

from django.db.models import Q, QuerySet

from guanlan.intake.models import Post
from guanlan.watch.models import JUDGEMENTS, Correction, Event, Hit, Reading


def judgement(post: Post) -> Correction | None:
    """Return what a person said last of the post's stance, or None."""
    said = Correction.objects.filter(post=post, kind__in=JUDGEMENTS).select_related("person")
    return said.first()


def unjudged_copies(post: Post) -> QuerySet[Reading]:
    """Return the readings of the post's copies of whose stance nobody said anything."""
    judged = Correction.objects.filter(kind__in=JUDGEMENTS, post__reading__copy_of=post)
    return Reading.objects.filter(copy_of=post).exclude(post__in=judged.values("post"))


def events_for(reading: Reading) -> QuerySet[Event]:
    """Return the other events that the post may be put into: of a watch that took it, not merged away."""
    # The engine keeps a post in one event a watch; it moves under the watch that it stands under.
    under = Q(watch__in=Hit.objects.filter(post=reading.post_id).values("watch"))
    if reading.event is not None:
        under = Q(watch__name=reading.event.watch.name) & ~Q(pk=reading.event.pk)
    events = Event.objects.filter(under, stream=reading.stream_id)
    return events.exclude(state=Event.State.MERGED).select_related("watch").order_by("-last_at")
