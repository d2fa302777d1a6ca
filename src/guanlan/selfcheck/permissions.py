"""What may be done here; who may is in people.permissions."""

READ_STATE = "selfcheck.read_state"
SET_HEARTBEAT = "selfcheck.set_heartbeat"
