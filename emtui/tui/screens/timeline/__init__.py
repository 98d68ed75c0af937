"""The timeline: the runs of each type, drawn from start to end."""
