"""Errors of queries, sort orders and session IDs, and suggestions for mistyped words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BadQuery(ValueError):
    """An invalid `word`, as one sentence; `at` is its start and end in the text, if known.

    `instead` is the text that the sentence suggests, if it has to be quoted in a shell.
    """

    def __init__(self, sentence: str, word: str, instead: str = "") -> None:
        super().__init__(sentence)
        self.word = word
        self.instead = instead
        self.at: tuple[int, int] | None = None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant: `word` is a prefix of it or similar to it."""
    by_fold = {name.casefold(): name for name in known}
    typed = word.casefold()
    starts = [name for fold, name in by_fold.items() if len(typed) > 1 and fold.startswith(typed)]
    close = difflib.get_close_matches(typed, by_fold, n=1, cutoff=0.7)
    return starts[0] if starts else by_fold[close[0]] if close else None


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, else all of them."""
    names = tuple(known)
    guess = nearest(word, names)
    return f"did you mean {guess}?" if guess else f"valid values are {', '.join(names)}."
