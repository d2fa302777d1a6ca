"""What is done with messages, deliveries and channels, one business step each."""

from guanlan.notify.actions.calling import CalledOneself, NotYetCalled, record_call
from guanlan.notify.actions.channels import (
    ClosedAlready,
    NoSecret,
    NoSuchAddress,
    NothingLeaves,
    add_channel,
    close_channel,
    reset_access,
    set_ways,
    try_channel,
)
from guanlan.notify.actions.settling import ChannelClosed, SettledAlready, let_rest, send_again
from guanlan.notify.actions.telling import mark_read, mark_seen, tell, tell_over

__all__ = [
    "CalledOneself",
    "ChannelClosed",
    "ClosedAlready",
    "NoSecret",
    "NoSuchAddress",
    "NotYetCalled",
    "NothingLeaves",
    "SettledAlready",
    "add_channel",
    "close_channel",
    "let_rest",
    "mark_read",
    "mark_seen",
    "record_call",
    "reset_access",
    "send_again",
    "set_ways",
    "tell",
    "tell_over",
    "try_channel",
]
