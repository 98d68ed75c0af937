"""The help page: the keys of one place, those that carry the product first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emtui.tui.commands import (
    FOOTER_COMMANDS,
    CommandScope,
    TuiCommand,
    available_commands,
    commands_in,
    format_keys,
    key_label,
)

_QUERY_HELP = """\
The query
  words               in name, type, message or ID
  state:failed,warning
                      also running success canceled
                      unknown, or the server's words
  type:CollectJob     also * and ?, the web UI's names
  since:24h           started since, or still runs;
  before:02:10        also 30s 15m 7d, a clock, a date
  took:>10m ratio:>2  how long, how many times as usual
  is:stuck,unusual    also running unseen known
  message: name: id:  in one of them alone
  -word               not this
  "two words"         together; \\" is a quote in them"""


_GUESS_HELP = """\
A ! before an event is a guess
  The server gives its events no severity. Words such as
  failed, refused or timed out get the mark."""


TYPING_SCOPES = {CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE}
"""Where a letter is typed, and is no command."""
LIST_SCOPES = {*FOOTER_COMMANDS} - TYPING_SCOPES - {CommandScope.PROMPT, CommandScope.QUERY_INPUT}
"""Where there are rows to move among."""


def key_help_text(scope: CommandScope, own_queries: Mapping[str, str] | None = None) -> str:
    """The keys that work here, as a text of at most 56 columns; below them queries of one's own, by digit."""
    commands = list(_commands_of_scope(scope))
    navigation_commands = list(commands_in(CommandScope.NAVIGATION)) if scope in LIST_SCOPES else []
    parts = [
        _section(
            "First of all", [command for command in commands + navigation_commands if command.is_essential]
        ),
        _section(
            scope.value,
            [command for command in commands if command.scope is scope and not command.is_essential],
        ),
        _section("Moving", [command for command in navigation_commands if not command.is_essential]),
        _section(
            "Everywhere",
            [command for command in commands if command.scope is not scope and not command.is_essential],
        ),
        *(_query_sections(own_queries or {}) if scope is CommandScope.SESSION_LIST else ()),
        _GUESS_HELP if scope is CommandScope.SESSION_DETAIL else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _commands_of_scope(scope: CommandScope) -> Iterable[TuiCommand]:
    """The commands that work here; where letters are typed, of those of every view only the way back does."""
    if scope not in TYPING_SCOPES:
        return available_commands(scope)
    own_keys = {key for command in commands_in(scope) for key in command.keys}
    back_commands = (
        command
        for command in commands_in(CommandScope.EVERY_VIEW)
        if command.name == "cancel" and not own_keys.intersection(command.keys)
    )
    everywhere = (
        _without_typed_keys(command)
        for command in available_commands(scope)
        if command.scope is CommandScope.EVERYWHERE and command.name != "commands"
    )
    return (*commands_in(scope), *back_commands, *(command for command in everywhere if command.keys))


def _without_typed_keys(command: TuiCommand) -> TuiCommand:
    """With those of its keys that type nothing."""
    return command._replace(keys=tuple(key for key in command.keys if len(key_label(key)) > 1))


def _query_sections(own_queries: Mapping[str, str]) -> Iterable[str]:
    yield _QUERY_HELP
    yield _section(CommandScope.QUERY_INPUT.value, commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT))
    lines = [f"  {digit:<20}{query}" for digit, query in own_queries.items()]
    yield "\n".join(["Your own queries", *lines]) if own_queries else ""


def _section(title: str, commands: Iterable[TuiCommand]) -> str:
    lines = [f"  {format_keys(command):<20}{command.description}" for command in commands]
    return "\n".join([title, *lines]) if lines else ""
