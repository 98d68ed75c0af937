"""Saved queries on the digits 5 to 9, from the configuration.

Only their format is checked here; the query is parsed when it is used, so that a mistake in one
does not prevent the start.
"""

from __future__ import annotations

from pathlib import Path

from emtui.local import paths
from emtui.local.profiles import ConfigValue, InvalidConfigError

DIGITS = ("5", "6", "7", "8", "9")
MAX_SAVED_QUERY_LENGTH = 500
"""Maximum characters of a query."""


def abbreviate_path(file: Path) -> str:
    """Return the file's path, abbreviated with `~`."""
    home = paths.home_folder()
    return f"~/{file.relative_to(home)}" if file.is_relative_to(home) else str(file)


def read_queries(file: Path, table: object) -> dict[str, ConfigValue]:
    """Read `[queries]` of a file, by digit. Raises `InvalidConfigError`."""
    if not isinstance(table, dict):
        raise InvalidConfigError(f'{file}: queries must be a table: [queries], then 5 = "took:>10m".')
    for digit, text in table.items():
        if digit not in DIGITS:
            raise InvalidConfigError(f"{file}: queries: {digit} is not available: use the digits 5 to 9.")
        if (
            not isinstance(text, str)
            or not text.strip()
            or not text.isprintable()
            or len(text) > MAX_SAVED_QUERY_LENGTH
        ):
            raise InvalidConfigError(
                f'{file}: queries: {digit} must be a query in quotes, such as "took:>10m".'
            )
    return {digit: ConfigValue(text.strip(), file) for digit, text in table.items()}
