r"""How a query is split into terms, and how any text is written so that it stays one term.

Blanks separate terms, except within double quotes; an unclosed quote reaches to the end. `\"` is
a quote that belongs to the text, within quotes and outside. A backslash before anything else
stands for itself, so that `\\bs02\share` is written as it is; only backslashes directly before a
quote are doubled. These are the rules of command lines on Windows.
"""

from __future__ import annotations

import re

_TERM = re.compile(r'(?:\\[\\"]|[^\s"]|"(?:\\[\\"]|[^"])*"?)+')
_BEFORE_QUOTE = re.compile(r'(\\*)"')
_AT_END = re.compile(r"(\\+)\Z")
_NEEDS_QUOTES = re.compile(r'["\s]|^\Z|^[-!].|^[A-Za-z_]+:')


def split(text: str) -> list[re.Match[str]]:
    """The terms of a query as they are written, quotes included, with their places."""
    return list(_TERM.finditer(text))


def last_term(text: str) -> str:
    """The term at the end of the text, as far as it is written; empty after a blank."""
    terms = split(text)
    return terms[-1][0] if terms and terms[-1].end() == len(text) else ""


def quoted(value: str) -> str:
    """The value as it is written in a query: in quotes where it needs them."""
    if not _NEEDS_QUOTES.search(value):
        return value
    return f'"{_AT_END.sub(_doubled, _BEFORE_QUOTE.sub(_escaped, value))}"'


def unquoted(written: str) -> str:
    """The value that is written like this."""
    return _BEFORE_QUOTE.sub(_read, written)


def is_open(text: str) -> bool:
    """Whether a quote is opened in it that is not closed."""
    return sum(len(found[1]) % 2 == 0 for found in _BEFORE_QUOTE.finditer(text)) % 2 == 1


def closed(text: str) -> str:
    """The same text, with an unclosed quote closed at its end, so that more may follow."""
    return f'{_AT_END.sub(_doubled, text)}"' if is_open(text) else text


def _escaped(found: re.Match[str]) -> str:
    return f'{found[1] * 2}\\"'


def _doubled(found: re.Match[str]) -> str:
    return found[1] * 2


def _read(found: re.Match[str]) -> str:
    pairs, escapes = divmod(len(found[1]), 2)
    return "\\" * pairs + '"' * escapes
