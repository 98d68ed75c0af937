"""What stands at the right of the sentences that say what needs somebody."""

from __future__ import annotations

import pytest

from emtui.tui.screens.session_list.attention_lines import shorten_counts


@pytest.mark.parametrize(
    ("room", "expected"),
    [(28, "a: next of 6 alerts, 1 known"), (27, "a: next of 6 alerts"), (18, "a: 6 alerts"), (10, "")],
)
def test_the_key_stays_where_the_acknowledged_count_does_not_fit(room: int, expected: str) -> None:
    assert shorten_counts("a: next of 6 alerts, 1 known", room) == expected
