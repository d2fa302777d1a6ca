"""Interpretations and supplementary rules: what the command adds to a version that holds."""
