"""What may be done here; who may is in people.permissions."""

MANAGE = "subscriptions.manage"
