"""Where a version may go from where.

One that holds already may be signed afterwards (补签): that moves nothing.
"""

from guanlan.plan.models import PlanVersion

S = PlanVersion.State

MOVES: dict[tuple[str, str], str] = {
    (S.DRAFT, "submit"): S.IN_REVIEW,
    (S.IN_REVIEW, "sign_last"): S.APPROVED,
    (S.IN_REVIEW, "return"): S.DRAFT,
    (S.IN_REVIEW, "recall"): S.DRAFT,
    (S.APPROVED, "recall"): S.DRAFT,
    (S.APPROVED, "publish"): S.IN_FORCE,
    (S.APPROVED, "schedule"): S.SCHEDULED,
    # The company's first plan; `life.rules` says when.
    (S.DRAFT, "publish_first"): S.IN_FORCE,
    (S.SCHEDULED, "start"): S.IN_FORCE,
    (S.IN_FORCE, "supersede"): S.SUPERSEDED,
    (S.DRAFT, "withdraw"): S.WITHDRAWN,
    (S.IN_REVIEW, "withdraw"): S.WITHDRAWN,
    (S.APPROVED, "withdraw"): S.WITHDRAWN,
    (S.SCHEDULED, "withdraw"): S.WITHDRAWN,
    (S.IN_FORCE, "submit"): S.IN_FORCE,
    (S.IN_FORCE, "sign_last"): S.IN_FORCE,
    (S.IN_FORCE, "return"): S.IN_FORCE,
    (S.IN_FORCE, "recall"): S.IN_FORCE,
}
