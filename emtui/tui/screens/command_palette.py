"""The command palette: commands by name; a typed or pasted ID opens that session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label

from emtui.tui.context import AppContext
from emtui.tui.keymap import OTHER_NAMES, CommandScope, TuiCommand, available_commands, format_keys
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.text_input import LineInput, TextInput
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

MIN_WIDTH_FOR_NAMES = 72
"""Width from which command names are shown."""


class CommandList(VirtualList):
    """The commands that match the typed text."""

    def __init__(self) -> None:
        super().__init__(id="choices")
        self.commands: tuple[TuiCommand, ...] = ()
        self.can_focus = False

    def show(self, commands: tuple[TuiCommand, ...]) -> None:
        """Show these commands and select the first."""
        self.commands = commands
        self.replace_rows(len(commands), 0, 0)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Description, keys, and the name if there is room."""
        command = self.commands[row]
        name = f"  {command.name}" if width >= MIN_WIDTH_FOR_NAMES else ""
        return [(f" {command.description:<40} ", PLAIN), (f"{format_keys(command):<12}", BOLD), (name, FAINT)]


class CommandPaletteScreen(BaseScreen):
    """Returns the name of the chosen command, or the typed text."""

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
        """Return the input line and the commands."""
        with Horizontal(id="line"):
            yield Label(":", markup=False)
            yield LineInput()
        yield CommandList()

    def active_field(self) -> Input | None:
        """The field for the command name."""
        return next(iter(self.query(TextInput)), None)

    def on_mount(self) -> None:
        """Show all commands."""
        command_list = self.query_one(CommandList)
        command_list.empty_lines = ("No matching command. If this is a session ID, Enter opens it.",)
        command_list.show(self._commands)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the commands that match."""
        self.query_one(CommandList).show(match_commands(self._commands, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the selected command, or with the typed text if it matches none."""
        command_list = self.query_one(CommandList)
        commands = command_list.commands
        self.dismiss(commands[command_list.cursor].name if commands else event.value.strip())

    def action_down(self) -> None:
        """Select the next command."""
        self.query_one(CommandList).action_down()

    def action_up(self) -> None:
        """Select the previous command."""
        self.query_one(CommandList).action_up()

    async def action_submit(self) -> None:
        """Submit the field, also while it does not have the focus."""
        await self.query_one(TextInput).action_submit()

    def action_cancel(self) -> None:
        """Close without running a command."""
        self.dismiss(None)


def match_commands(commands: tuple[TuiCommand, ...], typed: str) -> tuple[TuiCommand, ...]:
    """The commands with all typed words in name or description.

    Those that have the text as another name come first, then those whose name starts with it.
    """
    text = typed.casefold().strip()
    words, former = text.split(), OTHER_NAMES.get(text, ())
    matches = [
        command
        for command in commands
        if command.name in former
        or all(word in f"{command.name} {command.description}".casefold() for word in words)
    ]
    return tuple(
        sorted(
            matches,
            key=lambda command: (
                command.name != text,
                command.name not in former,
                not command.name.startswith(text),
            ),
        )
    )
