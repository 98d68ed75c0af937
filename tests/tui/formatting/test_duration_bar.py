"""Bars of durations against the usual one, drawn by hand."""

from __future__ import annotations

import pytest

from emtui.tui.formatting.duration_bar import USUAL_CELLS, USUAL_TITLE, duration_bar


@pytest.mark.parametrize(
    ("ratio", "is_unusual", "expected"),
    [
        (None, False, ("", "")),
        (0.0, False, ("▄", "")),
        (0.3, False, ("▄", "")),
        (0.5, False, ("▄▄", "")),
        (1.0, False, ("▄▄▄▄", "")),
        (1.2, False, ("▄▄▄▄▄", "")),
        (1.4, False, ("▄▄▄▄▄▄", "")),
        (2.6, False, ("▄▄▄▄▄▄▄►", "")),
        (1.5, True, ("▄▄▄▄", "██")),
        (1.75, True, ("▄▄▄▄", "███")),
        (1.9, True, ("▄▄▄▄", "███►")),
        (43.2, True, ("▄▄▄▄", "███►")),
        (1e9, True, ("▄▄▄▄", "███►")),
    ],
)
def test_the_part_beyond_the_usual_is_full_only_if_the_run_took_unusually_long(
    ratio: float | None, is_unusual: bool, expected: tuple[str, str]
) -> None:
    assert duration_bar(ratio, is_unusual=is_unusual) == expected


def test_the_arrow_of_the_heading_points_to_the_end_of_the_usual_duration() -> None:
    assert USUAL_TITLE.index("↑") == USUAL_CELLS - 1
    assert len(USUAL_TITLE) >= len("▄▄▄▄███►")
