"""What goes out later than it should have, after an outage, says so."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.clocks.models import Stream

# The worker comes round every second or so; later than this it was not running, or could not keep up.
LATE = timedelta(minutes=5)


def is_late(*, due: datetime, now: datetime, rate: int = 1) -> bool:
    """Say whether what was due then and goes out now is late, on a clock of this rate."""
    return now - due > LATE * rate


def marked(title: str, *, due: datetime, stream: Stream, now: datetime) -> str:
    """Return the title, marked 迟发 with the time at which it was due if it goes out late."""
    if not is_late(due=due, now=now, rate=stream.rate):
        return title
    local = timezone.localtime(due)
    return _("迟发（应于 %(month)d月%(day)d日 %(clock)s）：%(title)s") % {
        "month": local.month,
        "day": local.day,
        "clock": f"{local:%H:%M}",
        "title": title,
    }
