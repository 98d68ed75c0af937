"""The overview of session types: one line per type."""
