"""One session: header, explanation and events."""
