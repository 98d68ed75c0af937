"""What stands at the right of the sentences that say what needs somebody."""

from __future__ import annotations

import pytest

from emtui.tui.widgets.attention_lines import fitting


@pytest.mark.parametrize(
    ("room", "told"), [(21, "a: next of 6, 1 known"), (20, "a: next of 6"), (12, "a: next of 6"), (11, "")]
)
def test_the_key_that_leads_on_stays_where_what_is_known_finds_no_room(room: int, told: str) -> None:
    assert fitting("a: next of 6, 1 known", room) == told
