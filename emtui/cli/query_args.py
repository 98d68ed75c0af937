"""Query words and options as one query text, by the grammar that the screens read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emtui.cli.arguments import Given
from emtui.query import closed, is_type_name, split, term

_BLANK = re.compile(r"\s")
_TYPE = re.compile(r"\s*([-!]?type):(.*)", re.IGNORECASE | re.DOTALL)


def query_text(given: Given) -> str:
    """The whole query, as it would be typed inside emtui."""
    named = ((key, given.one(f"--{key}")) for key in ("since", "state", "type"))
    return " ".join(
        [*joined(given.operands), *(_option(key, value) for key, value in named if value is not None)]
    )


def joined(operands: Iterable[str]) -> list[str]:
    """Each operand as the text of one or more terms; an unclosed quote reaches to the end of its own."""
    return [closed(_requoted(operand)) for operand in operands]


def _requoted(operand: str) -> str:
    """`type:Database Replication`, from which the shell took the quotes, is one term again.

    Only where the whole value is such a name, or a comma list with such names; anything else is
    read as in the screens, where a blank separates terms.
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
    """The value of an option as a term: it stays one, with or without blanks."""
    written = closed(f"{key}:{value}")
    return written if len(split(written)) == 1 else term(key, value)
