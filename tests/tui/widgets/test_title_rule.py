"""A title in a rule takes exactly its width, whatever the title and the note need."""

from __future__ import annotations

import pytest

from emtui import text_format
from emtui.tui.theme import PLAIN
from emtui.tui.widgets.title_rule import rule_spans


def _text(title: str, note: str, width: int) -> str:
    spans = rule_spans([(title, PLAIN)] if title else [], [(note, PLAIN)] if note else [], width)
    return "".join(text for text, _ in spans)


def test_a_rule_shows_its_title_and_its_note() -> None:
    assert _text("Runs", "1 of 9", 24) == "─ Runs ──────── 1 of 9 ─"
    assert _text("Runs", "", 12) == "─ Runs ─────"


def test_a_long_title_takes_the_room_of_the_note_and_is_then_cut() -> None:
    assert _text("a longer title", "1 of 9", 20) == "─ a longer title ───"
    assert _text("a longer title", "1 of 9", 12) == "─ a longe… ─"


@pytest.mark.parametrize("width", range(6, 60))
@pytest.mark.parametrize(("title", "note"), [("", ""), ("Runs", ""), ("", "9 runs"), ("Runs", "9 runs")])
def test_a_rule_has_exactly_its_width(title: str, note: str, width: int) -> None:
    assert text_format.cell_width(_text(title, note, width)) == width
