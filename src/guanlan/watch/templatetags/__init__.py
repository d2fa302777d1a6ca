"""Tags of this package."""
