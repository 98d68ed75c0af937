"""What is wrong with a query, an order or the name of a session, and what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BadQuery(ValueError):
    """One sentence about the one `word` that could not be read, and where `at` in the text it stands.

    `instead` is what the sentence says to write, where a shell would take something away from it.
    """

    def __init__(self, sentence: str, word: str, instead: str = "") -> None:
        super().__init__(sentence)
        self.word = word
        self.instead = instead
        self.at: tuple[int, int] | None = None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is probably a slip of: a beginning of it, or nearly it."""
    by_fold = {name.casefold(): name for name in known}
    typed = word.casefold()
    starts = [name for fold, name in by_fold.items() if len(typed) > 1 and fold.startswith(typed)]
    close = difflib.get_close_matches(typed, by_fold, n=1, cutoff=0.7)
    return starts[0] if starts else by_fold[close[0]] if close else None


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a wrong word: what was probably meant, else what there is."""
    names = tuple(known)
    guess = nearest(word, names)
    return f"did you mean {guess}?" if guess else f"known are {', '.join(names)}."
