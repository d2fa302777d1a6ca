"""The emergency plan as data: its versions, what is in force, what it asks of whom."""
