"""Chance that never changes its mind: numbers drawn from a hash of what they are for.

The same seed and the same words give the same numbers, in any order of asking and on any
computer; so a run keeps its values whatever the clock says when somebody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
_WIDTH = 4


class Chance:
    """The draws for one thing, say the run of one slot. Draws are told apart by number."""

    __slots__ = ("_digest", "_name")

    def __init__(self, *name: object) -> None:
        self._name = "/".join(str(part) for part in name)
        self._digest = blake2b(self._name.encode(), digest_size=64).digest()

    def guid(self) -> str:
        """A GUID, in lower case."""
        return str(UUID(bytes=self._digest[:16], version=4))

    def of_one(self, draw: int) -> float:
        """From 0 to just below 1. Draws 0 to 11 cost nothing, later ones another hash."""
        start = 16 + draw * _WIDTH
        raw = self._digest[start : start + _WIDTH]
        if len(raw) < _WIDTH:
            raw = blake2b(f"{self._name}#{draw}".encode(), digest_size=_WIDTH).digest()
        return int.from_bytes(raw) / 2**32

    def between(self, low: float, high: float, draw: int) -> float:
        """From `low` to just below `high`."""
        return low + (high - low) * self.of_one(draw)

    def whole(self, low: int, high: int, draw: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int((high - low + 1) * self.of_one(draw))

    def pick(self, choices: Sequence[T], draw: int) -> T:
        """One of the choices."""
        return choices[int(len(choices) * self.of_one(draw))]
