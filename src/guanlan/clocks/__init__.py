"""Streams and their clocks: which time it is, for whom. Not the duties that run on them."""
