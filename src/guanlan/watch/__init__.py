"""What the posts say: watches, hits, events, signals, assessments."""
