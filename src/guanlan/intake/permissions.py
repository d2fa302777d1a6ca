"""What may be done here; who may is in people.permissions."""

REPORT_POST = "intake.report_post"
MANAGE_SOURCES = "intake.manage_sources"
GIVE_VOLUMES = "intake.give_volumes"
