"""The table of commands."""

from collections import Counter

import pytest
from tui_driver import handles

from emtui.tui.formatting.key_help import key_help_text
from emtui.tui.keymap import (
    COMMANDS,
    FOOTER_COMMANDS,
    SESSION_SCOPES,
    CommandScope,
    TuiCommand,
    available_commands,
    bindings_for,
    commands_in,
    footer_hints,
    format_keys,
)

FORBIDDEN_KEYS = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+w", "ctrl+t", "ctrl+n"}
VIEW_SCOPES = (
    CommandScope.SESSION_LIST,
    CommandScope.SESSION_DETAIL,
    CommandScope.COMPARISON,
    CommandScope.RUN_PICKER,
    CommandScope.OVERVIEW,
    CommandScope.ATTENTION,
    CommandScope.REPORT,
    CommandScope.TEXT_VIEWER,
    CommandScope.RAW_VIEW,
)


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_no_key_means_two_things_in_one_view(place: CommandScope) -> None:
    commands = commands_in(place, CommandScope.NAVIGATION, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE)
    keys = Counter(key for command in commands for key in command.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_no_key_means_two_things_while_a_query_is_typed() -> None:
    keys = [
        key for command in commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT) for key in command.keys
    ]
    assert len(keys) == len(set(keys))


def test_no_command_needs_a_key_that_terminals_or_multiplexers_use() -> None:
    keys = {key for command in COMMANDS for key in command.keys}
    assert not keys & FORBIDDEN_KEYS
    assert not [key for key in keys if key.startswith("alt+")]


def test_no_command_has_only_a_function_key() -> None:
    keyed = [command.keys for command in COMMANDS if command.keys]
    assert all(any(not key.startswith("f") or key == "f" for key in keys) for keys in keyed)


def test_a_command_without_a_key_is_run_by_its_name() -> None:
    assert [format_keys(command) for command in COMMANDS if not command.keys] == [":mouse"]
    assert ":mouse" in key_help_text(CommandScope.SESSION_LIST)


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_the_help_lists_commands_without_keys_only_where_the_palette_works(place: CommandScope) -> None:
    assert (":mouse" in key_help_text(place)) == (place in SESSION_SCOPES)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.scope.name}-{command.name}")
def test_every_command_has_a_handler_in_its_scope(command: TuiCommand) -> None:
    assert handles(command)


@pytest.mark.parametrize("place", list(FOOTER_COMMANDS))
def test_a_footer_has_at_most_six_keys_each_with_a_label(place: CommandScope) -> None:
    assert 0 < len(footer_hints(place)) <= 6
    assert all(key and word for key, word in footer_hints(place))


def test_a_footer_lists_only_what_works_there() -> None:
    assert dict(footer_hints(CommandScope.SESSION_LIST)) == {
        "Enter": "open",
        "/": "filter",
        "e": "next failure",
        "a": "alerts",
        "B": "types",
        "?": "keys",
    }


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_the_help_of_a_view_lists_every_command_within_56_columns(place: CommandScope) -> None:
    text = key_help_text(place)
    for command in (*available_commands(place), *commands_in(CommandScope.NAVIGATION)):
        assert command.description in text
    assert max(len(line) for line in text.splitlines()) <= 56


@pytest.mark.parametrize(
    "place", [CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE]
)
def test_the_help_of_a_screen_with_fields_lists_no_letter_keys(place: CommandScope) -> None:
    own = {key for command in commands_in(place) for key in format_keys(command).split()}
    named = {
        key
        for line in key_help_text(place).splitlines()
        if line.startswith("  ")
        for key in line[:22].split()
    }
    assert own | {"Esc", "F1", "ctrl+c", "ctrl+z", "ctrl+l"} == named


def test_bindings_are_hidden_from_the_frameworks_own_footer() -> None:
    assert all(not binding.show for binding in bindings_for(CommandScope.SESSION_LIST))  # type: ignore[union-attr]


def test_every_arrow_key_has_the_same_label_everywhere() -> None:
    labels = {key for command in COMMANDS for key in format_keys(command).split()}
    assert {"Up", "Down", "Left", "Right"} <= labels
    assert not {"up", "down", "left", "right"} & labels
