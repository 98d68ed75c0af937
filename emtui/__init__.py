"""emtui: a terminal browser and monitor for the system sessions of Veeam Backup Enterprise Manager.

`em` Enterprise Manager's REST API as a library: model, errors, codec, client.
`query` queries, sort orders and references to a session; pure.
`triage` analysis of sessions and events: what is usual, what needs attention, what differs; pure.
`handover` reports: tickets, shift summaries, bundles; pure.
`monitor` polling: snapshots, changes, connection health, alerts, recordings.
`local` this computer: configuration, passwords, acknowledgements, clipboard, pager.
`demo` a simulated Enterprise Manager. `doctor` checks of this computer and of the connection.
`tui` the screens. `cli` the command line, which starts them.
`child_process` how emtui starts itself again.
`text_format`, `ascii` durations, times, counts and widths as text; pure.
"""

__version__ = "0.1.0"
