"""A person with one channel that leads to the doubles."""

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.notify.actions import add_channel, set_ways, tell
from guanlan.notify.models import Channel, Delivery, Message, Urgency
from guanlan.notify.sealing import Access
from guanlan.people.models import Person
from notify.doubles import SECRET

K = Channel.Kind
URGENT = Urgency.URGENT


def channel_of(cast: Cast, kind: str, address: str, secret: str = SECRET, name: str = "值班群") -> Channel:
    access = Access(address, secret)
    return add_channel(kind=kind, name=name, access=access, person=cast.wu, now=NOW)


def reach(person: Person, *order: Channel) -> None:
    """Let these channels reach the person, in this order, whatever the urgency."""
    set_ways(person=person, orders=dict.fromkeys(Urgency, order), actor=person, now=NOW)


def told(stream: Stream, person: Person, cause: str = "task:x", **given: str) -> Message:
    words = {"title": "请接手：联系客户", "link": "/tasks/x/", "body": "逐一回电"} | given
    message = tell(stream=stream, person=person, cause=cause, now=NOW, **words)
    assert message is not None
    return message


def only(message: Message) -> Delivery:
    return message.deliveries.get()
