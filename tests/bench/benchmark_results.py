"""What was measured, beside what it was measured against, as one table. Asserts nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """One measurement: `limit` is the goal in the unit of `value`; `beside` says what went into it.

    A value that is not a number was left out, and `beside` says why.
    """

    label: str
    value: float
    unit: str
    limit: float | None = None
    comparison: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was met in this run; nothing where there is none."""
        if self.limit is None or isnan(self.value):
            return ""
        return "met" if self.value <= self.limit else "MISSED"


def skipped_result(label: str, reason: str) -> BenchmarkResult:
    """What could not be measured here."""
    return BenchmarkResult(label, nan, "", None, reason)


def format_results_table(figures: Iterable[BenchmarkResult]) -> str:
    """One line per figure: what, measured, goal, verdict, and what it rests on."""
    rows = [("what", "measured", "goal", "", "")] + [
        (figure.label, _format_value(figure), _format_goal(figure), figure.verdict, figure.comparison)
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        left, *middle, beside = (
            *(cell.ljust(width) for cell, width in zip(row, widths, strict=False)),
            row[4],
        )
        lines.append("  ".join((left, *middle, beside)).rstrip())
    return "\n".join(lines)


def _format_value(figure: BenchmarkResult) -> str:
    return "left out" if isnan(figure.value) else _format_amount(figure.value, figure.unit)


def _format_goal(figure: BenchmarkResult) -> str:
    return "" if figure.limit is None else f"≤ {_format_amount(figure.limit, figure.unit)}"


def _format_amount(value: float, unit: str) -> str:
    return f"{value:,.2f} {unit}" if unit in {"×", "s"} else f"{value:,.0f} {unit}"
