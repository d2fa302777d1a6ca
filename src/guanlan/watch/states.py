"""Where an event may go from where."""

from guanlan.watch.models import Event

S = Event.State

MOVES: dict[tuple[str, str], str] = {
    (S.OPEN, "confirm"): S.CONFIRMED,
    (S.CONFIRMED, "confirm"): S.CONFIRMED,
    (S.DISMISSED, "confirm"): S.CONFIRMED,
    (S.OPEN, "dismiss"): S.DISMISSED,
    (S.CONFIRMED, "dismiss"): S.DISMISSED,
    (S.OPEN, "merge"): S.MERGED,
    (S.CONFIRMED, "merge"): S.MERGED,
    (S.DISMISSED, "merge"): S.MERGED,
}
