"""Where a text may go from where."""

from guanlan.approvals.models import Text

S = Text.State

MOVES: dict[tuple[str, str], str] = {
    (S.DRAFT, "submit"): S.IN_APPROVAL,
    (S.IN_APPROVAL, "sign_last"): S.APPROVED,
    (S.IN_APPROVAL, "sign"): S.IN_APPROVAL,
    (S.IN_APPROVAL, "return"): S.RETURNED,
    (S.DRAFT, "revise"): S.DRAFT,
    (S.RETURNED, "revise"): S.DRAFT,
    (S.IN_APPROVAL, "revise"): S.DRAFT,
    (S.APPROVED, "revise"): S.DRAFT,
}
