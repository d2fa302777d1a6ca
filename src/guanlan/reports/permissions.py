"""What may be done here; who may is in people.permissions."""

SUBMIT = "reports.submit"
CLOSE = "reports.close"
SCHEDULE = "reports.schedule"
