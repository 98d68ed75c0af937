"""Screen to choose a color theme: the one under the cursor is used at once, Esc restores the previous one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from emtui.em.model import Outcome
from emtui.keys.tui_commands import CommandScope
from emtui.local.terminal import THEME_NAMES
from emtui.tui.context import AppContext
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.theme_text import THEME_DESCRIPTIONS
from emtui.tui.screens.base import COMPACT_HEIGHT, BaseScreen
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import (
    ACCENT_STYLE,
    BOLD,
    CURSOR_MARK,
    ERROR_STYLE,
    FAINT,
    FULL_BLOCK,
    HALF_BLOCK,
    PLAIN,
    SUCCESS_STYLE,
)
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

_NAME_CELLS = 15


def sample_lines() -> tuple[StyledSpans, ...]:
    """Every role of color once, as on the other screens."""
    outcomes: list[StyledSpans] = [
        [(f"  {OUTCOME_GLYPHS[outcome]} {outcome}", OUTCOME_STYLES[outcome])] for outcome in Outcome
    ]
    return (
        *outcomes,
        [("  · 95 ok", FAINT)],
        [
            ("  ", PLAIN),
            (HALF_BLOCK * 12, SUCCESS_STYLE),
            (FULL_BLOCK * 3, ERROR_STYLE),
            (HALF_BLOCK * 6, SUCCESS_STYLE),
            (f"  {CURSOR_MARK} ", ACCENT_STYLE),
        ],
    )


class ThemeList(VirtualList):
    """The themes by name."""

    def __init__(self, selected: str) -> None:
        super().__init__(id="themes")
        self.count = len(THEME_NAMES)
        self.cursor = THEME_NAMES.index(selected)
        self.styles.height = self.count

    @property
    def selected(self) -> str:
        """The theme under the cursor."""
        return THEME_NAMES[self.cursor]

    def render_row(self, row: int, width: int) -> StyledSpans:  # noqa: ARG002 - fits any screen
        """Name and purpose."""
        name = THEME_NAMES[row]
        mark = f"{CURSOR_MARK} " if row == self.cursor else "  "
        return [(mark, ACCENT_STYLE), (f"{name:<{_NAME_CELLS}}", BOLD), (THEME_DESCRIPTIONS[name], PLAIN)]

    def cursor_cells(self, width: int) -> int:
        """The mark and the name."""
        return min(width, 2 + _NAME_CELLS)


class ThemeSample(Widget):
    """The roles of color in the current theme."""

    DEFAULT_CSS = "ThemeSample { height: 1fr; }"

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        lines = sample_lines()
        return render_strip(lines[y] if y < len(lines) else [], self.size.width)


class ThemePickerScreen(BaseScreen):
    """Returns the name of the theme to keep; `None` once the previous theme is restored."""

    SCOPE: ClassVar[CommandScope] = CommandScope.THEME_PICKER
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.THEME_PICKER)

    def __init__(self, ctx: AppContext) -> None:
        super().__init__(ctx)
        self._previous = ctx.terminal.theme_name
        self._is_kept = False

    def compose_body(self) -> Iterable[Widget]:
        """Return title, themes, and a sample of the colors."""
        yield TitleRule(id="title")
        yield ThemeList(self._previous)
        yield TitleRule(id="sample-title")
        yield ThemeSample()

    def show_body(self) -> None:
        """Show the titles, with blank lines between them if there is room."""
        self.query_one(ThemeList).styles.margin = (0 if self.size.height < COMPACT_HEIGHT else 1, 0)
        self.query_one("#title", TitleRule).show([("Color theme", BOLD)])
        self.query_one("#sample-title", TitleRule).show([("Sample", BOLD)])

    def on_virtual_list_cursor_moved(self) -> None:
        """Use the theme under the cursor."""
        self.ctx.terminal.use_theme(self.query_one(ThemeList).selected)

    def on_unmount(self) -> None:
        """Restore the previous theme, however this screen was closed."""
        self._restore()

    def _restore(self) -> None:
        if not self._is_kept:
            self.ctx.terminal.use_theme(self._previous)

    def action_keep(self) -> None:
        """Close, and keep the theme under the cursor."""
        self._is_kept = True
        name = self.query_one(ThemeList).selected
        self.ctx.terminal.use_theme(name)
        self.dismiss(name)

    def action_close(self) -> None:
        """Restore the previous theme and close."""
        self._restore()
        super().action_close()
