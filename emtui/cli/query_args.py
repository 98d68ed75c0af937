"""Combine query operands and filter options into one query text, as typed in the session browser."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emtui.cli.arguments import ParsedArguments
from emtui.query import format_term, is_type_name, split_terms, with_closed_quote

_BLANK = re.compile(r"\s")
_TYPE = re.compile(r"\s*([-!]?type):(.*)", re.IGNORECASE | re.DOTALL)


def query_text(args: ParsedArguments) -> str:
    """The query as it would be typed in the session browser."""
    options = ((key, args.value_of(f"--{key}")) for key in ("since", "state", "type"))
    return " ".join(
        [
            *normalize_operands(args.operands),
            *(_format_option(key, value) for key, value in options if value is not None),
        ]
    )


def normalize_operands(operands: Iterable[str]) -> list[str]:
    """Each operand as one or more terms; an unclosed quote extends to the end of its operand."""
    return [with_closed_quote(_restore_quotes(operand)) for operand in operands]


def _restore_quotes(operand: str) -> str:
    """Restore the quotes that the shell removed from `type:"Database Replication"`.

    Only if the whole value is such a name, or a comma list with such names; in any other operand blanks
    separate terms, as in the session browser.
    """
    type_term = _TYPE.fullmatch(operand)
    parts = type_term[2].split(",") if type_term and '"' not in operand else []
    names = [part for part in parts if _BLANK.search(part)]
    if (
        not type_term
        or not any(_BLANK.search(name.strip()) for name in names)
        or not all(map(is_type_name, names))
    ):
        return operand
    return format_term(type_term[1], type_term[2].strip())


def _format_option(key: str, value: str) -> str:
    """The value of an option as one term, with or without blanks."""
    text = with_closed_quote(f"{key}:{value}")
    return text if len(split_terms(text)) == 1 else format_term(key, value)
