"""Queries of one's own on the digits 5 to 9, as the configuration has them.

Only their shape is read here: whether one can be read as a query is seen when it is used, so
that a slip in one of them keeps nobody from starting.
"""

from __future__ import annotations

from pathlib import Path

from emtui.local import paths
from emtui.local.profiles import BadConfig, Stated

DIGITS = ("5", "6", "7", "8", "9")
LONGEST = 500
"""Characters of a query."""


def named(file: Path) -> str:
    """The file that a query stands in, for a sentence: short, as far as it is the person's own."""
    home = paths.home()
    return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)


def read_queries(file: Path, table: object) -> dict[str, Stated]:
    """What a file has under `[queries]`, by digit. Raises `BadConfig`."""
    if not isinstance(table, dict):
        raise BadConfig(f'{file}: queries must be a table: [queries], then 5 = "took:>10m".')
    for digit, text in table.items():
        if digit not in DIGITS:
            raise BadConfig(f"{file}: queries: {digit} is not available: use the digits 5 to 9.")
        if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > LONGEST:
            raise BadConfig(f'{file}: queries: {digit} must be a query in quotes, such as "took:>10m".')
    return {digit: Stated(text.strip(), file) for digit, text in table.items()}
