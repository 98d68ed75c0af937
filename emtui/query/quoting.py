r"""Splitting of a query into terms, and quoting of a text as one term.

Blanks separate terms, except within double quotes; an unclosed quote extends to the end. `\"` is
a literal quote, within quotes and outside. Any other backslash is literal, so that `\\bs02\share` needs
no escaping; only backslashes directly before a quote are doubled. These are the rules of Windows
command lines.
"""

from __future__ import annotations

import re

_TERM = re.compile(r'(?:\\[\\"]|[^\s"]|"(?:\\[\\"]|[^"])*"?)+')
_QUOTE_WITH_BACKSLASHES = re.compile(r'(\\*)"')
_TRAILING_BACKSLASHES = re.compile(r"(\\+)\Z")
_NEEDS_QUOTES = re.compile(r'["\s]|^\Z|^[-!].|^[A-Za-z_]+:')


def split_terms(text: str) -> list[re.Match[str]]:
    """The terms of a query as written, with quotes and positions."""
    return list(_TERM.finditer(text))


def last_term(text: str) -> str:
    """The possibly incomplete term at the end of the text; empty after a blank."""
    terms = split_terms(text)
    return terms[-1][0] if terms and terms[-1].end() == len(text) else ""


def quote(value: str) -> str:
    """The value as written in a query, in quotes if necessary."""
    if not _NEEDS_QUOTES.search(value):
        return value
    escaped = _QUOTE_WITH_BACKSLASHES.sub(_escape_quote, value)
    return f'"{_TRAILING_BACKSLASHES.sub(_double_backslashes, escaped)}"'


def unquote(text: str) -> str:
    """The value of a quoted text."""
    return _QUOTE_WITH_BACKSLASHES.sub(_unescape_quote, text)


def has_open_quote(text: str) -> bool:
    """Whether the text has an unclosed quote."""
    return sum(len(match[1]) % 2 == 0 for match in _QUOTE_WITH_BACKSLASHES.finditer(text)) % 2 == 1


def with_closed_quote(text: str) -> str:
    """The same text with an unclosed quote closed at its end, so that more terms can follow."""
    return f'{_TRAILING_BACKSLASHES.sub(_double_backslashes, text)}"' if has_open_quote(text) else text


def _escape_quote(match: re.Match[str]) -> str:
    return f'{match[1] * 2}\\"'


def _double_backslashes(match: re.Match[str]) -> str:
    return match[1] * 2


def _unescape_quote(match: re.Match[str]) -> str:
    pairs, escapes = divmod(len(match[1]), 2)
    return "\\" * pairs + '"' * escapes
