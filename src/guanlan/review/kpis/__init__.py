"""The KPIs: each turns what was done about an event into cases of one clock."""
