"""The manual pages: complete, accepted by mandoc, and rendered by man."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command_runner import CommandRunner

from emtui.cli.command_table import (
    BROWSE_COMMAND,
    COMMANDS,
    COMMANDS_BY_NAME,
    ENVIRONMENT,
    EXIT_CODES,
    FILES,
    CommandSpec,
)
from emtui.cli.man_page import format_page

SECTIONS = """
NAME
SYNOPSIS
DESCRIPTION
COMMANDS
ARGUMENTS
OPTIONS
EXIT STATUS
ENVIRONMENT
FILES
EXAMPLES
SEE ALSO
"""


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    missing = [name for name in ("man", "mandoc") if shutil.which(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")


def rendered(page: Path) -> str:
    """The page as man shows it, in a width that breaks no line, without bold and underline."""
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MANWIDTH": "1000", "MANROFFOPT": "-c"}
    done = subprocess.run(
        ["man", "-P", "cat", "-E", "ascii", "-l", page],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
    )
    assert done.stderr == ""
    return re.sub(".\b", "", done.stdout)


@pytest.mark.parametrize("command", COMMANDS_BY_NAME.values(), ids=lambda command: command.name or "emtui")
def test_mandoc_has_no_objection(command: CommandSpec) -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style"],
        input=format_page(command),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_man_shows_all_of_it(tmp_path: Path) -> None:
    page = tmp_path / "emtui.1"
    page.write_text(format_page(BROWSE_COMMAND))
    text = rendered(page)
    words = " ".join(text.split())
    assert re.findall("^[A-Z].*$", text, re.MULTILINE)[1:] == SECTIONS.split("\n")[1:-1]
    for command in COMMANDS:
        assert f"emtui {command.name}" in text
        assert command.purpose in words
        for option in command.options:
            assert option.name in text
    for example in BROWSE_COMMAND.examples:
        assert f"$ {example.line}\n" in text
    for name, purpose in (*ENVIRONMENT, *EXIT_CODES, *FILES):
        assert name in text
        assert purpose in words


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_has_a_page(tmp_path: Path, command: CommandSpec) -> None:
    page = tmp_path / f"emtui-{command.name}.1"
    page.write_text(format_page(command))
    text = rendered(page)
    assert f"emtui-{command.name} - " in text
    assert all(option.name in text for option in command.accepted_options)
    assert all(f"$ {example.line}\n" in text for example in command.examples)


def test_the_command_prints_the_pages_and_rejects_an_unknown_command(shell: CommandRunner) -> None:
    assert shell("man").stdout == format_page(BROWSE_COMMAND)
    assert shell("man", "sessions").stdout == format_page(COMMANDS_BY_NAME["sessions"])
    done = shell("man", "sesions")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean sessions?" in done.stderr
