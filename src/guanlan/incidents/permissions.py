"""What may be done here; who may is in people.permissions."""

DECIDE = "incidents.decide"
CHANGE_LEVEL = "incidents.change_level"
STAND_DOWN = "incidents.stand_down"
ARCHIVE = "incidents.archive"
WAIVE_TASK = "incidents.waive_task"
STATE_COMPLAINTS = "incidents.state_complaints"
STATE_INQUIRIES = "incidents.state_inquiries"
