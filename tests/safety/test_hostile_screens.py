"""Hostile text in every field: the terminal receives no control sequence that emtui did not write.

What emtui writes is learned from the same keys pressed at a harmless server.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hostile import HARM, MARK, answers, controls, elsewhere, errors, sequences
from pty_terminal import Terminal, a_home, emtui
from rogue import Asked, Identity, Reply, Rogue, good, identity, rogue_beside, route_of
from shell import Shell

USER, PASSWORD = "EXAMPLE\\ops", "correct horse"
Answer = Callable[[Asked], Reply]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("certificate"), "em01.example.net\x1b]0;owned\x07\u202e")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return a_home(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring", EMTUI_PASSWORD=PASSWORD)


class Script:
    """Answers as told, or in one place otherwise."""

    def __init__(self, usual: Answer) -> None:
        self.usual = usual
        self.instead: dict[str, Reply] = {}

    def __call__(self, asked: Asked) -> Reply:
        return self.instead.get(route_of(asked)) or self.usual(asked)


@pytest.fixture
def script() -> Script:
    return Script(answers)


@pytest.fixture
def server(script: Script, certificate: Identity) -> Iterator[Rogue]:
    with rogue_beside(script, certificate.context()) as server:
        yield server


def everywhere(server: Rogue, home: dict[str, str], size: tuple[int, int]) -> Terminal:
    """Every screen once: trust, list, query, events, search, the whole line, raw, help, commands, errors."""
    arguments = ("--server", server.authority, "--user", USER)
    columns, lines = size
    with emtui(*arguments, columns=columns, lines=lines, environ=home) as terminal:
        terminal.until("Type pin")
        terminal.rest()
        terminal.press("pin", "enter")
        terminal.until(lambda lines: any(line.startswith("›") for line in lines))
        for keys in (
            *(("down",), ("down",), ("up",), ("G",), ("g",), ("o",), ("/", "a", "enter"), ("0",)),
            *(("enter",), ("down", "down"), ("G",), ("/", "a", "enter"), ("z",), ("i",), ("i",), ("q",)),
            *(("enter",), ("q",), ("q",), ("?",), ("q",), (":", "run"), ("esc",), ("e",), ("]",), ("t",)),
        ):
            for key in keys:
                terminal.press(key)
                terminal.rest()
        return _with_errors(terminal, server)


def _with_errors(terminal: Terminal, server: Rogue) -> Terminal:
    script = server.answer
    assert isinstance(script, Script)
    for bad in (errors("500 Harm\x1b]0;x\x07"), errors("403 Forbidden"), elsewhere()):
        if script.usual is answers:
            script.instead = {"list": bad, "events": bad}
        terminal.press("r")
        terminal.rest()
    script.instead = {}
    terminal.press("Q")
    assert terminal.end() == 0
    return terminal


@pytest.mark.parametrize("size", [(58, 16), (120, 40)], ids=["58x16", "120x40"])
def test_no_control_sequence_of_the_servers_reaches_the_terminal(
    server: Rogue, script: Script, tmp_path: Path, size: tuple[int, int]
) -> None:
    received = {}
    for usual in (good, answers):
        script.usual = usual
        folder = tmp_path / usual.__name__
        folder.mkdir()
        home = a_home(folder, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring", EMTUI_PASSWORD=PASSWORD)
        received[usual.__name__] = everywhere(server, home, size).received
    assert sequences(received["answers"]) <= sequences(received["good"])
    assert controls(received["answers"]) <= {"\t"} & controls(received["good"])
    assert b"owned\x07" not in received["answers"]


def test_harmless_text_beside_the_harm_stays_readable_and_markup_is_text(
    server: Rogue, certificate: Identity, home: dict[str, str]
) -> None:
    arguments = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
    with emtui(*arguments, columns=200, lines=60, environ=home) as terminal:
        terminal.until(f"{MARK}11a")
        terminal.press("enter")
        terminal.until(f"{MARK}11b")
        shown = _close("\n".join(terminal.lines()))
        for verbatim in (
            "\N{REPLACEMENT CHARACTER}]0;owned",
            "⟨U+202E⟩",
            "[/foo][@click=app.quit]x[/][bold red]$text",
            "=cmd|' /C calc'!A0",
        ):
            assert _close(verbatim) in shown
        terminal.press("Q")
        assert terminal.end() == 0


def _close(text: str) -> str:
    """Without blanks: a line may break anywhere."""
    return "".join(text.split())


FORMATS = {
    "sessions": ("table", "json", "jsonl", "csv"),
    "show": ("table", "json", "xml"),
    "events": ("table", "json", "jsonl", "csv", "xml"),
}
CASES = [(command, form) for command, forms in FORMATS.items() for form in forms]


@pytest.mark.parametrize(("command", "form"), CASES)
def test_no_output_of_a_command_holds_what_a_terminal_obeys(
    server: Rogue, certificate: Identity, home: dict[str, str], command: str, form: str
) -> None:
    shell = Shell(Path(home["HOME"]), home, ("--server", server.authority, "--user", USER))
    operands = () if command == "sessions" else ("latest",)
    done = shell(command, *operands, "-o", form, "--pin", certificate.sha256)
    assert done.returncode == 0, done.stderr
    assert controls((done.stdout + done.stderr).encode()) <= {"\t"}
    assert "\x1b" not in done.stdout + done.stderr
    assert f"{MARK}11a" in done.stdout
    if form == "json":
        assert "⟨U+202E⟩" in json.dumps(json.loads(done.stdout), ensure_ascii=False)
    if form == "csv":
        csv.field_size_limit(10_000_000)
        cells = [cell for row in csv.reader(io.StringIO(done.stdout)) for cell in row]
        assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "@"))]


@pytest.mark.parametrize("command", [("sessions",), ("show", "latest"), ("events", "latest")])
def test_the_same_holds_on_a_terminal(
    server: Rogue, certificate: Identity, home: dict[str, str], command: Sequence[str]
) -> None:
    arguments = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
    with emtui(*command, *arguments, environ=home) as terminal:
        assert terminal.end() == 0
    assert b"\x1b" not in terminal.received
    assert controls(terminal.received) == set()


@pytest.mark.parametrize("status", ["500 Harm", "403 Forbidden", "401 Unauthorized", "302 Found"])
def test_no_error_of_a_command_holds_what_a_terminal_obeys(
    server: Rogue, script: Script, certificate: Identity, home: dict[str, str], status: str
) -> None:
    script.instead = {"list": elsewhere() if status.startswith("302") else errors(status)}
    if status.startswith("401"):
        script.instead["logon"] = errors(status)
    shell = Shell(Path(home["HOME"]), home, ("--server", server.authority, "--user", USER))
    done = shell("sessions", "--pin", certificate.sha256)
    assert done.returncode in {4, 6}
    assert done.stderr.count("\n") == 1
    assert controls(done.stderr.encode()) == set()
    untrusted = shell("sessions")
    assert untrusted.returncode == 7
    assert controls(untrusted.stderr.encode()) == set()


def test_the_scanner_sees_every_kind_of_harm() -> None:
    for harm in HARM[:9]:
        said = harm.encode("utf-8", "surrogatepass")
        assert sequences(said) or controls(said), harm
