"""The impact of an event (影响): image, reputation and business, each against what is usual, or unknown."""
