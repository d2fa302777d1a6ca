"""What may be done here; who may is in people.permissions."""

START = "reachability.start"
READ = "reachability.read"
