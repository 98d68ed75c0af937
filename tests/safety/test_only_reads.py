"""emtui sends only GET, the POST to log on, and the DELETE of that logon.

The server was written from the documentation alone. Every command and every key of every screen is
used; a new command without a line here fails the test.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_runner import CommandRunner
from independent_server import PASSWORD, USER, IndependentServer, ServerVariant, independent_server
from independent_server_data import RUNS
from pty_terminal import EmtuiTerminal, run_emtui
from scripted_server import ServerIdentity

from emtui.cli.command_table import COMMANDS_BY_NAME
from emtui.keys.tui_commands import COMMANDS, CommandScope

SESSION_ID = RUNS[0].guid
ENDED_SESSION_ID = next(run.guid for run in RUNS if run.ended and run.outcome == "success")
READ_PATH = re.compile(r"/api/|/api/systemSessions(/[0-9a-f-]{36}(/events)?)?(\?format=Entity)?")
LOGON_PATH = "/api/sessionMngr/?v=latest"

NEW_FOLDER = "NEW_FOLDER"
"""Stands for a folder of the test."""

# --- the command line -----------------------------------------------------------------

FINITE_COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "sessions": (
        ("sessions",),
        *(("sessions", "state:failed", "-o", form) for form in ("table", "json", "jsonl", "csv")),
        ("sessions", "--since", "7d", "--type", "Coll*", "--sort", "-duration_s", "--limit", "2"),
    ),
    "show": tuple(("show", SESSION_ID, "-o", form) for form in ("table", "json", "xml")),
    "events": (
        *(("events", SESSION_ID[:4], "-o", form) for form in ("table", "json", "jsonl", "csv", "xml")),
        *(("events", ENDED_SESSION_ID, "--follow", "-o", form) for form in ("table", "jsonl", "csv")),
    ),
    "help": (("help",), ("help", "sessions")),
    "wait": (("wait", ENDED_SESSION_ID), ("wait", ENDED_SESSION_ID, "--timeout", "1", "-o", "json")),
    "check": (
        ("check",),
        ("check", "--ignore-known"),
        ("check", "--type", "Coll*", "--max-age", "26h", "--max-ratio", "2,3"),
    ),
    "metrics": (("metrics",), ("metrics", "--timeout", "30")),
    "types": tuple(("types", "-o", form) for form in ("table", "json", "jsonl", "csv")),
    "timeline": tuple(("timeline", "-o", form) for form in ("table", "json", "jsonl", "csv")),
    "explain": tuple(("explain", SESSION_ID, "-o", form) for form in ("table", "json")),
    "diff": (("diff", SESSION_ID), ("diff", SESSION_ID, ENDED_SESSION_ID, "--all", "-o", "json")),
    "ticket": tuple(("ticket", SESSION_ID, "-o", form) for form in ("markdown", "text", "json")),
    "shift": (("shift",), ("shift", "--since", "7d", "-o", "json")),
    "bundle": (("bundle", SESSION_ID, "-o", f"{NEW_FOLDER}/run.zip"),),
    "examples": (("examples",), ("examples", "cron/emtui")),
    "schema": (("schema",), ("schema", "session")),
    "docs": (("docs",), ("docs", "query")),
    "completion": (("completion", "bash"), ("completion", "zsh"), ("completion", "fish")),
    "man": (("man",), ("man", "sessions")),
    "config": (("config",), ("config", "show", "-o", "json")),
    "doctor": (("doctor",), ("doctor", "-o", "json"), ("doctor", "--report")),
    "profiles": (("profiles",), ("profiles", "-o", "json")),
    "login": (("login",),),
    "logout": (("logout",), ("logout", "--forget-pin")),
}
"""Every command that needs no terminal, with each of its options."""
LOCAL_COMMANDS = {"completion", "config", "docs", "examples", "help", "logout", "man", "profiles", "schema"}
"""Those of them that connect to no server."""
ENDLESS_COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "tail": (("tail", "--from-start"), ("tail", "state:failed", "--from-start", "-o", "table")),
}
"""Every command that runs until it is stopped; each prints something at once."""
SCREENS: dict[str, tuple[str, ...]] = {"": (), "open": ("open", SESSION_ID), "demo": ("demo",)}
"""Every command that needs a terminal."""


@pytest.fixture
def server(trusted_identity: ServerIdentity) -> Iterator[IndependentServer]:
    with independent_server(ServerVariant(), trusted_identity.tls_context()) as held:
        yield held


@pytest.fixture
def server_environ(
    home: dict[str, str], server: IndependentServer, trusted_identity: ServerIdentity
) -> dict[str, str]:
    """Environment variables for a logon without prompts."""
    server_url = f"https://127.0.0.1:{server.port}"
    return {
        **home,
        "EMTUI_SERVER": server_url,
        "EMTUI_USER": USER,
        "EMTUI_PASSWORD": PASSWORD,
        "EMTUI_PIN": trusted_identity.sha256,
        "PAGER": "true",  # reads nothing and ends at once
    }


def assert_only_read(server: IndependentServer) -> None:
    """Check that the server saw only reads, and that every logon was ended."""
    assert server.violations == []
    assert {method for method, _ in server.requests} <= {"GET", "POST", "DELETE"}
    assert {path for method, path in server.requests if method == "POST"} <= {LOGON_PATH}
    assert all(READ_PATH.fullmatch(path) for method, path in server.requests if method == "GET")
    ended = [path for method, path in server.requests if method == "DELETE"]
    assert len(ended) == len(set(ended)) == server.count("POST")
    assert all(path.removeprefix("/api/logonSessions/") in server.secrets for path in ended)
    assert server.logons == {}


def test_all_commands_are_covered() -> None:
    assert {*FINITE_COMMANDS, *ENDLESS_COMMANDS, *SCREENS} == set(COMMANDS_BY_NAME)


@pytest.mark.parametrize("command", FINITE_COMMANDS)
def test_a_command_only_reads_and_logs_on_once_at_most(
    command: str,
    shell: CommandRunner,
    server_environ: dict[str, str],
    server: IndependentServer,
    tmp_path: Path,
) -> None:
    shell.environ = server_environ
    for argv in FINITE_COMMANDS[command]:
        server.expire_logon()
        done = shell(*(word.replace(NEW_FOLDER, str(tmp_path)) for word in argv))
        assert "internal error" not in done.stderr
        assert_only_read(server)
        assert server.count("POST") == (0 if command in LOCAL_COMMANDS else 1)


@pytest.mark.parametrize("command", ENDLESS_COMMANDS)
def test_a_long_running_command_only_reads_and_logs_off_at_its_end(
    command: str, server_environ: dict[str, str], server: IndependentServer
) -> None:
    for argv in ENDLESS_COMMANDS[command]:
        server.expire_logon()
        with subprocess.Popen(
            [sys.executable, "-m", "emtui", *argv], env=server_environ, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            assert child.stdout.readline()
            child.terminate()
            child.stdout.read()
            assert child.wait(30) == 143
        assert_only_read(server)


@pytest.mark.parametrize("command", ["sessions", "show", "events", "login"])
def test_no_request_follows_a_rejected_password(
    command: str, shell: CommandRunner, server_environ: dict[str, str], server: IndependentServer
) -> None:
    shell.environ = {**server_environ, "EMTUI_PASSWORD": "wrong"}
    assert shell(*FINITE_COMMANDS[command][0]).returncode == 4
    assert [(method, path) for method, path in server.requests if method != "GET"] == [("POST", LOGON_PATH)]


# --- the screens ----------------------------------------------------------------------

KEY_SEQUENCES = {
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "ampersand": "&",
    "enter": "\r",
    "escape": "\x1b[27u",  # as kitty sends it: never the start of another sequence
    "space": " ",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "down": "\x1b[B",
    "up": "\x1b[A",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f5": "\x1b[15~",
}
OPENING_KEYS: dict[CommandScope, tuple[str, str]] = {
    CommandScope.SESSION_LIST: ("0", "next failure"),
    CommandScope.SESSION_DETAIL: ("\r", "6 events"),
    CommandScope.COMPARISON: ("d", "D other run"),
    CommandScope.RUN_PICKER: ("\rD", "Enter compare"),
    CommandScope.THEME_PICKER: (":theme\r", "Color theme"),
    CommandScope.DOCUMENTATION: (":docs\r", "Documentation"),
    CommandScope.OVERVIEW: ("B", "Enter newest run"),
    CommandScope.TIMELINE: ("C", "Timeline"),
    CommandScope.ATTENTION: ("4", "Alerts"),
    CommandScope.REPORT: ("H", "shift summary"),
    CommandScope.TEXT_VIEWER: ("?", "Main keys"),
    CommandScope.RAW_VIEW: ("\ri", "UID"),
    CommandScope.PROMPT: ("\r/", "Enter accept"),
    CommandScope.QUERY_INPUT: ("/", "Tab complete"),
    CommandScope.COMMAND_PALETTE: (":", "Enter run"),
    CommandScope.LOGIN: ("L", "Enter log on"),
}
"""Keys from the list to each view with keys of its own, and text that is shown there.

