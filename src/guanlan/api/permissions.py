"""What may be done here; who may is in people.permissions."""

MANAGE_TOKENS = "api.manage_tokens"
