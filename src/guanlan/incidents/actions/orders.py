"""What the command orders a group to do beyond the plan's duties (交办)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guanlan.incidents.actions.trail import note, note_unheard
from guanlan.incidents.levels import stated
from guanlan.incidents.models import Decision, Incident
from guanlan.incidents.offering import Order, offer_order
from guanlan.incidents.opening import NOTHING_WEIGHED, Weighed, decide
from guanlan.incidents.permissions import DECIDE
from guanlan.incidents.stepping import locked_incident
from guanlan.incidents.wording import moment
from guanlan.people.models import Person
from guanlan.people.permissions import require


def give_order(
    *,
    incident: Incident,
    words: str,
    order: Order,
    person: Person,
    now: datetime,
    weighed: Weighed = NOTHING_WEIGHED,
) -> Decision:
    """Order a group to do something until a time; return the decision, its task within.

    The group's acceptance is the receipt; lateness is told as of any task. Raises
    NotAllowed, NoReason without words, offering.NothingToDo, offering.NotResponding.
    """
    require(person, DECIDE, at=now)
    words = stated(words)
    with transaction.atomic():
        incident = locked_incident(incident)
        kind = Decision.Kind.ORDER
        decision = decide(incident.event, kind, words, person, now=now, weighed=weighed, incident=incident)
        facts = {"name": person.name, "at": moment(now, now), "words": words}
        decision.task = task = offer_order(
            incident,
            duty=f"order.{decision.key}",
            words=words,
            what_to_do=_("%(name)s %(at)s 交办：%(words)s") % facts,
            order=order,
            now=now,
        )
        decision.save(update_fields=["task"])
        due = moment(order.due_at, now)
        note(
            about=task,
            verb="incidents.give_order",
            sentence=_("交办%(group)s，%(due)s 前办完：%(words)s")
            % {"group": order.group.name, "due": due, "words": words},
            person=person,
            now=now,
            facts={"decision": decision.key, "group": order.group.key, "due_at": order.due_at.isoformat()},
        )
        note_unheard(incident=incident, tasks=[task], now=now)
    return decision
