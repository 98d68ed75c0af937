"""`emtui examples`: the ready files are listed and printed as they are, however emtui is installed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_runner import CommandRunner

from emtui.cli.arguments import parse_arguments
from emtui.cli.command_table import COMMANDS_BY_NAME
from emtui.cli.examples import describe_example, load_examples

FOLDER = Path(__file__).parents[2] / "emtui" / "docs" / "examples"
FILES = {str(path.relative_to(FOLDER)): path for path in sorted(FOLDER.rglob("*")) if path.is_file()}


def test_every_file_is_listed_with_its_purpose(shell: CommandRunner) -> None:
    done = shell("examples")
    assert (done.returncode, done.stderr) == (0, "")
    names = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert names == list(FILES)
    assert len(names) >= 10


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_printed_as_it_is(name: str, shell: CommandRunner) -> None:
    done = shell("examples", name)
    assert (done.returncode, done.stdout) == (0, FILES[name].read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_the_first_comment_of_a_file_says_what_it_is(name: str) -> None:
    purpose = describe_example(FILES[name].read_text("utf-8"))
    assert re.fullmatch(r"[A-Z][^/]{10,70}", purpose), f"{name} begins with a comment such as # One check"


def test_a_folder_lists_its_files(shell: CommandRunner) -> None:
    done = shell("examples", "systemd/")
    assert "systemd/emtui-check.service  " in done.stdout
    assert "cron/" not in done.stdout


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("systemd/emtui-chek.service", "did you mean systemd/emtui-check.service?"),
        ("nothing-like-it", "emtui examples lists them."),
        ("unattended.md", "emtui examples lists them."),
        ("../changes.md", "emtui examples lists them."),
    ],
)
def test_another_name_is_wrong_usage(name: str, hint: str, shell: CommandRunner) -> None:
    done = shell("examples", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"emtui: No example {name!r}: {hint}\n"


def test_the_files_are_found_in_a_zip_archive(tmp_path: Path) -> None:
    archive = tmp_path / "emtui.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(FOLDER.parents[1].rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                packed.write(path, path.relative_to(FOLDER.parents[2]))
    code = (
        "from emtui.cli import main; assert '.zip' in main.__code__.co_filename;"
        " raise SystemExit(main(['examples', 'cron/emtui']))"
    )
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(archive)}
    argv = [sys.executable, "-P", "-c", code]
    done = subprocess.run(argv, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == FILES["cron/emtui"].read_text("utf-8")
    assert load_examples().keys() >= FILES.keys()


# --- the page and the commands ----------------------------------------------------------------

PAGES = {path.name: path.read_text("utf-8") for path in FOLDER.parent.glob("*.md")}
QUOTE = re.compile(r"^```\w*\n(# .*\n# File: (?:.*\n)+?)```$", re.MULTILINE)
COMMAND_NAMES = "|".join(name for name in COMMANDS_BY_NAME if name)
COMMAND_LINE = re.compile(rf"(?<![\w.-])(?:/usr/local/bin/)?emtui ((?:{COMMAND_NAMES}) ?[^\n|&;)>`#]*)")


def test_the_page_quotes_the_files_as_they_are() -> None:
    quotes = QUOTE.findall(PAGES["unattended.md"])
    texts = {path.read_text("utf-8"): name for name, path in FILES.items()}
    assert [quote for quote in quotes if quote not in texts] == []
    folders = ("checkmk", "config", "cron", "icinga2", "nagios", "systemd", "zabbix")
    assert {texts[quote] for quote in quotes} == {name for name in FILES if name.split("/")[0] in folders}


def command_lines(text: str) -> list[list[str]]:
    """The arguments of every emtui command in a file or page; macros stand for further arguments."""
    return [shlex.split(re.sub(r"\$ARG\d\$", "", line).rstrip('",')) for line in COMMAND_LINE.findall(text)]


@pytest.mark.parametrize("name", [*FILES, "unattended.md", "check.md"])
def test_every_command_is_valid(name: str) -> None:
    for argv in command_lines(PAGES.get(name) or FILES[name].read_text("utf-8")):
        assert parse_arguments(argv).command.name == argv[0]


def test_the_commands_are_found() -> None:
    assert command_lines("x 'emtui tail -o jsonl | y'; /usr/local/bin/emtui check $ARG1$") == [
        ["tail", "-o", "jsonl"],
        ["check"],
    ]
    assert sum(len(command_lines(path.read_text("utf-8"))) for path in FILES.values()) >= 5


def test_icinga_names_options_of_the_check() -> None:
    options = re.findall(r'"(--[\w-]+)" = (\{?)', FILES["icinga2/emtui.conf"].read_text("utf-8"))
    accepted = {option.name: bool(option.metavar) for option in COMMANDS_BY_NAME["check"].accepted_options}
    assert {name: not is_flag for name, is_flag in options}.items() <= accepted.items()
    assert len(options) >= 8
