"""Every command of the README and the pages is run against the demo; the output shown is what it prints."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from demo_server import RunningDemo, run_demo_server
from documented_commands import PAGES, DocumentedCommand, commands_of, matches

from emtui.cli.arguments import parse_arguments
from emtui.cli.command_table import COMMANDS

CLOCK = "2026-11-23T02:14:30Z"
"""Time of the demo in all pages: a run of CollectJob failed two minutes ago."""
SERVER = "em01.example.net"
USER = r"EXAMPLE\ops"
TIMEOUT_S = 60
SILENCE_S = 10
"""Seconds without output after which a screen is complete."""
TERMINAL_SIZE = (40, 100)
"""Lines and columns of the terminal that the pages show."""
NOT_RUN = {
    "apt-get": "changes the system",
    "autoload": "part of ~/.zshrc; tests/cli/test_completion_shells.py",
    "backup.sh": "the reader's own program",
    "build-single-file": ".ci/integration packages",
    "compinit": "part of ~/.zshrc; tests/cli/test_completion_shells.py",
    "crontab": "changes the system",
    ".zfunc": "part of ~/.zshrc; tests/cli/test_completion_shells.py",
    "git": "the repository has no address yet",
    "install": "changes the system",
    "integration": "takes long; run by hand",
    "journalctl": "needs systemd as the first process",
    "ls": "needs what the command before it has made",
    "mail": "sends mail",
    "man": "tests/cli/test_man_page.py",
    "openssl": "needs the server's address",
    "pip": "tests of the packages",
    "pipx": "tests of the packages",
    "promtool": ".ci/integration pipelines",
    "python": "the two commands of the README are run by .ci/run",
    "python3": "the two commands of the README are run by .ci/run",
    "sha256sum": ".ci/integration packages",
    "source": "part of ~/.bashrc; tests/cli/test_completion_shells.py",
    "sudo": "changes the system",
    "systemctl": "needs systemd as the first process",
    "uv": "tests of the packages",
    "uvx": "tests of the packages",
    "xclip": "needs a desktop",
}
"""Programs whose commands are not run here, and why."""
HARMLESS = {"cat", "emtui", "grep", "head", "jq", "printf", "sort", "uniq", "zcat"}
"""Programs of the commands that are run here; no other one is ever started, whatever a page says."""
SCREENS = {"", "demo", "open"}
"""Commands that show screens, until two Ctrl+C."""
ENDLESS = {"tail"}
"""Commands that print until they are interrupted."""
ENTERED = {"login", "logout"}
"""Commands that ask for a password or change the keyring; tests/pty/test_passwords.py."""
COMMAND_NAMES = {command.name for command in COMMANDS}

ALL_COMMANDS = [command for page in PAGES for command in commands_of(page)]
RUN_HERE = [command for command in ALL_COMMANDS if set(command.programs) <= HARMLESS]


def name_of(command: DocumentedCommand) -> str:
    """The name of the emtui command on this line, empty for the screens or without emtui."""
    words = next((words for words in command.simple_commands() if words[0] == "emtui"), ("emtui",))
    return parse_arguments(words[1:]).command.name


def opens_screens(command: DocumentedCommand) -> bool:
    """Whether it draws on the terminal until it is quit."""
    return name_of(command) in SCREENS and not re.search(
        r"--(?:plain|version|serve|play help)\b", command.line
    )


def runs_forever(command: DocumentedCommand) -> bool:
    """Whether it prints until it is interrupted."""
    return name_of(command) in ENDLESS or "--serve" in command.line.split()


@pytest.fixture(scope="module")
def night() -> Iterator[RunningDemo]:
    """The demo at the time of the pages, with a stopped clock."""
    yield from run_demo_server("--seed", "1", "--clock", CLOCK, "--speed", "0")


@pytest.fixture
def environ(night: RunningDemo, tmp_path: Path) -> dict[str, str]:
    """The environment of a user with the two profiles that the pages use."""
    home = tmp_path / "home" / "ops"
    config = home / ".config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    profile = f"server = '{night.url}'\nuser = '{night.user}'\npin = '{night.sha256}'\n"
    config.write_text(f'default_profile = "prod"\n[profiles.prod]\n{profile}[profiles.lab]\n{profile}')
    config.chmod(0o600)
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc" / "xdg"),
        "TZ": "Europe/Berlin",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "EMTUI_PASSWORD": night.password,
        "EMTUI_PIN": night.sha256,
    }


def localized(line: str, night: RunningDemo, folder: Path) -> str:
    """The command with the address of the demo, and with absolute paths below the folder."""
    line = line.replace(SERVER, night.url.removeprefix("https://"))
    line = re.sub(r"(?<=[ =])/(?:etc|usr|var)/\S+", lambda found: f"{folder}{found[0]}", line)
    for path in re.findall(rf"{re.escape(str(folder))}/\S+", line):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return line


def start_in_terminal(line: str, environ: dict[str, str], folder: Path) -> pexpect.spawn[bytes]:
    """Start a command line in a terminal of the width of a code block."""
    return pexpect.spawn(
        "bash", ["-c", line], env=environ, cwd=str(folder), dimensions=TERMINAL_SIZE, timeout=TIMEOUT_S
    )


def allowed_exit_codes(command: DocumentedCommand) -> set[int]:
    """The exit codes of a command that reports a result; those of errors are not among them."""
    exits = next((each.exits for each in COMMANDS if each.name == name_of(command)), ())
    return {0, *(int(code) for code, _ in exits)}


def show_name(command: DocumentedCommand) -> str:
    return f"{command.page}: {command.line}"


def test_the_pages_have_commands() -> None:
    assert len(ALL_COMMANDS) > 20
    assert len([command for command in RUN_HERE if command.output]) > 5


@pytest.mark.parametrize("command", ALL_COMMANDS, ids=show_name)
def test_each_program_is_known(command: DocumentedCommand) -> None:
    assert set(command.programs) - {*NOT_RUN, *HARMLESS} == set()
    for words in command.simple_commands():
        if words[0] == "emtui":
            parse_arguments(words[1:])  # raises an error for wrong usage


@pytest.mark.parametrize(
    "command",
    [
        command
        for command in RUN_HERE
        if not (opens_screens(command) or runs_forever(command) or name_of(command) in ENTERED)
    ],
    ids=show_name,
)
def test_the_output_is_as_shown(
    command: DocumentedCommand, night: RunningDemo, environ: dict[str, str], tmp_path: Path
) -> None:
    if command.line.startswith("emtui config init"):
        (Path(environ["HOME"]) / ".config" / "emtui" / "config.toml").unlink()
    child = start_in_terminal(localized(command.line, night, tmp_path), environ, tmp_path)
    printed = child.read().decode().replace("\r\n", "\n")
    child.close()
    assert child.exitstatus in allowed_exit_codes(command), printed
    if command.output is not None:
        printed = printed.replace(night.url.removeprefix("https://"), SERVER).replace(str(tmp_path), "")
        assert matches(command.output, printed.splitlines()), f"{command.line} prints:\n{printed}"


@pytest.mark.parametrize(
    "command",
    [command for command in RUN_HERE if opens_screens(command) or runs_forever(command)],
    ids=show_name,
)
def test_the_screens_open_and_the_followers_print(
    command: DocumentedCommand, night: RunningDemo, environ: dict[str, str], tmp_path: Path
) -> None:
    line = command.line
    if "--from-start" not in line:  # the clock is stopped: there are no changes
        line = line.replace("emtui tail", "emtui tail --from-start")
    child = start_in_terminal(localized(line, night, tmp_path), environ, tmp_path)
    if "--serve" in command.line.split():
        child.expect_exact('{"url"')
        child.sendintr()
    elif opens_screens(command):
        child.expect_exact("\x1b[?1049h")
        child.expect("Runs|Enter")
        child.send("\x03")
        child.send("\x03")
    else:
        child.expect(r"([^\r\n]+)\r\n")
        assert not child.match[1].startswith(b"emtui: ")
        child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus in {0, 130} or child.signalstatus == 2


@pytest.mark.parametrize(
    "command",
    [command for command in RUN_HERE if opens_screens(command) and command.output],
    ids=show_name,
)
def test_the_screen_is_as_shown(
    command: DocumentedCommand, night: RunningDemo, environ: dict[str, str], tmp_path: Path
) -> None:
    child = start_in_terminal(localized(command.line, night, tmp_path), environ, tmp_path)
    lines, columns = TERMINAL_SIZE
    screen = pyte.Screen(columns, lines)
    stream = pyte.ByteStream(screen)
    try:
        while not matches(command.output or (), list(screen.display)):
            stream.feed(child.read_nonblocking(65_536, SILENCE_S))
    except pexpect.TIMEOUT:
        pytest.fail(f"{command.line} shows:\n" + "\n".join(screen.display), pytrace=False)
    finally:
        child.close(force=True)


def test_an_output_that_differs_is_found() -> None:
    assert matches(("failed  CollectJob", "…", "done…"), ["failed  CollectJob", "a", "b", "done now"])
    assert matches(("a",), ["a  "])
    assert not matches(("failed  CollectJob",), ["failed  LogExport"])
    assert not matches(("a",), ["a", "b"])
