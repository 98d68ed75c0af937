"""Reports for other people: a ticket, a shift summary, a bundle of files. Pure.

Takes sessions, logs, explanations and times, returns text and bytes; "now" is an argument. Reports are
read elsewhere and later, so every time has its date and UTC offset.

`run_report` is the model of a report on one run; `ticket` formats it, with `log_excerpt` (its events),
`diff_summary` (differences from the last success) and `caveats` (what is unknown); `bundle` packs it into
a zip. `shift_summary` reports on the last hours. Texts consist of `blocks`, written by `render_markdown`
and `render_text`. `withheld_fields` redacts credentials and the sender's account. `json_records`,
`diff_records` and `shift_records` are the JSON. `absolute_time_text` formats times; `unlisted_run_text`
describes a run that is no longer listed; `open_run_command` formats the command that opens a run.
"""
