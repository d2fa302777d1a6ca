"""Alert rules of a watch, judged over its hourly counts, and the alarms that they raise."""
