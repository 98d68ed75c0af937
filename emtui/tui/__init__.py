"""The screens: they connect keys, feeds and widgets; nothing here analyzes sessions.

`app` builds services and feeds · `context` what screens share · bindings in `terminal.bindings` ·
`theme` colors · `services` logon, navigator, exporter, alerts · `screens` a folder or a module each ·
`widgets` lists and lines drawn line by line · `formatting` values to text; pure · `terminal` driver,
frames and keys, the only package that uses Textual's private parts.
"""
