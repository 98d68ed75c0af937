"""Candidates of completion, from the tables of commands and options; and words of bash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command_runner import CommandRunner

from emtui.cli.command_table import (
    ARGUMENT_KINDS,
    COMMANDS,
    COMMANDS_BY_NAME,
    OPTION_VALUE_KINDS,
    CommandSpec,
)
from emtui.cli.complete_words import OPERAND_COMPLETERS, complete_words
from emtui.cli.shell_words import parse_line, quote_for_bash, replaced_part

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.fixture(autouse=True)
def no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, folder in (("CONFIG_HOME", "config"), ("STATE_HOME", "state"), ("CONFIG_DIRS", "etc")):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / folder))


def values(*words: str) -> list[str]:
    return [candidate.value for candidate in complete_words(words).candidates]


@pytest.mark.parametrize("command", COMMANDS_BY_NAME.values(), ids=lambda command: command.name or "emtui")
def test_every_option_and_operand_is_of_a_declared_kind(command: CommandSpec) -> None:
    options = {option.metavar for option in command.accepted_options if option.metavar}
    assert options <= OPTION_VALUE_KINDS.keys()
    operands = {kind for index in range(3) for kind in command.operand_kinds(index)}
    assert operands <= ARGUMENT_KINDS.keys() | {name for name, _ in command.subcommands}
    assert command.subcommands == () or [name for name, _ in command.subcommands] == command.operands.split(
        "|"
    )


def test_every_kind_of_operand_is_completed() -> None:
    assert ARGUMENT_KINDS.keys() <= OPERAND_COMPLETERS.keys()


def test_every_command_and_every_option_is_offered() -> None:
    assert values("") == [command.name for command in COMMANDS]
    for command in COMMANDS:
        assert values(command.name, "-") == [option.name for option in command.accepted_options]


def test_every_choice_of_an_option_is_offered() -> None:
    for command in COMMANDS:
        for option in command.options:
            if option.choices:
                assert values(command.name, option.name, "") == list(option.choices)
                assert values(command.name, f"{option.name}=") == [
                    f"{option.name}={one}" for one in option.choices
                ]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["sessions", "--limit", ""], []),
        (["sessions", "--limit", "5", "is:s"], ["is:stuck"]),
        (["--server", "em01.example.net", "prof"], ["profiles"]),
        (["sessions", "-ojs"], ["-ojson", "-ojsonl"]),
        (["sessions", "--no-proxy=x"], []),
        (["sessions", "-o", "json", "--out"], []),
        (["demo", "--play", "v13", "--pl"], ["--play"]),
        (["sessions", "!state:f"], ["!state:failed"]),
        (["sessions", "state:failed"], ["state:failed"]),
        (["sessions", "STATE:F"], ["STATE:failed"]),
        (["sessions", "--", "-state:f"], ["-state:failed"]),
        (["sessions", "bs02 state:f"], ["bs02 state:failed"]),
        (["sessions", "type:Repl"], []),
        (
            ["sessions", "type:Database Replication,Database R"],
            ["type:Database Replication,Database Replication"],
        ),
        (["sessions", "--type", "CollectJob,Database R"], ["CollectJob,Database Replication"]),
        (["sessions", "--since", "30"], ["30d", "30m", "30h", "30s"]),
        (["sessions", "--sort", "ack"], ["acknowledged"]),
        (["show", "la"], ["latest", "latest:CatalogConsolidation"]),
        (["show", "5f1c", ""], []),
        (["open", "state:failed", "la"], []),
        (["demo", "--play", "403=l"], ["403=list", "403=logon", "403=logons"]),
        (["nonsense", ""], []),
        (["nonsense", "-"], []),
        (["help", "wa"], ["wait"]),
    ],
)
def test_the_word_at_the_cursor_is_completed(words: Sequence[str], offered: list[str]) -> None:
    found = values(*words)
    assert found[: len(offered)] == offered
    assert bool(found) == bool(offered)


def test_files_are_left_to_the_shell() -> None:
    assert complete_words(["--ca-file", "x"]).is_file
    result = complete_words(["sessions", "--record=rec"])
    assert (result.is_file, result.file_prefix, result.candidates) == (True, "--record=", ())


def test_an_invalid_configuration_and_unreadable_state_give_no_candidates_and_no_message(
    shell: CommandRunner,
) -> None:
    config = shell.home / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles."my lab"]\nserver = "em01"\n')
    config.chmod(0o600)
    (shell.home / "state").write_text("no folder")
    for words in (["-p", ""], ["show", "5f1c"], ["--server", "a b:c", "show", "5f1c"]):
        done = shell("__complete", "zsh", *words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "words\n", "")


def test_the_sessions_of_a_list_are_completed_afterwards_without_a_connection(
    demo_shell: CommandRunner,
) -> None:
    (session,) = demo_shell.run_json("sessions", "--limit", "1", "-o", "json")
    demo_shell.environ |= {"https_proxy": "http://127.0.0.1:1", "EMTUI_PASSWORD": ""}
    done = shell_without_arguments(demo_shell)(
        "__complete", "zsh", *demo_shell.leading_arguments, "show", session["id"][:8]
    )
    assert f"\n{session['id']}\t" in done.stdout
    shown = shell_without_arguments(demo_shell)("__complete", "zsh", "show", session["id"][:8])
    assert shown.stdout == "words\n", "of another server, or of none, there is nothing to complete"


def shell_without_arguments(shell: CommandRunner) -> CommandRunner:
    return replace(shell, leading_arguments=())


HEAVY = ("textual", "rich", "httpx", "lxml", "keyring", "asyncio", "cryptography", "tomlkit", "starlette")


@pytest.mark.parametrize(
    "words",
    [["se"], ["-p", ""], ["sessions", "type:C"], ["show", "5f1c"], ["demo", "--play", "s"], ["examples", ""]],
)
def test_a_key_press_loads_no_large_library(words: Sequence[str]) -> None:
    program = f"import sys, emtui.cli as c; c.main(['__complete', 'zsh', *{words!r}]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "emtui.cli.complete_words" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("argv", [[], ["tcsh"], ["bash"], ["bash", "emtui ", "", "wide"], ["zsh"]])
def test_a_wrong_call_of_the_hidden_command_prints_nothing(shell: CommandRunner, argv: list[str]) -> None:
    done = shell("__complete", *argv)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_script_is_printed_and_an_unknown_shell_is_one_sentence(shell: CommandRunner, name: str) -> None:
    assert f"__complete {name} " in shell("completion", name).stdout
    done = shell("completion", f"{name}2")
    assert done.returncode == 2
    assert f"emtui completion has no subcommand '{name}2': did you mean {name}?" in done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ("",)),
        ("emtui ", ("emtui", "")),
        ("emtui se", ("emtui", "se")),
        (r"emtui a\ b", ("emtui", "a b")),
        ("emtui 'a b", ("emtui", "a b")),
        ('emtui "a \\" \\x$', ("emtui", 'a " \\x$')),
        ("emtui 'it'\\''s' x", ("emtui", "it's", "x")),
        ("emtui sessions 2>err sta", ("emtui", "sessions", "sta")),
        ("emtui sessions 2 >err sta", ("emtui", "sessions", "2", "sta")),
        ("emtui a\\", ("emtui", "a")),
    ],
)
def test_a_line_is_split_as_bash_splits_it(line: str, words: tuple[str, ...]) -> None:
    assert parse_line(line).words == words


@pytest.mark.parametrize(
    ("word", "quote", "kept"),
    [
        ("state:f", "", "state:"),
        ("state\\:f", "", ""),
        ("--output=js", "", "--output="),
        ('type:"Database R', '"', "type:"),
        ("'state:f", "'", ""),
        ('type:"Database R",Cat', "", "type:"),
    ],
)
def test_readline_replaces_what_follows_a_quote_or_a_break(word: str, quote: str, kept: str) -> None:
    assert replaced_part(parse_line(word).last, BREAKS) == (quote, kept)


@pytest.mark.parametrize(
    "text", ["EXAMPLE\\ops", "it's", "$(x) `y`", 'a "b"', "a;b|c&d", "~x *?[]{}#", "größe", "a!b"]
)
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_what_is_quoted_for_bash_is_read_as_the_same_text(text: str, quote: str) -> None:
    line = f"emtui {quote}{quote_for_bash(text, quote)}{quote}"
    assert parse_line(line).words == ("emtui", text)
