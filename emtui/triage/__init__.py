"""Analysis of sessions and events: usual durations, schedules, incidents and log differences. Pure.

Takes sessions and events, returns values. The current time is an argument, from the server's clock; times
are aware and in UTC. Results have the number of runs they are based on; unknown values are `None`.

`runs_by_type` groups a list. `baseline`, `schedule_detection`, `overdue_runs`, `streaks`, `daily_failures`
analyze the runs of one type, `idle_periods` those of all. `type_status` combines these, one value per type;
`prioritization` picks what needs attention, worst first, as `findings`; `finding_navigation` steps through
them.
`message_fingerprint`, `incidents` recognize the same failure again. `step_timing`, `backup_server_stats`,
`error_keywords` read events. `log_diff`, `log_alignment`, `diff_hunks` compare two logs.
`explanation` combines the results about one run, `concurrent_runs` finds the runs at the same time.
`grouping` groups successful runs. `acknowledgements` defines acknowledgements and when they end,
`acknowledgement_matching` the runs and findings that they cover. `finding_text`, `acknowledgement_text` and
`diff_text` format results.
"""
