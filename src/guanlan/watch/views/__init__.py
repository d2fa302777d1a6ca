"""Pages of the feed, of events and of watches."""
