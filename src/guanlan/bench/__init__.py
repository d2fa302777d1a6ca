"""How fast the engine is, against its peers in the same run: `guanlan bench`.

Not part of what ships to a company's day: the peers stand in the dependency group `bench`.
"""
