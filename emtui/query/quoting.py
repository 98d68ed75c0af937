r"""Splitting of a query into terms, and quoting of a text as one term.

Blanks separate terms, except within double quotes; an unclosed quote extends to the end. `\"` is
a literal quote, within quotes and outside. Any other backslash is literal, so that `\\bs02\share` needs
no escaping; only backslashes directly before a quote are doubled. These are the rules of Windows
command lines.
"""

from __future__ import annotations

import re

_TERM = re.compile(r'(?:\\[\\"]|[^\s"]|"(?:\\[\\"]|[^"])*"?)+')
_BEFORE_QUOTE = re.compile(r'(\\*)"')
_AT_END = re.compile(r"(\\+)\Z")
_NEEDS_QUOTES = re.compile(r'["\s]|^\Z|^[-!].|^[A-Za-z_]+:')


def split(text: str) -> list[re.Match[str]]:
    """The terms of a query as written, with quotes and positions."""
    return list(_TERM.finditer(text))


def last_term(text: str) -> str:
    """The possibly incomplete term at the end of the text; empty after a blank."""
    terms = split(text)
    return terms[-1][0] if terms and terms[-1].end() == len(text) else ""


def quoted(value: str) -> str:
    """The value as written in a query, in quotes if necessary."""
    if not _NEEDS_QUOTES.search(value):
        return value
    return f'"{_AT_END.sub(_doubled, _BEFORE_QUOTE.sub(_escaped, value))}"'


def unquoted(written: str) -> str:
    """The value of a quoted text."""
    return _BEFORE_QUOTE.sub(_read, written)


def is_open(text: str) -> bool:
    """Whether the text has an unclosed quote."""
    return sum(len(found[1]) % 2 == 0 for found in _BEFORE_QUOTE.finditer(text)) % 2 == 1


def closed(text: str) -> str:
    """The same text with an unclosed quote closed at its end, so that more terms can follow."""
    return f'{_AT_END.sub(_doubled, text)}"' if is_open(text) else text


def _escaped(found: re.Match[str]) -> str:
    return f'{found[1] * 2}\\"'


def _doubled(found: re.Match[str]) -> str:
    return found[1] * 2


def _read(found: re.Match[str]) -> str:
    pairs, escapes = divmod(len(found[1]), 2)
    return "\\" * pairs + '"' * escapes
