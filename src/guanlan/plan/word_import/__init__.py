"""Bringing in a plan that a company has as a Word file: its chapters, placed by a person."""
