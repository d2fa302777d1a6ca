"""What other systems are told of incidents: signed calls, once per step of the audit log."""
