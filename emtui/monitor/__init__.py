"""Polling a server, and what follows from it; no screens.

`list_feed`, `session_feed` own the list and an opened session. `poller`, `session_poller`, `backoff` decide
when to request. `snapshot`, `changes`, `feed_health` hold results. `assessment`, `explainer` analyze them.
`alert_policy` decides when to alert. `recording` saves responses and plays them back.
"""
