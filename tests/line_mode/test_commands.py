"""Commands of line mode are found by letter, by word and by the start of a word."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from emtui.line_mode.commands import COMMANDS, LineScope, UnknownCommandError, help_lines, parse_command


@pytest.mark.parametrize(
    ("line", "is_run_open", "expected"),
    [
        ("l", False, ("list", "")),
        ("l", True, ("events", "")),
        ("list", False, ("list", "")),
        ("LIST", False, ("list", "")),
        ("acknow 3", False, ("acknowledge", "3")),
        ("m 3", False, ("acknowledge", "3")),
        ("/state:failed", False, ("query", "state:failed")),
        ("/ bs02", True, ("search", "bs02")),
        ("q", False, ("quit", "")),
        ("q", True, ("back", "")),
        ("quit", True, ("quit", "")),
        ("D latest:CollectJob", False, ("with", "latest:CollectJob")),
    ],
)
def test_a_line_is_a_command(line: str, is_run_open: bool, expected: tuple[str, str]) -> None:
    assert parse_command(line, is_run_open=is_run_open) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("xyzzy", "Unknown command xyzzy. Type ? for the commands."),
        ("re", "re may be report or refresh: type more of it."),
        ("s", "works in an open run"),
    ],
)
def test_another_line_says_what_to_type(line: str, message: str) -> None:
    with pytest.raises(UnknownCommandError, match=re.escape(message)):
        parse_command(line, is_run_open=False)


@pytest.mark.parametrize("scope", [LineScope.LIST, LineScope.RUN])
def test_no_letter_and_no_word_stands_for_two_commands(scope: LineScope) -> None:
    available = [command for command in COMMANDS if command.scope in {scope, LineScope.ANYWHERE}]
    names = Counter(name for command in available for name in (command.word, *command.letters))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("is_run_open", [False, True])
def test_the_help_names_every_command_that_works_here(is_run_open: bool) -> None:
    lines = help_lines(is_run_open=is_run_open)
    scope = LineScope.RUN if is_run_open else LineScope.LIST
    for command in COMMANDS:
        assert any(line.endswith(f": {command.description}") for line in lines) == (
            command.scope in {scope, LineScope.ANYWHERE}
        )
