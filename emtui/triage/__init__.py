"""Thinking about sessions: what is usual, what is late, what fails since when, what is different.

Pure: lists of sessions and of events in, values out; "now" is an argument and means the
server's clock, times are aware and in UTC. Everything that is claimed says how many runs it
rests on, and what is not known is `None` or missing, never a guess in numbers.

`runs` groups a list by type; `baseline`, `rhythm`, `streaks` each look at the runs of one type;
`gaps` at all of them; `standing` puts these together, one row per type, and `attention` picks
what deserves a look, worst first; `about` walks through it. `masks` and `incidents` know the
same failure again; `steps`, `servers`, `trouble` and `compare` read events; `around` looks
beside a run; `stretches` folds a comparison; `telling` puts findings into words, `differing` the
difference of two runs.
"""
