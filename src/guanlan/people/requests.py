"""What a signed-in person's request carries by the time a view sees it."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from guanlan.clocks.models import Stream
from guanlan.people.models import Person


class PersonRequest(HttpRequest):
    """A request with its person, stream and time; set by site.middleware."""

    user: Person
    stream: Stream
    now: datetime
    htmx: HtmxDetails
