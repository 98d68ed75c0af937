"""Comparisons in queries: `>10m`, `<=2h12m`, `4m12s` with durations, `>2.5` with ratios.

A bare value means at least that much, so that no `>` has to be quoted in a shell.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T", timedelta, float)

_SIGNED = re.compile(r"\s*(>=|<=|>|<|)\s*(.*?)\s*", re.DOTALL)
_SIGNS: dict[str, Callable[[timedelta, timedelta], bool] | Callable[[float, float], bool]] = {
    "": operator.ge,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_SPAN = re.compile(r"(?:[0-9]{1,7}(?:\.[0-9]{1,3})?[smhd])+", re.IGNORECASE)
_PART = re.compile(r"([0-9.]+)([smhd])", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")


def parse_length(text: str) -> Callable[[timedelta], bool]:
    """The test of a duration; raises `ValueError`."""
    sign, rest = _parted(text)
    if not _SPAN.fullmatch(rest):
        raise ValueError(text)
    seconds = sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(rest))
    return _compared(sign, timedelta(seconds=seconds))


def parse_times(text: str) -> Callable[[float], bool]:
    """The test of a ratio; an `x` may follow the number. Raises `ValueError`."""
    sign, rest = _parted(text)
    rest = rest.rstrip("xX×")
    if not _NUMBER.fullmatch(rest):
        raise ValueError(text)
    return _compared(sign, float(rest))


def _parted(text: str) -> tuple[str, str]:
    found = _SIGNED.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _compared(sign: str, bound: T) -> Callable[[T], bool]:
    compare: Callable[[T, T], bool] = _SIGNS[sign]  # type: ignore[assignment] # both kinds are ordered
    return lambda value: compare(value, bound)
