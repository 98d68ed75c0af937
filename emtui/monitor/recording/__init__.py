"""Recordings: what a server said while somebody watched, kept, read back, and shown again."""
