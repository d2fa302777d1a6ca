"""Handing over a shift (交接班): what is open, drafted from data, signed by who leaves and who comes."""
