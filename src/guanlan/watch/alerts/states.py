"""Where an alarm may go from where: a person looks at it once."""

from guanlan.watch.alerts.models import Alarm

S = Alarm.State

MOVES: dict[tuple[str, str], str] = {(S.OPEN, "see"): S.SEEN, (S.OPEN, "call_false"): S.FALSE}
