"""Sending people to a hand-over sheet."""

from datetime import datetime

from django.urls import reverse

from guanlan.incidents.handover.models import Handover
from guanlan.notify.actions import tell
from guanlan.notify.models import Message
from guanlan.people.models import Person


def tell_of_handover(handover: Handover, person: Person, *, title: str, step: str, now: datetime) -> None:
    """Send a person to the sheet, once for a step; runs in the caller's transaction."""
    tell(
        stream=handover.stream,
        person=person,
        title=title,
        link=reverse("handover", args=[handover.key]),
        cause=f"handover:{handover.key}",
        step=step,
        urgency=Message.Urgency.URGENT,
        now=now,
    )
