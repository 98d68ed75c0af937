"""Nothing but GET, the POST of the logon and the DELETE of that very logon leaves emtui.

The server is one written from the documents alone. It is asked by every command of the
command line and by every key of every screen; a new command without a line here fails.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pty_terminal import Terminal, emtui
from rogue import Identity
from shell import Shell
from stranger import PASSWORD, USER, Manners, Stranger, stranger
from stranger_truth import RUNS

from emtui.cli.command_table import BY_NAME
from emtui.tui.commands import COMMANDS, Place

ID = RUNS[0].guid
ENDED = next(run.guid for run in RUNS if run.over and run.outcome == "success")
READ = re.compile(r"/api/|/api/systemSessions(/[0-9a-f-]{36}(/events)?)?(\?format=Entity)?")
LOGON = "/api/sessionMngr/?v=latest"

# --- the command line -----------------------------------------------------------------

ONE_SHOT: dict[str, tuple[tuple[str, ...], ...]] = {
    "sessions": (
        ("sessions",),
        *(("sessions", "state:failed", "-o", form) for form in ("table", "json", "jsonl", "csv")),
        ("sessions", "--since", "7d", "--type", "Coll*", "--sort", "-duration_s", "--limit", "2"),
    ),
    "show": tuple(("show", ID, "-o", form) for form in ("table", "json", "xml")),
    "events": (
        *(("events", ID[:4], "-o", form) for form in ("table", "json", "jsonl", "csv", "xml")),
        *(("events", ENDED, "--follow", "-o", form) for form in ("table", "jsonl", "csv")),
    ),
    "help": (("help",), ("help", "sessions")),
    "wait": (("wait", ENDED), ("wait", ENDED, "--timeout", "1", "-o", "json")),
    "check": (
        ("check",),
        ("check", "--ignore-known"),
        ("check", "--type", "Coll*", "--max-age", "26h", "--max-ratio", "2,3"),
    ),
    "config": (("config",), ("config", "show", "-o", "json")),
    "doctor": (("doctor",), ("doctor", "-o", "json"), ("doctor", "--report")),
    "profiles": (("profiles",), ("profiles", "-o", "json")),
    "login": (("login",),),
    "logout": (("logout",), ("logout", "--forget-pin")),
}
"""Every command that needs no terminal, in each of its forms."""
FOR_EVER: dict[str, tuple[tuple[str, ...], ...]] = {
    "tail": (("tail", "--from-start"), ("tail", "state:failed", "--from-start", "-o", "table")),
}
"""Every command that does not end by itself; each prints something at once."""
SCREENS: dict[str, tuple[str, ...]] = {"": (), "open": ("open", ID), "demo": ("demo",)}
"""Every command that does."""


@pytest.fixture
def server(known: Identity) -> Iterator[Stranger]:
    with stranger(Manners(), known.context()) as held:
        yield held


@pytest.fixture
def seat(home: dict[str, str], server: Stranger, known: Identity) -> dict[str, str]:
    """Environment variables for a logon without prompts."""
    there = f"https://127.0.0.1:{server.port}"
    return {
        **home,
        "EMTUI_SERVER": there,
        "EMTUI_USER": USER,
        "EMTUI_PASSWORD": PASSWORD,
        "EMTUI_PIN": known.sha256,
        "PAGER": "true",  # reads nothing and ends at once
    }


def assert_only_read(server: Stranger) -> None:
    """What the server saw was reading, and every logon that began has ended."""
    assert server.offences == []
    assert {method for method, _ in server.asked} <= {"GET", "POST", "DELETE"}
    assert {path for method, path in server.asked if method == "POST"} <= {LOGON}
    assert all(READ.fullmatch(path) for method, path in server.asked if method == "GET")
    ended = [path for method, path in server.asked if method == "DELETE"]
    assert len(ended) == len(set(ended)) == server.count("POST")
    assert all(path.removeprefix("/api/logonSessions/") in server.secrets for path in ended)
    assert server.logons == {}


def test_all_commands_are_covered() -> None:
    assert {*ONE_SHOT, *FOR_EVER, *SCREENS} == set(BY_NAME)


@pytest.mark.parametrize("command", ONE_SHOT)
def test_a_command_only_reads_and_logs_on_once_at_most(
    command: str, shell: Shell, seat: dict[str, str], server: Stranger
) -> None:
    shell.environ = seat
    for argv in ONE_SHOT[command]:
        server.forget()
        done = shell(*argv)
        assert "internal error" not in done.stderr
        assert_only_read(server)
        assert server.count("POST") == (0 if command in {"config", "help", "profiles", "logout"} else 1)


@pytest.mark.parametrize("command", FOR_EVER)
def test_a_long_running_command_only_reads_and_logs_off_at_its_end(
    command: str, seat: dict[str, str], server: Stranger
) -> None:
    for argv in FOR_EVER[command]:
        server.forget()
        with subprocess.Popen(
            [sys.executable, "-m", "emtui", *argv], env=seat, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            assert child.stdout.readline()
            child.terminate()
            child.stdout.read()
            assert child.wait(30) == 143
        assert_only_read(server)


@pytest.mark.parametrize("command", ["sessions", "show", "events", "login"])
def test_no_request_follows_a_refused_password(
    command: str, shell: Shell, seat: dict[str, str], server: Stranger
) -> None:
    shell.environ = {**seat, "EMTUI_PASSWORD": "wrong"}
    assert shell(*ONE_SHOT[command][0]).returncode == 4
    assert [(method, path) for method, path in server.asked if method != "GET"] == [("POST", LOGON)]


# --- the screens ----------------------------------------------------------------------

BYTES = {
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "question_mark": "?",
    "ampersand": "&",
    "enter": "\r",
    "escape": "\x1b[27u",  # as kitty says it: never the beginning of something else
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
WAYS: dict[Place, tuple[str, str]] = {
    Place.LOOKUP: ("0", "next failed"),
    Place.DETAIL: ("\r", "6 events"),
    Place.DIFFERENCE: ("d", "D other run"),
    Place.CHOICE: ("\rD", "Enter compare"),
    Place.BOARD: ("B", "Enter newest run"),
    Place.FINDINGS: ("4", "Attention"),
    Place.HANDOVER: ("H", "shift summary"),
    Place.PAGE: ("?", "First of all"),
    Place.RAW: ("\ri", "UID"),
    Place.PROMPT: ("\r/", "Enter keep"),
    Place.QUERY: ("/", "Tab complete"),
    Place.PALETTE: (":", "Enter do it"),
    Place.LOGIN: ("L", "Enter log on"),
}
"""How one gets from the list to each place that has keys of its own, and what is shown there.

