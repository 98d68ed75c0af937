"""What is known of a server, and when it is requested; no screens.

`list_feed`, `session_feed` own the list and an opened session · `poller`, `session_poller` when to request ·
`snapshot`, `changes`, `feed_health` what requests came to · `assessment`, `explainer` what that means ·
`alert_policy` when to alert · `recording` what a server said, kept and played again.
"""
