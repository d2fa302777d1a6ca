"""Looking back: what the plan's clocks came to, from stored rows alone."""
