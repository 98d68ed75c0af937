"""How sessions, alerts, logs and problems read: text without style, for screens, line mode and commands.

Pure: values, times and a zone in, text out.
"""
