"""The plan as a document on paper: cover, chapters and annexes, frozen when asked for."""
