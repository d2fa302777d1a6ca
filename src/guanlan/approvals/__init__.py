"""Texts, their versions, and the signatures that bind to exactly one version.

Knows nothing of what a text is for; a statement (media) is one user.
"""
