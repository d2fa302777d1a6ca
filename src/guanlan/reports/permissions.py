"""What may be done here; who may is in people.permissions."""

SUBMIT = "reports.submit"
CLOSE = "reports.close"
SCHEDULE = "reports.schedule"
SET_ADDRESSEES = "reports.set_addressees"
WRITE_BRIEF = "reports.write_brief"
