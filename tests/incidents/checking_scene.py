"""A plan by which the lead checks contact with customers and the command the answer; who does the work."""

from datetime import timedelta

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import accept_task, complete_task
from guanlan.incidents.models import Incident, Task
from guanlan.people import actions as people
from guanlan.people.models import Membership, Person
from incident_scene import DUTIES, activate, publish, raise_event, task_of

LATER = NOW + timedelta(minutes=30)
CHECKED = {"duty.contact": "lead", "duty.answer": "command"}


def begun(cast: Cast, stream: Stream) -> Incident:
    """An incident of which some duties are checked."""
    duties = [
        duty | ({"checked_by": CHECKED[duty["key"]]} if duty["key"] in CHECKED else {}) for duty in DUTIES
    ]
    publish(cast, duties=duties)
    return activate(raise_event(cast, stream), cast.li)


def member(cast: Cast) -> Person:
    """孙悦, of the service group that 刘洋 leads."""
    person = people.add_person(username="sun", name="孙悦", unit=cast.li.unit, actor="system", now=NOW)
    people.place(
        person=person, group=cast.groups["service"], role=Membership.Role.MEMBER, actor="system", now=NOW
    )
    return person


def taken(incident: Incident, sun: Person) -> Task:
    """The contact with customers, accepted by 孙悦, due by 18:05."""
    return accept_task(task=task_of(incident, "duty.contact"), person=sun, now=NOW)


def handed_in(task: Task, sun: Person) -> Task:
    """Submitted half an hour later."""
    return complete_task(task=task, words="47 位都已联系", person=sun, now=LATER)
