"""The emergency plan as data: read, checked, compared and published."""
