"""Combine query operands and filter options into one query text, as typed in the session browser."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emtui.cli.arguments import Given
from emtui.query import closed, is_type_name, split, term

_BLANK = re.compile(r"\s")
_TYPE = re.compile(r"\s*([-!]?type):(.*)", re.IGNORECASE | re.DOTALL)


def query_text(given: Given) -> str:
    """The query as it would be typed in the session browser."""
    named = ((key, given.one(f"--{key}")) for key in ("since", "state", "type"))
    return " ".join(
        [*joined(given.operands), *(_option(key, value) for key, value in named if value is not None)]
    )


def joined(operands: Iterable[str]) -> list[str]:
    """Each operand as one or more terms; an unclosed quote extends to the end of its operand."""
    return [closed(_requoted(operand)) for operand in operands]


def _requoted(operand: str) -> str:
    """Restore the quotes that the shell removed from `type:"Database Replication"`.

    Only if the whole value is such a name, or a comma list with such names; in any other operand blanks
    separate terms, as in the session browser.
    """
    found = _TYPE.fullmatch(operand)
    parts = found[2].split(",") if found and '"' not in operand else []
    names = [part for part in parts if _BLANK.search(part)]
    if (
        not found
        or not any(_BLANK.search(name.strip()) for name in names)
        or not all(map(is_type_name, names))
    ):
        return operand
    return term(found[1], found[2].strip())


def _option(key: str, value: str) -> str:
    """The value of an option as one term, with or without blanks."""
    written = closed(f"{key}:{value}")
    return written if len(split(written)) == 1 else term(key, value)
