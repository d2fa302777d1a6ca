"""Swapping a shift (换班): asked by one, agreed by the other, told to the lead."""
