"""The commands by name; an ID typed or pasted here goes to that session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label

from emtui.tui.commands import Command, Place, keys_of, working
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.text_input import LineInput, TextInput
from emtui.tui.widgets.virtual_list import Pieces, VirtualList

NAMED = 72
"""From this width on the names of the commands stand beside them."""


class Choices(VirtualList):
    """The commands that match what was typed."""

    def __init__(self) -> None:
        super().__init__(id="choices")
        self.commands: tuple[Command, ...] = ()
        self.can_focus = False

    def show(self, commands: tuple[Command, ...]) -> None:
        """Other commands, the first of them chosen."""
        self.commands = commands
        self.replace_rows(len(commands), 0, 0)

    def render_row(self, place: int, width: int) -> Pieces:
        """What it does, its keys, and its name where there is room for it."""
        command = self.commands[place]
        name = f"  {command.name}" if width >= NAMED else ""
        return [(f" {command.does:<40} ", PLAIN), (f"{keys_of(command):<12}", BOLD), (name, FAINT)]


class CommandPalette(BaseScreen):
    """Ends with the name of the command that was chosen, or with the text that was typed."""

    PLACE: ClassVar[Place] = Place.PALETTE
    AUTO_FOCUS = "TextInput"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "down", "the next command", show=False),
        Binding("up", "up", "the previous command", show=False),
    ]

    def __init__(self, ctx: AppContext, place: Place) -> None:
        super().__init__(ctx)
        self._all = tuple(command for command in working(place) if command.name != "commands")

    def body(self) -> Iterable[Widget]:
        """The line to type in, and the commands."""
        with Horizontal(id="line"):
            yield Label(":", markup=False)
            yield LineInput()
        yield Choices()

    def open_field(self) -> Input | None:
        """Where a name is typed."""
        return next(iter(self.query(TextInput)), None)

    def on_mount(self) -> None:
        """Everything can be chosen."""
        choices = self.query_one(Choices)
        choices.empty = ("No command is called that. Enter goes to it, if it is an ID.",)
        choices.show(self._all)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fewer commands with each letter."""
        self.query_one(Choices).show(matching(self._all, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A name, or the one that is chosen, or whatever was typed."""
        typed = event.value.strip()
        choices = self.query_one(Choices)
        chosen = choices.commands[choices.cursor].name if choices.commands else typed
        self.dismiss(typed if typed in {"q", "q!"} else chosen)

    def action_down(self) -> None:
        """The next command."""
        self.query_one(Choices).action_down()

    def action_up(self) -> None:
        """The previous command."""
        self.query_one(Choices).action_up()

    async def action_submit(self) -> None:
        """Enter outside the field is Enter in it."""
        await self.query_one(TextInput).action_submit()

    def action_undo(self) -> None:
        """Back, nothing done."""
        self.dismiss(None)


def matching(commands: tuple[Command, ...], typed: str) -> tuple[Command, ...]:
    """Commands with all the typed words in name or description; a name that begins so comes first."""
    sought = typed.casefold().split()
    found = [
        command
        for command in commands
        if all(word in f"{command.name} {command.does}".casefold() for word in sought)
    ]
    return tuple(sorted(found, key=lambda command: not command.name.startswith(typed.casefold().strip())))
