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

_COMPARISON = re.compile(r"\s*(>=|<=|>|<|)\s*(.*?)\s*", re.DOTALL)
_OPERATORS: dict[str, Callable[[timedelta, timedelta], bool] | Callable[[float, float], bool]] = {
    "": operator.ge,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_DURATION = re.compile(r"(?:[0-9]{1,7}(?:\.[0-9]{1,3})?[smhd])+", re.IGNORECASE)
_DURATION_PART = re.compile(r"([0-9.]+)([smhd])", re.IGNORECASE)
_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3})?")


def parse_duration_comparison(text: str) -> Callable[[timedelta], bool]:
    """The test of a duration; raises `ValueError`."""
    sign, operand = _split_operator(text)
    if not _DURATION.fullmatch(operand):
        raise ValueError(text)
    seconds = sum(
        float(number) * _SECONDS_PER_UNIT[unit.lower()] for number, unit in _DURATION_PART.findall(operand)
    )
    return _make_comparison(sign, timedelta(seconds=seconds))


def parse_ratio_comparison(text: str) -> Callable[[float], bool]:
    """The test of a ratio; an `x` may follow the number. Raises `ValueError`."""
    sign, operand = _split_operator(text)
    operand = operand.rstrip("xX×")
    if not _NUMBER.fullmatch(operand):
        raise ValueError(text)
    return _make_comparison(sign, float(operand))


def _split_operator(text: str) -> tuple[str, str]:
    match = _COMPARISON.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def _make_comparison(sign: str, bound: T) -> Callable[[T], bool]:
    compare: Callable[[T, T], bool] = _OPERATORS[sign]  # type: ignore[assignment] # both kinds are ordered
    return lambda value: compare(value, bound)