The trust screen stands before the list.
"""
FIELDS = {Place.PROMPT, Place.QUERY, Place.PALETTE, Place.LOGIN}
"""Where letters are typed."""
NO_PLACE_TO_BE = {Place.MOVING, Place.VIEW, Place.EVERYWHERE, Place.TRUST}
GOES = {"Q", "q", "ctrl+c", "ctrl+z"}
"""Keys that may end or stop emtui: pressed at the end."""
KEYS = sorted({key for command in COMMANDS for key in command.keys} - GOES)


def sent(key: str) -> str:
    """What a terminal sends for a key."""
    if key.startswith("ctrl+"):
        return chr(ord(key[-1]) & 0x1F)
    return BYTES.get(key, key)


def is_typed(key: str, place: Place) -> bool:
    """Whether this key writes a letter into the field of this place."""
    return place in FIELDS and len(sent(key)) == 1 and sent(key).isprintable()


def in_turn(place: Place) -> list[str]:
    """All keys that are pressed there; letters last, one after another into the same field."""
    keys = KEYS if place is Place.LOOKUP else [*KEYS, "q"]
    return sorted(keys, key=lambda key: is_typed(key, place))


@contextmanager
def at_the_list(seat: dict[str, str], *argv: str, job: bool = False) -> Iterator[Terminal]:
    with emtui(*argv, environ=seat, folder=seat["HOME"], job=job) as terminal:  # where `H` may write a file
        terminal.child.delaybeforesend = None
        terminal.until(listed)
        yield terminal


def listed(lines: list[str]) -> bool:
    return re.search(r"\? keys +\d+ of \d+ runs?$", lines[-1]) is not None and "next failed" in lines[-1]


ENOUGH = 20
"""How often Esc may be pressed before it is clear that it leads nowhere."""
NOTHING_LEFT = "q leaves emtui."
"""What Esc says on the list when there is nothing more to undo."""


def back_at_the_list(terminal: Terminal) -> None:
    """Undo all that is open; Esc again where one went to an asking or to a page that was closing."""
    terminal.press(4 * sent("escape"))
    for _ in range(ENOUGH):
        if NOTHING_LEFT in terminal.until(undone_or_at_rest())[-1]:
            break
        terminal.press(sent("escape"))
    else:
        raise AssertionError("Esc does not lead back:\n" + "\n".join(terminal.lines()))
    terminal.press("0/" + sent("escape"))
    terminal.until(listed)


def undone_or_at_rest() -> Callable[[list[str]], bool]:
    """True once nothing is left to undo, and also when two looks in a row have shown the same."""
    before: list[str] = []

    def fits(lines: list[str]) -> bool:
        same = lines == before
        before[:] = lines
        return same or NOTHING_LEFT in lines[-1]

    return fits


def test_all_views_are_covered() -> None:
    assert {*WAYS, *NO_PLACE_TO_BE} == set(Place)


@pytest.mark.parametrize("place", WAYS)
def test_no_key_of_any_screen_does_more_than_read(
    place: Place, seat: dict[str, str], server: Stranger
) -> None:
    with at_the_list(seat) as terminal:
        way, shown = WAYS[place]
        if place in {Place.BOARD, Place.FINDINGS}:
            terminal.until(" a: ")  # what they show must have been thought of
        there: list[str] = []
        for key in in_turn(place):
            if not there:
                terminal.press(way)
                terminal.until(shown)
                terminal.rest()
                there = terminal.lines()
            terminal.press(sent(key))
            now = terminal.reaction()
            if is_typed(key, place) or now[:-1] == there[:-1]:
                continue  # it has done nothing but say so, or there is one letter more in the field
            back_at_the_list(terminal)
            there = []
        back_at_the_list(terminal)
        terminal.press("Q")
        assert terminal.end() == 0
    assert server.count("GET") >= 2
    assert_only_read(server)


def test_no_request_follows_a_shown_certificate(seat: dict[str, str], server: Stranger) -> None:
    del seat["EMTUI_PIN"]
    with emtui(environ=seat) as terminal:
        terminal.until("Type pin to trust it")
        terminal.press(*(sent(key) for key in KEYS if key not in {"enter", "escape", "f1"}))
        terminal.press(sent("f1"))
        terminal.until("Keys: The certificate")
        terminal.press("q")
        terminal.until("Enter answer")
        terminal.press("\r")
        terminal.until("to trust it, or press Esc to leave.")
        terminal.press(sent("escape"))
        terminal.until("Enter log on")
        terminal.press(sent("ctrl+c"))
        assert terminal.end() == 0
    assert server.asked == []


def test_stopping_and_coming_back_only_reads(seat: dict[str, str], server: Stranger) -> None:
    with at_the_list(seat, job=True) as terminal:
        terminal.press(sent("ctrl+z"))
        terminal.stopped()
        os.kill(terminal.child.pid, signal.SIGCONT)
        terminal.rest()
        back_at_the_list(terminal)
        terminal.press(sent("ctrl+c"))
        terminal.until("ctrl+c again")
        terminal.press(sent("ctrl+c"))
        assert terminal.end() == 0
    assert_only_read(server)


def test_a_logon_in_place_of_another_ends_that_one(seat: dict[str, str], server: Stranger) -> None:
    with at_the_list(seat) as terminal:
        terminal.press("L")
        terminal.until("Enter log on")
        terminal.paste(PASSWORD)
        terminal.press("\r")
        terminal.until(lambda lines: listed(lines) and server.count("DELETE") == 1)
        terminal.press("Q")
        assert terminal.end() == 0
    assert server.count("POST") == 2
    assert_only_read(server)


def test_a_session_named_at_the_start_is_only_read(seat: dict[str, str], server: Stranger) -> None:
    with emtui(*SCREENS["open"], environ=seat) as terminal:
        terminal.until("6 events")
        terminal.press("Q")
        assert terminal.end() == 0
    assert_only_read(server)


def test_the_demo_requests_only_its_own_server(seat: dict[str, str], server: Stranger) -> None:
    with emtui(*SCREENS["demo"], environ=seat) as terminal:
        terminal.until("Password")
        terminal.press(sent("enter"))
        terminal.until("1 of 3,")
        terminal.press("Q")
        assert terminal.end() == 0
    assert server.asked == []
