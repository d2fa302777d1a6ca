"""What may be done here; who may is in people.permissions."""

SET_UP = "site.set_up"
