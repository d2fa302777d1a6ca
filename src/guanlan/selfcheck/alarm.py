"""Who hears that something has no outcome, and in which words."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream
from guanlan.notify.actions import tell
from guanlan.notify.models import Urgency
from guanlan.people.models import Function, Group, Person
from guanlan.people.queries import lead, persons_with
from guanlan.selfcheck.messages import ALARM
from guanlan.selfcheck.models import LooseEnd
from guanlan.watch.telling import watching

_NAMED = 5


def alarm(stream: Stream, ends: Sequence[LooseEnd], *, now: datetime) -> list[Person]:
    """Tell the administrators and the watch of these loose ends, in one message each; return whom."""
    persons = heard_by(now=now)
    for person in persons:
        tell(
            stream=stream,
            person=person,
            title=_("自查：%(count)d 件事没有下文，请看运行状态") % {"count": len(ends)},
            body="\n".join(end.why for end in ends[:_NAMED]),
            link=reverse("running"),
            cause=f"{ALARM}:{ends[0].key}",
            urgency=Urgency.URGENT,
            now=now,
        )
    return persons


def heard_by(*, now: datetime) -> list[Person]:
    """Return the administrators, who is on duty in the monitoring groups, and who leads these."""
    groups = Group.objects.filter(function=Function.MONITORING, closed_at=None).order_by("pk")
    heads = [head for group in groups if (head := lead(group, at=now))]
    administrators = persons_with(Function.ADMINISTRATOR, at=now).order_by("pk")
    return list(dict.fromkeys([*administrators, *watching(now=now), *heads]))
