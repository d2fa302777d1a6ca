"""What may be done here; who may is in people.permissions."""

DRAFT_STATEMENT = "media.draft_statement"
RELEASE_STATEMENT = "media.release_statement"
