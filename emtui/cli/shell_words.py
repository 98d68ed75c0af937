r"""Words of a shell's command line while it is typed: reading them, and quoting a completion. Pure.

Quoting is that of bash: `'…'`, `"…"` with backslashes, and `\x`. It differs from fish's and zsh's only in
details that need no completion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPERATORS = frozenset("<>|&;()")
_ESCAPED_IN_DOUBLE_QUOTES = frozenset('"\\$`')
_SAFE = re.compile(r"[A-Za-z0-9_./,:=@%+\-]")
"""Characters that need no backslash anywhere in a word; a `~` may be expanded, `!` is history."""


@dataclass(frozen=True, slots=True)
class ShellWord:
    """A word as typed, its value without quotes, and for each character typed whether it is quoted.

    `open_quote` is the quote that is not closed, if any, and `quote_start` its position.
    """

    raw: str = ""
    value: str = ""
    quoted: tuple[bool, ...] = ()
    open_quote: str = ""
    quote_start: int = 0
    is_operator: bool = False


@dataclass(frozen=True, slots=True)
class TypedLine:
    """The words before the cursor; the last one is empty after a blank.

    `is_redirection`: the last word is the file of a redirection.
    """

    words: tuple[str, ...]
    last: ShellWord
    is_redirection: bool = False


def parse_line(line: str) -> TypedLine:
    """Split a command line that ends at the cursor; redirections are left out."""
    words: list[str] = []
    is_file, position = False, 0
    while position < len(line):
        if line[position] in " \t\n":
            position += 1
            continue
        word = _read_word(line[position:])
        position += len(word.raw)
        if position >= len(line) and not word.is_operator:
            return TypedLine((*words, word.value), word, is_file)
        if word.is_operator:
            if words and words[-1].isdigit() and line[: position - len(word.raw)].endswith(words[-1]):
                words.pop()  # a file descriptor: 2>
            is_file = word.raw[-1] in "<>"
        elif is_file:
            is_file = False
        else:
            words.append(word.value)
    return TypedLine((*words, ""), ShellWord(), is_file)


def read_last_word(raw: str) -> str:
    """The value of one word that is still being typed."""
    return parse_line(raw).words[-1] if raw else ""


def _read_word(text: str) -> ShellWord:
    """The word at the start of a text."""
    if text[0] in _OPERATORS:
        length = next((i for i, char in enumerate(text) if char not in _OPERATORS), len(text))
        return ShellWord(text[:length], text[:length], is_operator=True)
    value: list[str] = []
    quoted: list[bool] = []
    quote, quote_start, position = "", 0, 0
    while position < len(text):
        char, following = text[position], text[position + 1 : position + 2]
        if char == "\\" and quote != "'" and _is_escape(quote, following):
            value.append(following)
            quoted += [True] * (1 + len(following))
            position += 1
        elif quote:
            quoted.append(True)
            if char == quote:
                quote = ""
            else:
                value.append(char)
        elif char in "'\"":
            quote, quote_start = char, position
            quoted.append(True)
        elif char in " \t\n" or char in _OPERATORS:
            break
        else:
            value.append(char)
            quoted.append(False)
        position += 1
    return ShellWord(text[: len(quoted)], "".join(value), tuple(quoted), quote, quote_start)


def _is_escape(quote: str, following: str) -> bool:
    return not quote or following in _ESCAPED_IN_DOUBLE_QUOTES


def replaced_part(word: ShellWord, break_characters: str) -> tuple[str, str]:
    """What readline replaces of a word, as its quote and the value of what precedes it in the word.

    That is the text after the open quote, or after the last character of COMP_WORDBREAKS that is not quoted.
    """
    if word.open_quote:
        return word.open_quote, read_last_word(word.raw[: word.quote_start])
    start = max(
        (
            position + 1
            for position, char in enumerate(word.raw)
            if char in break_characters and not word.quoted[position]
        ),
        default=0,
    )
    return "", read_last_word(word.raw[:start])


def quote_for_bash(text: str, open_quote: str) -> str:
    """The text as it continues a word after this open quote, or without one."""
    if open_quote == "'":
        return text.replace("'", "'\\''")
    if open_quote:
        escaped = "".join(f"\\{char}" if char in _ESCAPED_IN_DOUBLE_QUOTES else char for char in text)
        return escaped.replace("!", "\"'!'\"")
    return "".join(
        char if _SAFE.match(char) or (not char.isascii() and char.isalnum()) else f"\\{char}" for char in text
    )
