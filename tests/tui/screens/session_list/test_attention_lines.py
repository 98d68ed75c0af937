"""The counts on the right of the alerts above the list."""

from __future__ import annotations

import pytest

from emtui.tui.screens.session_list.attention_lines import shorten_counts


@pytest.mark.parametrize(
    ("room", "expected"),
    [(35, "a: next of 6 alerts, 1 acknowledged"), (34, "a: next of 6 alerts"), (18, "a: 6 alerts"), (10, "")],
)
def test_the_acknowledged_count_is_dropped_before_the_key(room: int, expected: str) -> None:
    assert shorten_counts("a: next of 6 alerts, 1 acknowledged", room) == expected
