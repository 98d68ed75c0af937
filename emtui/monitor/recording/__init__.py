"""Recordings of a server's responses: writing, reading and replay."""
