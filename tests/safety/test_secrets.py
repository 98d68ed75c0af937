"""A marked password and token, taken through every screen, error and crash, never appear.

Not in the terminal, standard output and error, the log, the configuration or any other file below the
home; only the server gets the password, and only at logon.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from command_runner import CommandRunner
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui, run_python
from scripted_server import (
    LOGON_ID,
    SCRIPTS,
    TOKEN,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    reply_well,
    route_of,
    scripted_server_in_thread,
)

USER = "EXAMPLE\\ops"
PASSWORD = "Sentinel-p4ssw0rd-☃"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, quote(PASSWORD), PASSWORD[:18], BASIC, TOKEN, LOGON_ID)


def find_leaks(output: bytes) -> list[str]:
    """Return the secrets found in these bytes."""
    return [secret for secret in SECRETS if secret.encode() in output]


def read_files(home: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


class ScriptedServer:
    """Responds normally, except for the given scripts."""

    def __init__(self) -> None:
        self.scripts: set[str] = set()

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        for name in self.scripts:
            if SCRIPTS[name].route == route_of(request):
                return SCRIPTS[name].reply
        return reply_well(request)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def scripted_server() -> ScriptedServer:
    return ScriptedServer()


@pytest.fixture
def server(scripted_server: ScriptedServer, certificate: ServerIdentity) -> Iterator[ScriptedEmServer]:
    with scripted_server_in_thread(scripted_server, certificate.tls_context()) as server:
        yield server


@pytest.fixture
def server_options(server: ScriptedEmServer, certificate: ServerIdentity) -> tuple[str, ...]:
    return ("--server", server.authority, "--user", USER, "--pin", certificate.sha256, "--debug")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return isolated_environment(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")


def assert_nothing_leaked(terminal: EmtuiTerminal, home: dict[str, str]) -> None:
    terminal.wait_idle()
    assert find_leaks(terminal.received) == []
    assert find_leaks(read_files(Path(home["HOME"]))) == []


def read_log(home: dict[str, str]) -> str:
    return (Path(home["XDG_STATE_HOME"]) / "emtui" / "emtui.log").read_text()


def test_no_screen_and_no_error_shows_a_secret(
    server_options: tuple[str, ...],
    scripted_server: ScriptedServer,
    server: ScriptedEmServer,
    home: dict[str, str],
) -> None:
    with run_emtui(*server_options, environ=home) as terminal:
        terminal.wait_for("Password")
        terminal.press(PASSWORD, "enter")
        terminal.wait_for("1 of 1")
        for keys in (("?", "q"), (":", "esc"), ("enter",), ("i",), ("q",), ("q",), ("t",), ("o",)):
            for key in keys:
                terminal.press(key)
                terminal.wait_idle()
        for name, script in SCRIPTS.items():
            if script.route == "list" and name not in {"mute", "slow", "endless"}:
                scripted_server.scripts = {name}
                terminal.press("r")
                terminal.wait_idle()
        scripted_server.scripts = set()
        terminal.press("L")
        terminal.wait_for("Password")
        assert PASSWORD not in "\n".join(terminal.lines())
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        assert_nothing_leaked(terminal, home)
    assert server.requests[1].headers["authorization"] == f"Basic {BASIC}"
    log = read_log(home)
    assert "GET /api/systemSessions" in log
    assert "DELETE /api/logonSessions/***" in log


@pytest.mark.parametrize("name", [name for name, script in SCRIPTS.items() if script.route == "logon"])
def test_no_refused_or_broken_logon_shows_a_secret(
    server_options: tuple[str, ...], scripted_server: ScriptedServer, home: dict[str, str], name: str
) -> None:
    if name in {"mute", "slow"}:
        pytest.skip("it takes a minute and tests no more than the others")
    scripted_server.scripts = {name}
    shell = CommandRunner(Path(home["HOME"]), home)
    done = shell(*server_options, "sessions", EMTUI_PASSWORD=PASSWORD)
    assert done.returncode != 0
    assert find_leaks((done.stdout + done.stderr).encode()) == []
    assert find_leaks(read_files(Path(home["HOME"]))) == []


CRASH_SCRIPT = """
import sys, asyncio, threading
from emtui.em.secret import Secret
PASSWORD, TOKEN = sys.argv[1:3]
del sys.argv[1:3]

