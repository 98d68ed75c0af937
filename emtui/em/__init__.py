"""Enterprise Manager's REST API for system sessions, as a library of its own.

`model` what a session, an event and a logon are · `errors` the drawn tree of
what can go wrong · `wire` bytes to model · `logon`, `tls`, `client` the
conversation. Imports nothing of emtui.
"""
