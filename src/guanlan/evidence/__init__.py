"""Files kept by what they contain; anything that must be proved points here."""
