"""Errors of queries, sort orders and session IDs, and suggestions for mistyped words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InvalidQueryError(ValueError):
    """An invalid `word`, as one sentence; `span` is its start and end in the text, if known.

    `replacement` is the text that the sentence suggests, if it has to be quoted in a shell.
    """

    def __init__(self, sentence: str, word: str, replacement: str = "") -> None:
        super().__init__(sentence)
        self.word = word
        self.replacement = replacement
        self.span: tuple[int, int] | None = None


def closest_match(word: str, candidates: Iterable[str]) -> str | None:
    """The known word that was probably meant: `word` is a prefix of it or similar to it."""
    by_folded_name = {name.casefold(): name for name in candidates}
    typed = word.casefold()
    prefix_matches = [
        name for fold, name in by_folded_name.items() if len(typed) > 1 and fold.startswith(typed)
    ]
    close_matches = difflib.get_close_matches(typed, by_folded_name, n=1, cutoff=0.7)
    return (
        prefix_matches[0] if prefix_matches else by_folded_name[close_matches[0]] if close_matches else None
    )


def suggest(word: str, candidates: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, else all of them."""
    names = tuple(candidates)
    suggestion = closest_match(word, names)
    return f"did you mean {suggestion}?" if suggestion else f"valid values are {', '.join(names)}."
