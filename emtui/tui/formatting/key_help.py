"""Text of the help page: the keys of one screen, the most important ones first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emtui.tui.keymap import (
    FOOTER_COMMANDS,
    CommandScope,
    TuiCommand,
    available_commands,
    commands_in,
    format_keys,
    key_label,
)

_QUERY_HELP = """\
Query
  words               in name, type, message or ID
  state:failed,warning
                      running success canceled unknown,
                      or the server's own words
  type:CollectJob     with * and ?, or the web UI's name
  since:24h           started since, or still running;
  before:02:10        or 30s 15m 7d, a time, a date
  took:>10m           duration
  ratio:>2            multiple of the usual duration
  is:stuck,unusual    also running unseen acknowledged
  message: name: id:  only in this field
  -word               exclude
  "two words"         exact phrase; \\" for a quote"""


_GUESS_HELP = """\
! before an event: suspected error
  Events have no severity. Messages with words such as
  failed, refused or timed out are marked."""


TYPING_SCOPES = {CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE}
"""Screens where letters are text, not commands."""
LIST_SCOPES = {*FOOTER_COMMANDS} - TYPING_SCOPES - {CommandScope.PROMPT, CommandScope.QUERY_INPUT}
"""Screens with rows to move among."""


def key_help_text(scope: CommandScope, own_queries: Mapping[str, str] | None = None) -> str:
    """Format the keys that work on a screen, at most 56 columns wide.

    In the session list the query language and saved queries, by digit, follow.
    """
    commands = list(_commands_of_scope(scope))
    navigation_commands = list(commands_in(CommandScope.NAVIGATION)) if scope in LIST_SCOPES else []
    parts = [
        _section(
            "Main keys", [command for command in commands + navigation_commands if command.is_essential]
        ),
        _section(
            scope.value,
            [command for command in commands if command.scope is scope and not command.is_essential],
        ),
        _section(
            CommandScope.NAVIGATION.value,
            [command for command in navigation_commands if not command.is_essential],
        ),
        _section(
            "Everywhere",
            [command for command in commands if command.scope is not scope and not command.is_essential],
        ),
        *(_query_sections(own_queries or {}) if scope is CommandScope.SESSION_LIST else ()),
        _GUESS_HELP if scope is CommandScope.SESSION_DETAIL else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _commands_of_scope(scope: CommandScope) -> Iterable[TuiCommand]:
    """The commands that work here; where letters are typed, the only shared one of the views is Esc."""
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
    """The command with only those of its keys that type no text."""
    return command._replace(keys=tuple(key for key in command.keys if len(key_label(key)) > 1))


def _query_sections(own_queries: Mapping[str, str]) -> Iterable[str]:
    yield _QUERY_HELP
    yield _section(CommandScope.QUERY_INPUT.value, commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT))
    lines = [f"  {digit:<20}{query}" for digit, query in own_queries.items()]
    yield "\n".join(["Saved queries", *lines]) if own_queries else ""


def _section(title: str, commands: Iterable[TuiCommand]) -> str:
    lines = [f"  {format_keys(command):<20}{command.description}" for command in commands]
    return "\n".join([title, *lines]) if lines else ""
