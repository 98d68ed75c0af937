"""Measurements and what they are compared with, as one table. Asserts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """One measurement: `limit` is the goal in the unit of `value`; `comparison` says how it was measured.

    A value that is not a number was skipped, and `comparison` says why.
    """

    label: str
    value: float
    unit: str
    limit: float | None = None
    comparison: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was met in this run; empty without a goal."""
        if self.limit is None or isnan(self.value):
            return ""
        return "met" if self.value <= self.limit else "MISSED"


def skipped_result(label: str, reason: str) -> BenchmarkResult:
    """The result of a measurement that is not possible here."""
    return BenchmarkResult(label, nan, "", None, reason)


def format_results_table(results: Iterable[BenchmarkResult]) -> str:
    """One line per result: label, value, goal, verdict, comparison."""
    rows = [("what", "measured", "goal", "", "")] + [
        (result.label, _format_value(result), _format_goal(result), result.verdict, result.comparison)
        for result in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        left, *middle, comparison = (
            *(cell.ljust(width) for cell, width in zip(row, widths, strict=False)),
            row[4],
        )
        lines.append("  ".join((left, *middle, comparison)).rstrip())
    return "\n".join(lines)


def _format_value(result: BenchmarkResult) -> str:
    return "skipped" if isnan(result.value) else _format_amount(result.value, result.unit)


def _format_goal(result: BenchmarkResult) -> str:
    return "" if result.limit is None else f"≤ {_format_amount(result.limit, result.unit)}"


def _format_amount(value: float, unit: str) -> str:
    return f"{value:,.2f} {unit}" if unit in {"×", "s"} else f"{value:,.0f} {unit}"
