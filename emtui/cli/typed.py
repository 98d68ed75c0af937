"""Query words and options as one query text: the options are the same thing under other names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emtui.cli.arguments import Given
from emtui.lookup import KEYS, term

_KEY = re.compile(rf"[-!]?(?:{'|'.join(KEYS)}):", re.IGNORECASE)


def query_text(given: Given) -> str:
    """The whole query, as it would be typed inside emtui."""
    named = ((key, given.one(f"--{key}")) for key in ("since", "state", "type"))
    return " ".join(
        [*joined(given.operands), *(term(key, value) for key, value in named if value is not None)]
    )


def joined(operands: Iterable[str]) -> list[str]:
    """Operands as terms: the shell took the quotes from `type:"Database Replication"`, they come back."""
    return [_requoted(operand) for operand in operands]


def _requoted(operand: str) -> str:
    others = operand.split()[1:]
    key = _KEY.match(operand)
    if not key or not others or '"' in operand or any(map(_KEY.match, others)):
        return operand
    return f'{key[0]}"{operand[key.end() :]}"'
