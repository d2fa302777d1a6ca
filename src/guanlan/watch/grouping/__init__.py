"""What a person makes of events as wholes: two are one, one is two, one is like an earlier one."""
