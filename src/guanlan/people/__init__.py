"""Persons, the groups they serve in, who is on duty, who may do what."""
