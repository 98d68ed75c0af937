"""Start-up time, and how the process ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_runner import CommandRunner

HEAVY = ("textual", "rich", "httpx", "lxml", "keyring", "asyncio", "cryptography")


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = (
        "import json, sys, emtui.cli, emtui.cli.dispatch, emtui.cli.arguments, emtui.cli.help_text;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules if sys.modules[name]})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)) & set(HEAVY)


def test_the_version_is_answered_before_anything_else_of_emtui_is_loaded() -> None:
    code = (
        "import sys; from emtui.cli import main; main(['--version']);"
        "print(*sorted(name for name in sys.modules if name.startswith('emtui')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, loaded = done.stdout.splitlines()
    assert version.startswith("emtui 0.")
    assert loaded.split() == ["emtui", "emtui.cli", "emtui.cli.stdio"]


@pytest.mark.parametrize(
    "argv",
    [
        ["--version"],
        ["-V"],
        ["sessions", "--version"],
        ["sessions", "-V"],
        ["check", "-V"],
        ["-p", "prod", "--version"],
        ["-p", "prod", "-V"],
    ],
)
def test_the_version_is_printed_wherever_it_is_requested(shell: CommandRunner, argv: list[str]) -> None:
    done = shell(*argv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("emtui 0.")


@pytest.mark.parametrize(
    ("argv", "usage"),
    [
        (["--help"], "emtui [OPTIONS]"),
        (["-h"], "emtui [OPTIONS]"),
        (["help"], "emtui [OPTIONS]"),
        (["sessions", "-h"], "emtui sessions [QUERY...] [OPTIONS]"),
        (["help", "sessions"], "emtui sessions [QUERY...] [OPTIONS]"),
        (["-h", "show"], "emtui show ID [OPTIONS]"),
        (["check", "-h"], "emtui check [OPTIONS]"),
        (["help", "check"], "emtui check [OPTIONS]"),
        (["help", "--debug", "config"], "emtui config init|validate|path|show [OPTIONS]"),
        (["help", "help"], "emtui help [COMMAND] [OPTIONS]"),
        (["help", "--help"], "emtui help [COMMAND] [OPTIONS]"),
    ],
)
def test_help_is_printed_to_standard_output(shell: CommandRunner, argv: list[str], usage: str) -> None:
    done = shell(*argv)
    assert done.returncode == 0
    assert "--debug" in argv or done.stderr == ""
    assert f"\nUsage:\n  {usage}\n" in done.stdout


def test_help_for_an_unknown_command_suggests_the_nearest(shell: CommandRunner) -> None:
    done = shell("help", "chekc")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "emtui: Unknown command 'chekc': did you mean check? See emtui --help.\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["sesions"],
        ["sessions", "state:bogus"],
        ["sessions", "--sort", "size"],
        ["sessions", "--limit", "many"],
        ["sessions", "--since", "yesterday"],
        ["show", "nothing"],
        ["open", "stat:failed"],
        [],
        ["open", "failed"],
    ],
)
def test_wrong_usage_is_one_sentence_and_2(shell: CommandRunner, argv: list[str]) -> None:
    done = shell(*argv)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("emtui: ")
    assert done.stderr.count("\n") == 1


def test_the_browser_is_refused_without_a_terminal(shell: CommandRunner) -> None:
    assert "needs a terminal" in shell("--server", "em01.example.net").stderr


def test_a_closed_pipe_is_silent_and_141(shell: CommandRunner) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    argv = [sys.executable, "-m", "emtui", "--help"]
    done = subprocess.run(argv, env=shell.environ, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_is_an_internal_error_in_one_sentence(shell: CommandRunner) -> None:
    argv = [sys.executable, "-m", "emtui", "--help"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(argv, env=shell.environ, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
