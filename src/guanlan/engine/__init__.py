"""Reads posts: what they say, which matter they belong to, how bad it is.

Pure: same input, same bytes out, on every run and at any batch size.
"""

from guanlan.engine.kernels import keep_apart

keep_apart()
