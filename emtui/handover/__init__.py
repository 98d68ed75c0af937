"""What one hands over to somebody else: a ticket, a summary of the shift, a bundle of files.

Pure: sessions, logs, explanations and times in, texts and bytes out; "now" is an argument.
Whoever receives it sits elsewhere and reads it later: every time has its date and offset.

`document` the parts that a text is made of, and which of them are not ours; `markdown` and
`plain` write them down, the same in both; `withheld` takes out what must not leave. `case` is all
that is known of a run; `ticket` tells it, with `surroundings` (its events), `against` (the
last good run) and `unknown` (what is not known); `shift` tells the last hours; `bundle` packs
a case into a zip; `records` is the JSON of sessions and events; `dated` puts times into words.
"""
