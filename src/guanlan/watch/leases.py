"""One worker folds a stream's journal at a time; a later one shuts the earlier out by its fence."""

import os
import socket
from datetime import datetime, timedelta

from django.db import transaction

from guanlan.clocks.models import Stream
from guanlan.watch.models import Lease

LASTS = timedelta(seconds=60)
HOLDER = f"{socket.gethostname()}:{os.getpid()}"[:60]


def take(stream: Stream, *, holder: str, real_now: datetime) -> int | None:
    """Return the fence of the lease this holder has from now on, or None while another has it.

    A lease that ran out is taken over with the next fence; results stored under the old
    one are refused from then on.
    """
    fresh = Lease.objects.filter(stream=stream, holder=holder, until__gt=real_now + LASTS / 2).first()
    if fresh is not None:  # renewed only when half of it is over, not at every step
        return fresh.fence
    with transaction.atomic():
        lease, _made = Lease.objects.select_for_update().get_or_create(
            stream=stream, defaults={"holder": holder, "fence": 1, "until": real_now + LASTS}
        )
        if lease.holder != holder:
            if lease.until > real_now:
                return None
            lease.holder, lease.fence = holder, lease.fence + 1
        lease.until = real_now + LASTS
        lease.save(update_fields=["holder", "fence", "until"])
    return lease.fence


def holds(stream: Stream, fence: int) -> bool:
    """Say, inside a transaction, whether the fence is still the stream's."""
    return Lease.objects.select_for_update().filter(stream=stream, fence=fence).exists()
