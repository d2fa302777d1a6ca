"""What may be done here; who may is in people.permissions."""

READ = "audit.read"
