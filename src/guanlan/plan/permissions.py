"""What may be done here; who may is in people.permissions."""

MANAGE = "plan.manage"
SIGN = "plan.sign"
RULE = "plan.rule"
