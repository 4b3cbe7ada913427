"""The worlds in which the monitors are measured, and the tables of what they say there."""
