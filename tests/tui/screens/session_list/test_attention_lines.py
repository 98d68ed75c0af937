"""What stands at the right of the sentences that say what needs somebody."""

from __future__ import annotations

import pytest

from emtui.tui.screens.session_list.attention_lines import fitting


@pytest.mark.parametrize(
    ("room", "told"),
    [(28, "a: next of 6 alerts, 1 known"), (27, "a: next of 6 alerts"), (18, "a: 6 alerts"), (10, "")],
)
def test_the_key_that_leads_on_stays_where_what_is_known_finds_no_room(room: int, told: str) -> None:
    assert fitting("a: next of 6 alerts, 1 known", room) == told
