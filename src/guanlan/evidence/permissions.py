"""What may be done here; who may is in people.permissions."""

KEEP_FILE = "evidence.keep_file"
