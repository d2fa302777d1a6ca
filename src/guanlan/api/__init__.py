"""Tokens, scopes, repeated requests, and the root that other packages register with."""
