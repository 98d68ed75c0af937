"""emtui: the system sessions of Veeam Backup Enterprise Manager, in a terminal.

`em` Enterprise Manager as a library: model, errors, wire, client.
`handover` what is given to others: tickets, summaries, bundles; pure.
`triage` thinking about sessions and events: what is usual, what deserves a look, what is different.
"""

__version__ = "0.1.0"
