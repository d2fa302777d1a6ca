"""Setting up: from an empty database to a company that can run its plan, in under 30 minutes."""
