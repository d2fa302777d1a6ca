"""Which move a delivery may make from where; the only place where its transitions stand."""

from guanlan.notify.models import Delivery

S = Delivery.State

MOVES: dict[tuple[str, str], str] = {
    (S.WAITING, "claim"): S.SENDING,
    (S.SENDING, "take"): S.SENT,
    (S.SENDING, "postpone"): S.WAITING,
    (S.SENDING, "refuse"): S.FAILED,
    (S.SENDING, "lose"): S.UNKNOWN,
}
# What a person sees among the deliveries that went wrong, until it is settled.
WRONG = (S.FAILED, S.UNKNOWN)
