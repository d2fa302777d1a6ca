"""Messages to persons, and whether they arrived."""
