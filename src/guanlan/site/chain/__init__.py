"""The audit trail on screen; the chain itself is in audit, which knows nothing of persons."""
