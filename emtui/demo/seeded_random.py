"""Reproducible pseudo-random numbers from a hash of a name.

The same name gives the same numbers, in any order and on any computer, so that a run keeps its
values at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

ChoiceT = TypeVar("ChoiceT")
_WIDTH = 4


class SeededRandom:
    """Random numbers of one name, such as the run of one slot, identified by draw number."""

    __slots__ = ("_digest", "_name")

    def __init__(self, *name: object) -> None:
        self._name = "/".join(str(part) for part in name)
        self._digest = blake2b(self._name.encode(), digest_size=64).digest()

    def guid(self) -> str:
        """Return a GUID in lower case."""
        return str(UUID(bytes=self._digest[:16], version=4))

    def fraction(self, draw: int) -> float:
        """Return a number in [0, 1). Draws 0 to 11 are precomputed, later ones need another hash."""
        start = 16 + draw * _WIDTH
        raw = self._digest[start : start + _WIDTH]
        if len(raw) < _WIDTH:
            raw = blake2b(f"{self._name}#{draw}".encode(), digest_size=_WIDTH).digest()
        return int.from_bytes(raw) / 2**32

    def between(self, low: float, high: float, draw: int) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.fraction(draw)

    def integer(self, low: int, high: int, draw: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int((high - low + 1) * self.fraction(draw))

    def pick(self, choices: Sequence[ChoiceT], draw: int) -> ChoiceT:
        """Return one of the choices."""
        return choices[int(len(choices) * self.fraction(draw))]
