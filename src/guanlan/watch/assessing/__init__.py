"""The assessment sheet of an event: what was computed beside what a person judges."""
