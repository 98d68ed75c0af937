"""What is asked of a terminal for its mouse: buttons and the wheel, never where it merely moves."""

from __future__ import annotations

ON = "\x1b[?1000h\x1b[?1006h"
OFF = "\x1b[?1006l\x1b[?1000l"
ROWS = 3
"""Rows that a turn of the wheel moves."""
