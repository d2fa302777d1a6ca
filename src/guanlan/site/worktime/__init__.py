"""The company's working time, and the times that others set for an answer."""
