"""What other systems are told of incidents: signed pushes, once per step of the audit log."""
