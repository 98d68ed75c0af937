"""One session: its head, what explains it, and its events."""
