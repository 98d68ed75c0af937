"""The commands by name; an ID typed or pasted here goes to that session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label

from emtui.tui.commands import CommandScope, TuiCommand, available_commands, format_keys
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.text_input import LineInput, TextInput
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

MIN_WIDTH_FOR_NAMES = 72
"""From this width on the names of the commands stand beside them."""


class CommandList(VirtualList):
    """The commands that match what was typed."""

    def __init__(self) -> None:
        super().__init__(id="choices")
        self.commands: tuple[TuiCommand, ...] = ()
        self.can_focus = False

    def show(self, commands: tuple[TuiCommand, ...]) -> None:
        """Other commands, the first of them chosen."""
        self.commands = commands
        self.replace_rows(len(commands), 0, 0)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """What it does, its keys, and its name where there is room for it."""
        command = self.commands[row]
        name = f"  {command.name}" if width >= MIN_WIDTH_FOR_NAMES else ""
        return [(f" {command.description:<40} ", PLAIN), (f"{format_keys(command):<12}", BOLD), (name, FAINT)]


class CommandPaletteScreen(BaseScreen):
    """Ends with the name of the command that was chosen, or with the text that was typed."""

    SCOPE: ClassVar[CommandScope] = CommandScope.COMMAND_PALETTE
    AUTO_FOCUS = "TextInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "down", "the next command", show=False),
        Binding("up", "up", "the previous command", show=False),
    ]

    def __init__(self, ctx: AppContext, scope: CommandScope) -> None:
        super().__init__(ctx)
        self._commands = tuple(command for command in available_commands(scope) if command.name != "commands")

    def compose_body(self) -> Iterable[Widget]:
        """The line to type in, and the commands."""
        with Horizontal(id="line"):
            yield Label(":", markup=False)
            yield LineInput()
        yield CommandList()

    def active_field(self) -> Input | None:
        """Where a name is typed."""
        return next(iter(self.query(TextInput)), None)

    def on_mount(self) -> None:
        """Everything can be chosen."""
        command_list = self.query_one(CommandList)
        command_list.empty_lines = ("No command is called that. Enter goes to it, if it is an ID.",)
        command_list.show(self._commands)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fewer commands with each letter."""
        self.query_one(CommandList).show(match_commands(self._commands, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A name, or the one that is chosen, or whatever was typed."""
        typed = event.value.strip()
        command_list = self.query_one(CommandList)
        chosen = command_list.commands[command_list.cursor].name if command_list.commands else typed
        self.dismiss(typed if typed in {"q", "q!"} else chosen)

    def action_down(self) -> None:
        """The next command."""
        self.query_one(CommandList).action_down()

    def action_up(self) -> None:
        """The previous command."""
        self.query_one(CommandList).action_up()

    async def action_submit(self) -> None:
        """Enter outside the field is Enter in it."""
        await self.query_one(TextInput).action_submit()

    def action_cancel(self) -> None:
        """Back, nothing done."""
        self.dismiss(None)


def match_commands(commands: tuple[TuiCommand, ...], typed: str) -> tuple[TuiCommand, ...]:
    """Commands with all the typed words in name or description; a name that begins so comes first."""
    words = typed.casefold().split()
    matches = [
        command
        for command in commands
        if all(word in f"{command.name} {command.description}".casefold() for word in words)
    ]
    return tuple(sorted(matches, key=lambda command: not command.name.startswith(typed.casefold().strip())))
