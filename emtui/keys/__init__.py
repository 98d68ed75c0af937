"""The commands of the screens and their keys, without the screens: pure.

`tui_commands` is the table with the default keys · `key_names` reads names of keys · `keymap` says which
command a key runs on which screen · `key_settings` applies `[keys]` of the configuration.
"""
