"""The command palette: commands by name, over the page; a typed or pasted ID opens that session."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from emtui import text_format
from emtui.keys.keymap import format_keys
from emtui.keys.tui_commands import CommandScope
from emtui.tui.context import AppContext
from emtui.tui.formatting.command_matches import OfferedCommand, offer_commands
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, FAINT, PLAIN
from emtui.tui.widgets.status_line import FooterLine
from emtui.tui.widgets.text_input import LineInput, TextInput
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

MIN_WIDTH_FOR_NAMES = 78
"""Width from which command names are shown."""
GROUP_CELLS = 8  # of a row: group, description, keys
DESCRIPTION_CELLS = 37
KEY_CELLS = 11


class CommandList(VirtualList):
    """The commands that match the typed text."""

    def __init__(self) -> None:
        super().__init__(id="commands")
        self.offered: tuple[OfferedCommand, ...] = ()
        self.can_focus = False

    def show(self, offered: tuple[OfferedCommand, ...]) -> None:
        """Show these commands and select the first."""
        self.offered = offered
        self.replace_rows(len(offered), 0, 0)

    def cursor_cells(self, _width: int) -> int:
        """Group and description."""
        return 2 + GROUP_CELLS + DESCRIPTION_CELLS

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Group, description, keys, and the name if there is room."""
        command, group = self.offered[row]
        keys = text_format.truncate(format_keys(command), KEY_CELLS)
        name = (
            f"{' ' * (KEY_CELLS - text_format.cell_width(keys))} {command.name}"
            if width >= MIN_WIDTH_FOR_NAMES
            else ""
        )
        return [
            (f"{CURSOR_MARK} " if row == self.cursor else "  ", ACCENT_STYLE),
            (group, FAINT),
            (f"{' ' * (GROUP_CELLS - len(group))}{command.description:<{DESCRIPTION_CELLS}}", PLAIN),
            (keys, ACCENT_STYLE),
            (name, FAINT),
        ]


class CommandPaletteScreen(BaseScreen):
    """Returns the name of the chosen command, or the typed text; the page stays visible above."""

    SCOPE: ClassVar[CommandScope] = CommandScope.COMMAND_PALETTE
    AUTO_FOCUS = "TextInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "down", "the next command", show=False),
        Binding("up", "up", "the previous command", show=False),
    ]

    def __init__(self, ctx: AppContext, scope: CommandScope) -> None:
        super().__init__(ctx)
        available = ctx.keymap.available_commands(scope)
        self._commands = tuple(command for command in available if command.name != "commands")

    def compose(self) -> ComposeResult:
        """Return the title, the input line, the commands and the footer."""
        with Vertical(id="palette"):
            yield TitleRule(id="title")
            with Horizontal(id="line"):
                yield Label(":", markup=False)
                yield LineInput()
            yield Static(id="trouble", markup=False)
            yield CommandList()
            yield FooterLine(id="foot")

    def active_field(self) -> Input | None:
        """The field for the command name."""
        return next(iter(self.query(TextInput)), None)

    def on_mount(self) -> None:
        """Show all commands."""
        self._list.empty_lines = ("No matching command. If this is a session ID, Enter opens it.",)
        self._offer("")

    def show_header(self) -> None:
        """The header line is that of the page."""

    def show_body(self) -> None:
        """Show the number of matching commands."""
        count = text_format.format_counted(len(self._list.offered), "command")
        self.query_one(TitleRule).show([("Commands", BOLD), ("  or a session ID", PLAIN)], [(count, PLAIN)])

    @property
    def _list(self) -> CommandList:
        return self.query_one(CommandList)

    def _offer(self, typed: str) -> None:
        self._list.show(offer_commands(self._commands, typed, self.ctx.settings.recent_commands))
        self.show_body()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the commands that match."""
        self._offer(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the selected command, or with the typed text if it matches none."""
        offered = self._list.offered
        if not offered:
            self.dismiss(event.value.strip())
            return
        name = offered[self._list.cursor].command.name
        self.ctx.settings.remember_command(name)
        self.dismiss(name)

    def action_down(self) -> None:
        """Select the next command."""
        self._list.action_down()

    def action_up(self) -> None:
        """Select the previous command."""
        self._list.action_up()

    async def action_submit(self) -> None:
        """Submit the field, also while it does not have the focus."""
        await self.query_one(TextInput).action_submit()

    def action_cancel(self) -> None:
        """Close without running a command."""
        self.dismiss(None)
