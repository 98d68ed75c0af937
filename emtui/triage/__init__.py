"""Analysis of sessions and events: what is usual, late or failing, since when, and what differs. Pure.

Takes sessions and events, returns values. "now" is an argument, in the server's time; times are aware and
in UTC. Every result says how many runs it is based on; what cannot be determined is `None` or absent.

`runs_by_type` groups a list. `baseline`, `schedule_detection`, `streaks` analyze the runs of one type,
`idle_periods` those of all. `type_status` combines these, one value per type; `prioritization` picks
what needs attention, worst first, as `findings`; `finding_navigation` steps through them.
`message_fingerprint`, `incidents` recognize the same failure again. `step_timing`, `backup_server_stats`,
`error_keywords` read events. `log_diff`, `log_alignment`, `diff_hunks` compare two logs.
`explanation` combines what is found about one run, `concurrent_runs` what ran beside it.
`grouping` groups successful runs. `acknowledgements` what a user acknowledged and until when,
`acknowledged` what that covers. `finding_text`, `acknowledgement_text`, `diff_text` format results.
"""
