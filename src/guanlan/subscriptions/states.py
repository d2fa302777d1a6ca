"""Which move a push may make from where; the only place where its transitions stand."""

from guanlan.subscriptions.models import Push

S = Push.State

MOVES: dict[tuple[str, str], str] = {
    (S.WAITING, "claim"): S.SENDING,
    (S.SENDING, "take"): S.SENT,
    (S.SENDING, "postpone"): S.WAITING,
    (S.SENDING, "refuse"): S.FAILED,
    (S.FAILED, "push_again"): S.WAITING,
}
