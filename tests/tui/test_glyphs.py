"""The glyphs that are drawn: in every font, and each with its own sign in ASCII."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from wgl4 import WGL4_SYMBOLS

import emtui
from emtui.ascii import to_ascii
from emtui.tui import theme
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS

ROOT = Path(emtui.__file__).parent
DRAWING = sorted([*(ROOT / "tui").rglob("*.py"), *(ROOT / "triage").rglob("*.py")])
GLYPHS = (
    *OUTCOME_GLYPHS.values(),
    *(theme.CURSOR_MARK, theme.HALF_BLOCK, *theme.SHADES, theme.FULL_BLOCK, theme.RUN_START),
    *(theme.MISSED_MARK, theme.UNKNOWN_MARK, theme.CONTINUES_MARK, theme.RULE, theme.DIVIDER),
    *("┬", "↓", "↑", "…"),
)


def drawn_characters(code: str) -> set[str]:
    """All characters in string literals, except in docstrings and bounds of comparisons."""
    nodes = list(ast.walk(ast.parse(code)))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in nodes if isinstance(node, ast.Compare) for part in ast.walk(node)}
    return {
        character
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped
        for character in node.value
        if character.isprintable()
    }


@pytest.mark.parametrize("path", DRAWING, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_character_that_is_drawn_is_in_every_font(path: Path) -> None:
    assert drawn_characters(path.read_text()) - WGL4_SYMBOLS == set()


def test_eighth_blocks_and_braille_would_be_found() -> None:
    assert drawn_characters('"""▁"""\nx < "▂"\nf("▄▃⣿")\n') - WGL4_SYMBOLS == {"▃", "⣿"}


def test_every_glyph_is_in_every_font() -> None:
    assert set(GLYPHS) <= WGL4_SYMBOLS


def test_every_glyph_has_its_own_sign_in_ascii() -> None:
    glyphs = set(GLYPHS)
    signs = {glyph: to_ascii(glyph) for glyph in glyphs}
    assert len(set(signs.values())) == len(glyphs), signs
    assert all(len(sign) == 1 and sign.isascii() for sign in signs.values())


def test_cursor_and_running_differ_in_ascii_too() -> None:
    assert to_ascii("▌► ■ ▲ ○ ·") == ">* X ! o ."
