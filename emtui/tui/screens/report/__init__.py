"""Tickets, the shift summary and the bundle: previewed, copied and written."""
