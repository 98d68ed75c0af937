"""The commands of line mode: the keys of the screens as letters, each also by a word.

A letter is typed with a row's number after it if it is about that row: `m 3`. A word may be shortened.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

LIST_PROMPT, RUN_PROMPT = "list> ", "run> "


class LineScope(Enum):
    """Where a command works; the value is the heading in the help."""

    LIST = "In the list of runs"
    RUN = "In an open run"
    ANYWHERE = "Anywhere"


class LineCommand(NamedTuple):
    """A command: its word, its letters, what it does, and where. `operand` names what may follow it."""

    word: str
    letters: tuple[str, ...]
    description: str
    scope: LineScope
    operand: str = ""


COMMANDS = (
    LineCommand("list", ("l",), "list the runs, from the first", LineScope.LIST),
    LineCommand("next", ("n",), "next page", LineScope.LIST),
    LineCommand("query", ("/",), "filter by a query; / alone, or 0, shows all runs", LineScope.LIST, "QUERY"),
    LineCommand("failed", (), "show failures and warnings", LineScope.LIST),
    LineCommand("running", (), "show runs in progress", LineScope.LIST),
    LineCommand("unseen", (), "show new and changed runs", LineScope.LIST),
    LineCommand("saved", (), "apply a saved query, 5 to 9", LineScope.LIST, "DIGIT"),
    LineCommand("failure", ("e",), "next failed run", LineScope.LIST),
    LineCommand("previous", ("E",), "previous failed run", LineScope.LIST),
    LineCommand("warning", ("w",), "next run with a warning", LineScope.LIST),
    LineCommand("sort", ("o",), "sort by a key, -KEY descending", LineScope.LIST, "KEY"),
    LineCommand("events", ("l",), "list the events, from the first", LineScope.RUN),
    LineCommand("next", ("n",), "next page of events", LineScope.RUN),
    LineCommand("error", ("e",), "next suspected error in the events", LineScope.RUN),
    LineCommand("slowest", ("s",), "slowest steps", LineScope.RUN),
    LineCommand("search", ("/",), "list the events that contain a text", LineScope.RUN, "TEXT"),
    LineCommand("facts", ("x",), "what is known about the run again", LineScope.RUN),
    LineCommand("older", ("[", ","), "older run of the same type", LineScope.RUN),
    LineCommand("newer", ("]", "."), "newer run of the same type", LineScope.RUN),
    LineCommand("back", ("b", "q"), "back to the list", LineScope.RUN),
    LineCommand("alerts", ("a",), "all alerts, numbered", LineScope.ANYWHERE),
    LineCommand("types", ("B",), "all types, one line each", LineScope.ANYWHERE),
    LineCommand(
        "timeline", ("C",), "what ran in each of the last 24 hours, or days", LineScope.ANYWHERE, "[DAYS]"
    ),
    LineCommand("details", ("i",), "all details of a run", LineScope.ANYWHERE, "[NUMBER]"),
    LineCommand("raw", (), "the XML of a run as the server sent it", LineScope.ANYWHERE, "[NUMBER]"),
    LineCommand("compare", ("d",), "compare a run with the last success", LineScope.ANYWHERE, "[NUMBER]"),
    LineCommand("with", ("D",), "compare the run with another one", LineScope.ANYWHERE, "ID"),
    LineCommand(
        "acknowledge", ("m",), "acknowledge a run or an alert, or undo", LineScope.ANYWHERE, "[NUMBER]"
    ),
    LineCommand("report", ("H",), "a ticket, shift summary or bundle", LineScope.ANYWHERE, "[NUMBER]"),
    LineCommand("refresh", ("r",), "refresh now", LineScope.ANYWHERE),
    LineCommand("pause", ("p",), "pause or resume polling", LineScope.ANYWHERE),
    LineCommand("statistics", ("!",), "connection statistics", LineScope.ANYWHERE),
    LineCommand("zone", ("t",), "local time, UTC or server time", LineScope.ANYWHERE),
    LineCommand(
        "changes", (), "which changes are announced: all, problems, off", LineScope.ANYWHERE, "[WHICH]"
    ),
    LineCommand("logon", ("L",), "log on again", LineScope.ANYWHERE),
    LineCommand("help", ("?",), "these commands", LineScope.ANYWHERE),
    LineCommand("quit", ("Q",), "quit; in the list also q", LineScope.ANYWHERE),
)


class TypedCommand(NamedTuple):
    """What was typed: the word of the command, and the text after it."""

    word: str
    operand: str = ""


class UnknownCommandError(Exception):
    """No command has this name, or several; the message says what to type."""


def parse_command(text: str, *, is_run_open: bool) -> TypedCommand:
    """The command of a line that is neither empty nor a number. Raises `UnknownCommandError`."""
    scopes = (LineScope.RUN if is_run_open else LineScope.LIST, LineScope.ANYWHERE)
    available = [command for command in COMMANDS if command.scope in scopes]
    if text[0] == "/":
        return TypedCommand("search" if is_run_open else "query", text[1:].strip())
    name, _, operand = text.partition(" ")
    if not is_run_open and name == "q":
        return TypedCommand("quit")
    for command in available:
        if name in command.letters or name.casefold() == command.word:
            return TypedCommand(command.word, operand.strip())
    return TypedCommand(_complete(name, available, is_run_open=is_run_open), operand.strip())


def _complete(name: str, available: Sequence[LineCommand], *, is_run_open: bool) -> str:
    """The word that starts with this name."""
    words = [command.word for command in available if command.word.startswith(name.casefold())]
    if len(words) == 1 and len(name) > 1:
        return words[0]
    if len(words) > 1 and len(name) > 1:
        raise UnknownCommandError(f"{name} may be {' or '.join(words)}: type more of it.")
    elsewhere = next((command for command in COMMANDS if name in (command.word, *command.letters)), None)
    if elsewhere:
        where = "in the list: type b first" if is_run_open else "in an open run: type its number first"
        raise UnknownCommandError(f"{name} ({elsewhere.description}) works {where}.")
    raise UnknownCommandError(f"Unknown command {name}. Type ? for the commands.")


def help_lines(*, is_run_open: bool) -> list[str]:
    """The commands that work here, one per line."""
    lines = [
        "A number opens that line. Enter opens the run that was named last."
        if not is_run_open
        else "A number shows that event in full. Enter shows the next page of events."
    ]
    for scope in (LineScope.RUN if is_run_open else LineScope.LIST, LineScope.ANYWHERE):
        lines.append(f"{scope.value}:")
        lines += [_help_line(command) for command in COMMANDS if command.scope is scope]
    return lines


def _help_line(command: LineCommand) -> str:
    names = ", ".join((*command.letters, command.word))
    return f"{names}{f' {command.operand}' if command.operand else ''}: {command.description}"
