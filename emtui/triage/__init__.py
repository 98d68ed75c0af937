"""Thinking about sessions: what is usual, what is late, what fails since when, what is different.

Pure: lists of sessions and of events in, values out; "now" is an argument and means the
server's clock, times are aware and in UTC. Everything that is claimed says how many runs it
rests on, and what is not known is `None` or missing, never a guess in numbers.

`runs` groups a list by type; `baseline`, `rhythm`, `streaks` each look at the runs of one type; `gaps`
at all of them; `standing` puts these together, one row per type, and `attention` picks what deserves a
look, worst first: a `finding` of some kind; `about` walks through them. `masks` and `incidents` know
the same failure again; `steps`, `servers`, `trouble` and `compare` read events, `alignment` pairs their
lines; `explained` puts together what is known of one run, `around` looks beside it; `stretches` folds a
comparison, `folds` a list; `telling` puts findings into words, `differing` the difference of two runs.
`marks` are what a person says is known and until when, `known` says what they cover, `telling_known`
puts that into words.
"""
