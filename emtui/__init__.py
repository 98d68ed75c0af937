"""emtui: the system sessions of Veeam Backup Enterprise Manager, in a terminal.

`em` Enterprise Manager as a library: model, errors, wire, client.
`triage` thinking about sessions and events: what is usual, what deserves a look, what is different.
"""

__version__ = "0.1.0"
