"""Where an incident, its tasks and instructions may go from where."""

from guanlan.incidents.models import Incident, Instruction, Task

S = Incident.State
T = Task.State
N = Instruction.State

INCIDENT_MOVES: dict[tuple[str, str], str] = {
    (S.PROVISIONAL, "ratify"): S.ACTIVE,
    (S.PROVISIONAL, "revoke"): S.REVOKED,
    (S.ACTIVE, "change_level"): S.ACTIVE,
    (S.ACTIVE, "give_order"): S.ACTIVE,
    (S.ACTIVE, "state_figure"): S.ACTIVE,
    (S.ACTIVE, "stand_down"): S.STOOD_DOWN,
    (S.STOOD_DOWN, "take_closing_report"): S.STOOD_DOWN,
    (S.STOOD_DOWN, "archive"): S.ARCHIVED,
}

TASK_MOVES: dict[tuple[str, str], str] = {
    (T.OFFERED, "accept"): T.ACCEPTED,
    (T.OFFERED, "hand_over"): T.OFFERED,
    (T.OFFERED, "waive"): T.WAIVED,
    (T.ACCEPTED, "complete"): T.DONE,
    (T.ACCEPTED, "submit"): T.CHECKING,
    (T.ACCEPTED, "hand_over"): T.ACCEPTED,
    (T.ACCEPTED, "waive"): T.WAIVED,
    (T.CHECKING, "pass"): T.DONE,
    (T.CHECKING, "return"): T.RETURNED,
    (T.CHECKING, "waive"): T.WAIVED,
    (T.RETURNED, "submit"): T.CHECKING,
    (T.RETURNED, "hand_over"): T.RETURNED,
    (T.RETURNED, "waive"): T.WAIVED,
}

INSTRUCTION_MOVES: dict[tuple[str, str], str] = {
    (N.UNCONFIRMED, "confirm"): N.CONFIRMED,
    (N.UNCONFIRMED, "disown"): N.DISOWNED,
}

RESPONDING = (S.PROVISIONAL, S.ACTIVE)
# Somebody has it in hand.
DOING = (T.ACCEPTED, T.RETURNED)
OPEN = (T.OFFERED, *DOING, T.CHECKING)
