"""The screens: they wire keys, feeds and what is shown; nothing here analyzes sessions.

`app` builds services and feeds · `context` what a screen is given · `commands` the one table of keys ·
`theme` colours · `services` logon, navigator, exporter, alerts · `screens` a folder or a module each ·
`widgets` lists and lines drawn by the line · `formatting` how values become text; pure · `terminal` driver,
frames and keys, the only package that touches Textual's private parts.
"""
