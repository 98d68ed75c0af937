"""Checks of this computer and of the connection to a server, one after another.

`check_result` the result of one check. `local_checks` files, keyrings, terminal, versions.
`server_checks` name resolution, proxy, TLS, clock, logon, permissions. `shape_report` the structure of a
server's responses without any value, by `xml_shape`.
"""
