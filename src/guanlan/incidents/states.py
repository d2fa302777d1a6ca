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
    (T.ACCEPTED, "hand_over"): T.ACCEPTED,
    (T.ACCEPTED, "waive"): T.WAIVED,
}

INSTRUCTION_MOVES: dict[tuple[str, str], str] = {
    (N.UNCONFIRMED, "confirm"): N.CONFIRMED,
    (N.UNCONFIRMED, "disown"): N.DISOWNED,
}

RESPONDING = (S.PROVISIONAL, S.ACTIVE)
OPEN = (T.OFFERED, T.ACCEPTED)
