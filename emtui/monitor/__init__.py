"""Polling a server, and what follows from it; no screens.

`list_feed`, `session_feed` own the list and an opened session. `list_poller`, `session_poller` request them,
`poll_schedule` decides when. `snapshot`, `changes`, `feed_health` hold results; `assessment`, `explainer`
analyze them. `report_builder` combines what reports need.
`notification_policy` decides when to alert. `recording` saves responses and plays them back.
"""
