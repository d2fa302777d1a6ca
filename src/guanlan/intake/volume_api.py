"""Daily figures of customer service pushed by other programs."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import ConfigDict, StrictInt

from guanlan.api.repeats import Answer, once
from guanlan.api.tokens import VOLUMES_WRITE, require_scope
from guanlan.errors import BadInput
from guanlan.intake.reading.volumes import MOST_DAYS, Day
from guanlan.intake.volumes import NothingDiffers, give_volumes
from guanlan.people.queries import company

router = Router(tags=["volumes"])


class DayGiven(Schema):
    """The figures of one day in Shanghai; what is not known is left out, never 0."""

    model_config = ConfigDict(extra="forbid")

    day: date
    complaints: StrictInt | None = None
    refunds: StrictInt | None = None
    contacts: StrictInt | None = None


class Volumes(Schema):
    """Days, and where the figures come from."""

    source: str
    volumes: list[DayGiven]


class Kept(Schema):
    """How many days were written; those that stood already are not among them."""

    days: int


@router.post("/volumes", response={200: Kept})
def push_volumes(request: HttpRequest, body: Volumes) -> Status[Any]:
    """Keep the figures of some days: all of them, or none with a sentence that says where it fails."""
    token = request.auth  # type: ignore[attr-defined]
    require_scope(token, VOLUMES_WRITE)
    now = request.now  # type: ignore[attr-defined]
    if not 0 < len(body.volumes) <= MOST_DAYS:
        raise BadInput(_("volumes 要有 1 到 %(most)d 天，请分批推送。") % {"most": MOST_DAYS})
    days = [
        Day(one.day, one.complaints, one.refunds, one.contacts, line)
        for line, one in enumerate(body.volumes, start=1)
    ]

    def keep() -> Answer:
        try:
            kept = give_volumes(
                stream=request.stream,  # type: ignore[attr-defined]
                unit=company(),
                days=days,
                source=body.source,
                person=token.person,
                now=now,
            )
        except NothingDiffers:
            return 200, {"days": 0}
        return 200, {"days": len(kept)}

    status, answer = once(request, token, now=now, answer=keep)
    return Status(status, answer)