The certificate screen comes before the list.
"""
VIEWS_WITH_INPUT = {
    CommandScope.PROMPT,
    CommandScope.QUERY_INPUT,
    CommandScope.COMMAND_PALETTE,
    CommandScope.LOGIN,
}
"""Views with a text field."""
SCOPES_WITHOUT_VIEW = {
    CommandScope.NAVIGATION,
    CommandScope.EVERY_VIEW,
    CommandScope.EVERYWHERE,
    CommandScope.CERTIFICATE,
}
EXIT_KEYS = {"Q", "q", "ctrl+c", "ctrl+z"}
"""Keys that may end or suspend emtui: pressed last."""
KEYS = sorted({key for command in COMMANDS for key in command.keys} - EXIT_KEYS)


def key_sequence(key: str) -> str:
    """Return what a terminal sends for a key."""
    if key.startswith("ctrl+"):
        return chr(ord(key[-1]) & 0x1F)
    return KEY_SEQUENCES.get(key, key)


def is_typed(key: str, scope: CommandScope) -> bool:
    """Whether this key types a letter into the field of this view."""
    return scope in VIEWS_WITH_INPUT and len(key_sequence(key)) == 1 and key_sequence(key).isprintable()


def keys_in_order(scope: CommandScope) -> list[str]:
    """Return all keys to press there; letters last, one after another into the same field."""
    keys = KEYS if scope is CommandScope.SESSION_LIST else [*KEYS, "q"]
    return sorted(keys, key=lambda key: is_typed(key, scope))


@contextmanager
def open_list(seat: dict[str, str], *argv: str, job: bool = False) -> Iterator[EmtuiTerminal]:
    with run_emtui(
        *argv, environ=seat, folder=seat["HOME"], as_shell_job=job
    ) as terminal:  # where `H` may write a file
        terminal.child.delaybeforesend = None
        terminal.wait_for(shows_list)
        yield terminal


def shows_list(lines: list[str]) -> bool:
    title = re.compile(r"─ Runs  (?!/).* ─+ \d+ of \d+ runs? ─")
    return any(map(title.fullmatch, lines)) and "next failure" in lines[-1]


MAX_ESCAPES = 20
"""How often Esc may be pressed before it is clear that it leads nowhere."""
NOTHING_TO_UNDO = "Press q to quit."
"""What Esc says on the list when there is nothing more to undo."""


def return_to_list(terminal: EmtuiTerminal) -> None:
    """Press Esc until the list is shown; again where it reached a prompt or a closing screen."""
    terminal.press(4 * key_sequence("escape"))
    for _ in range(MAX_ESCAPES):
        if NOTHING_TO_UNDO in terminal.wait_for(is_undone_or_idle())[-1]:
            break
        terminal.press(key_sequence("escape"))
    else:
        raise AssertionError("Esc does not lead back to the list:\n" + "\n".join(terminal.lines()))
    terminal.press("0/" + key_sequence("escape"))
    terminal.wait_for(shows_list)


def is_undone_or_idle() -> Callable[[list[str]], bool]:
    """Whether nothing is left to cancel, or the screen did not change."""
    before: list[str] = []

    def fits(lines: list[str]) -> bool:
        same = lines == before
        before[:] = lines
        return same or NOTHING_TO_UNDO in lines[-1]

    return fits


def test_all_views_are_covered() -> None:
    assert {*OPENING_KEYS, *SCOPES_WITHOUT_VIEW} == set(CommandScope)


@pytest.mark.parametrize("place", OPENING_KEYS)
def test_no_key_of_any_screen_does_more_than_read(
    place: CommandScope, server_environ: dict[str, str], server: IndependentServer
) -> None:
    with open_list(server_environ) as terminal:
        way, shown = OPENING_KEYS[place]
        if place in {CommandScope.OVERVIEW, CommandScope.TIMELINE, CommandScope.ATTENTION}:
            terminal.wait_for("  a next ")  # what they show must have been computed
        screen_lines: list[str] = []
        for key in keys_in_order(place):
            if not screen_lines:
                terminal.press(way)
                terminal.wait_for(shown)
                terminal.wait_idle()
                screen_lines = terminal.lines()
            terminal.press(key_sequence(key))
            now = terminal.next_frame()
            if is_typed(key, place) or now[:-1] == screen_lines[:-1]:
                continue  # it only showed a message, or typed one letter
            return_to_list(terminal)
            screen_lines = []
        return_to_list(terminal)
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert server.count("GET") >= 2
    assert_only_read(server)


def test_no_request_follows_a_shown_certificate(
    server_environ: dict[str, str], server: IndependentServer
) -> None:
    del server_environ["EMTUI_PIN"]
    with run_emtui(environ=server_environ) as terminal:
        terminal.wait_for("Type pin to trust it")
        terminal.press(*(key_sequence(key) for key in KEYS if key not in {"enter", "escape", "f1"}))
        terminal.press(key_sequence("f1"))
        terminal.wait_for("Keys: Certificate")
        terminal.press("q")
        terminal.wait_for("Enter confirm")
        terminal.press("\r")
        terminal.wait_for("to trust it, or press Esc to cancel.")
        terminal.press(key_sequence("escape"))
        terminal.wait_for("Enter log on")
        terminal.press(key_sequence("ctrl+c"))
        assert terminal.wait_exit() == 0
    assert server.requests == []


def test_stopping_and_coming_back_only_reads(
    server_environ: dict[str, str], server: IndependentServer
) -> None:
    with open_list(server_environ, job=True) as terminal:
        terminal.press(key_sequence("ctrl+z"))
        terminal.wait_stopped()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.wait_idle()
        return_to_list(terminal)
        terminal.press(key_sequence("ctrl+c"))
        terminal.wait_for("ctrl+c again")
        terminal.press(key_sequence("ctrl+c"))
        assert terminal.wait_exit() == 0
    assert_only_read(server)


def test_a_logon_in_place_of_another_ends_that_one(
    server_environ: dict[str, str], server: IndependentServer
) -> None:
    with open_list(server_environ) as terminal:
        terminal.press("L")
        terminal.wait_for("Enter log on")
        terminal.paste(PASSWORD)
        terminal.press("\r")
        terminal.wait_for(lambda lines: shows_list(lines) and server.count("DELETE") == 1)
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert server.count("POST") == 2
    assert_only_read(server)


def test_a_session_named_at_the_start_is_only_read(
    server_environ: dict[str, str], server: IndependentServer
) -> None:
    with run_emtui(*SCREENS["open"], environ=server_environ) as terminal:
        terminal.wait_for("6 events")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert_only_read(server)


def test_the_demo_requests_only_its_own_server(
    server_environ: dict[str, str], server: IndependentServer
) -> None:
    with run_emtui(*SCREENS["demo"], environ=server_environ) as terminal:
        terminal.wait_for("Password")
        terminal.press(key_sequence("enter"))
        terminal.wait_for("1 of 3,")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert server.requests == []
