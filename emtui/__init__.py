"""emtui: the system sessions of Veeam Backup Enterprise Manager, in a terminal.

`words`, `ascii` how durations, times, counts and widths are written; pure text.
`em` Enterprise Manager as a library: model, errors, codec, client.
`query` a query, an order, a name of a session: what a person asks for; pure.
`triage` thinking about sessions and events: what is usual, what deserves a look, what is different.
`handover` what is given to others: tickets, summaries, bundles; pure.
`monitor` the list followed for days: snapshots, what changed, how well it is known, recordings.
`local` this computer: profiles, passwords, what is marked and kept, clipboard, pager.
`demo` a simulated Enterprise Manager; `doctor` what is right and wrong between here and a server.
`tui` the screens; `cli` the command line, which starts them.
"""

__version__ = "0.1.0"