def fail(*_):
    password, token, basic = PASSWORD, TOKEN, {"Authorization": PASSWORD}
    raise ValueError(f"{password} {token} {basic}")

async def fail_later(*_):
    fail()

class Rich(Exception):
    def __rich__(self):
        return PASSWORD

def fail_richly(*_):
    raise Rich(PASSWORD)

import emtui.tui.app, emtui.tui.screens.session_list.session_table
from textual.drivers.linux_driver import LinuxDriver
App = emtui.tui.app.EmtuiApp
App.client_of_the_test = Secret(PASSWORD)

def worker(app):
    app.run_worker(fail_later(), description="a worker")

def thread(app):
    threading.Thread(target=fail, args=(PASSWORD,)).start()

def dropped(app):
    async def forget():
        asyncio.get_running_loop().create_task(fail_later())
    app.run_worker(forget(), description="a task that is not awaited")

def render(app):
    emtui.tui.screens.session_list.session_table.SessionTable.render_row = fail
    app.screen.refresh(layout=True)
    app.screen.query_one("SessionTable").refresh()

def keys(app):
    LinuxDriver.process_message = fail

App.action_time_zone = {
    "handler": fail, "rich": fail_richly, "async handler": fail_later, "worker": worker,
    "thread": thread, "dropped task": dropped, "render": render, "keys": keys,
}[sys.argv.pop(1)]

from emtui.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("handler", 1),
        ("async handler", 1),
        ("rich", 1),
        ("worker", 1),
        ("thread", 0),
        ("dropped task", 0),
        ("render", 1),
        ("keys", 1),
    ],
)
def test_no_crash_shows_a_secret_and_each_names_its_log(
    server_options: tuple[str, ...], home: dict[str, str], tmp_path: Path, where: str, code: int
) -> None:
    script = tmp_path / "sabotage.py"
    script.write_text(CRASH_SCRIPT)
    argv = (str(script), PASSWORD, TOKEN, where, *server_options)
    with run_python(*argv, environ=home | {"EMTUI_PASSWORD": PASSWORD}) as terminal:
        terminal.wait_for("1 of 1")
        terminal.press("t")
        if where == "keys":
            terminal.press("t")
        if code == 0:
            terminal.wait_idle()
            terminal.press("q")
        assert terminal.wait_exit() == code
        assert_nothing_leaked(terminal, home)
    last = terminal.received.decode().rpartition("\x1b[?1049l")[2]
    assert "internal error (" in last
    assert "Please report it and attach the last lines of" in " ".join(last.split())
    kind = {"rich": "Rich", "keys": "InputThreadError"}.get(where, "ValueError")
    assert kind in read_log(home)


def test_the_process_list_shows_no_secret(server_options: tuple[str, ...], home: dict[str, str]) -> None:
    with run_emtui(*server_options, environ=home) as terminal:
        terminal.wait_for("Password")
        terminal.press(PASSWORD, "enter")
        terminal.wait_for("1 of 1")
        for process in Path("/proc").glob("[0-9]*"):
            try:
                assert find_leaks((process / "cmdline").read_bytes()) == []
            except OSError:
                continue
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_recording_of_keys_and_screens_is_disabled(
    server_options: tuple[str, ...], home: dict[str, str], tmp_path: Path
) -> None:
    recording = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_LOG": str(tmp_path / "recording.log"),
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_PRESS": "q",
    }
    with run_emtui(*server_options, environ=home | recording) as terminal:
        terminal.wait_for("Password")
        terminal.press(PASSWORD, "enter")
        terminal.wait_for("1 of 1")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert_nothing_leaked(terminal, home)
    assert not (tmp_path / "recording.log").exists()
    assert not list(tmp_path.glob("*.svg"))
