"""emtui: the system sessions of Veeam Backup Enterprise Manager, in a terminal.

`em` Enterprise Manager as a library: model, errors, wire, client.
"""

__version__ = "0.1.0"
