"""Runs a company's customer-service public-opinion emergency plan."""
