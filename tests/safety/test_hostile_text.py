"""Hostile text in every field: no terminal is told anything but what emtui writes, and text stays text.

The screens are driven in a real terminal and all that it received is taken apart; one-shot
commands are run on pipes and in a terminal, in every form they have.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, emtui
from rogue import GUID, PASSWORD, USER, Asked, Identity, Reply, good, identity, rogue_beside
from safety_hostile import FORMULAS, PIECES, TEXTS, VERBATIM, failing, guid, hostile, redirecting
from safety_tokens import sequences, unseen
from shell import Shell

POINTER = "\x1b]22;default\x07"
"""The shape of the mouse pointer, which the framework sets."""
GROUND = "\x1b]11;?\x1b\\"
"""The question for the background, before anything is drawn; nothing else of their kind is sent."""
ERASED = "\x1b[2K"
"""Sent before a line with characters about whose width terminals disagree; a harmless server sends none."""
ESC = "\x1b[27u"
NEWLINES_AND_TABS = "\n\t"
ERRORS = tuple(text for number, text in enumerate(TEXTS) if number % 5 == 0)

# --- the screens ----------------------------------------------------------------------


@contextmanager
def on_screen(
    home: dict[str, str], own: Identity, answer: Callable[[Asked], Reply], pin: str | None = None
) -> Iterator[Terminal]:
    with rogue_beside(answer, own.context()) as server:
        environ = {
            **home,
            "EMTUI_SERVER": server.authority,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
            "EMTUI_PIN": own.sha256 if pin is None else pin,
        }
        with emtui(columns=120, lines=45, environ=environ) as terminal:
            terminal.child.delaybeforesend = None
            yield terminal


@pytest.fixture(scope="module")
def written_by_us(tmp_path_factory: pytest.TempPathFactory, known: Identity) -> set[str]:
    """The sequences of a walk through a server that is harmless."""
    with on_screen(a_home(tmp_path_factory.mktemp("home")), known, good) as terminal:
        terminal.until("1 of 1")
        terminal.press("\r")
        terminal.until("1 event")
        terminal.press("i")
        terminal.until("UID")
        terminal.press("Q")
        assert terminal.end() == 0
    ours = sequences(terminal.received)
    assert {sequence for sequence in ours if sequence[1] in "]P^_Xc"} <= {POINTER, GROUND}
    assert unseen(terminal.received, "\r\n") == set()
    return ours | {ERASED}


def assert_only_ours(terminal: Terminal, ours: set[str]) -> None:
    assert sequences(terminal.received) - ours == set()
    assert unseen(terminal.received, "\r\n") == set()


def walk(terminal: Terminal) -> list[str]:
    """Through every page; what the list and the events showed."""
    terminal.until("1 of ")
    terminal.press("G")
    terminal.until(lambda lines: f"M{len(PIECES) - 1:02}" in "\n".join(lines))
    terminal.press("g")
    shown = list(terminal.until(lambda lines: "1 of " in lines[-1]))
    terminal.press("/M0")
    terminal.until("Enter keep")
    terminal.press("\r")
    terminal.until(" of ")
    terminal.press(ESC)
    terminal.press(":")
    terminal.until("Enter do it")
    terminal.press(ESC)
    terminal.until("next failed")
    terminal.press("?")
    terminal.until("Keys: ")
    terminal.press("q")
    terminal.until("next failed")
    return shown


def look_into(terminal: Terminal, number: int) -> list[str]:
    """One run by its id: its events, its longest line, a search, all that was said of it."""
    terminal.press(":")
    terminal.until("Enter do it")
    terminal.press(guid(number), "\r")
    terminal.until(" events")
    shown = list(terminal.lines())
    terminal.press("i")
    shown += terminal.until("UID")
    terminal.press("G")
    terminal.rest()
    terminal.press("q")
    terminal.until("/ search")
    terminal.press("/E0")
    terminal.until("Enter keep")
    terminal.press("\r")
    terminal.until("match")
    for _ in range(4):
        terminal.press("n", "\r")
        terminal.until(lambda lines: lines[-1].startswith("q back") and "/ search" not in lines[-1])
        terminal.press("q")
        terminal.until("/ search")
    terminal.press("G")
    terminal.rest()
    shown += terminal.lines()
    terminal.press("D")
    shown += terminal.until("No other run of")
    terminal.press("d")
    shown += terminal.until("before this one is listed.")
    terminal.press("q")
    terminal.until("/ search")
    terminal.press(ESC, "q")
    terminal.until("next failed")
    return shown


def test_hostile_text_in_any_field_does_not_control_the_terminal(
    home: dict[str, str], known: Identity, written_by_us: set[str]
) -> None:
    with on_screen(home, known, hostile()) as terminal:
        shown = walk(terminal)
        for number in range(0, len(TEXTS), 3):
            shown += look_into(terminal, number)
        terminal.press("Q")
        assert terminal.end() == 0
    assert_only_ours(terminal, written_by_us)
    text = "\n".join(shown)
    for number in range(len(PIECES)):
        assert f"M{number:02}" in text
    for piece in VERBATIM:
        assert f"M{PIECES.index(piece):02}{piece}E" in text
    for mark in ("L0NG", "ST4CK", "\ufffd]52;c;", "⟨U+202E⟩txt.exe"):
        assert mark in text


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_hostile_errors_do_not_control_the_terminal(
    home: dict[str, str], known: Identity, written_by_us: set[str], route: str
) -> None:
    for text in ERRORS:
        with on_screen(home, known, failing(route, text)) as terminal:
            terminal.until(lambda lines: "500" in "\n".join(lines))
            terminal.press("Q" if route == "list" else "\x03")
            terminal.end()
        assert_only_ours(terminal, written_by_us)


@pytest.mark.parametrize(
    "name",
    [
        "\x1b]52;c;Y29waWVk\x07 em01",
        "[@click=app.quit]x[/][/foo]",
        "em01\x1b[2J\r\n\x08\x00\x7f",
    ],
)
def test_a_hostile_certificate_does_not_control_the_terminal(
    home: dict[str, str], tmp_path: Path, written_by_us: set[str], name: str
) -> None:
    with on_screen(home, identity(tmp_path, name), good, pin="") as terminal:
        terminal.until("Type pin")
        for _ in range(3):
            terminal.press("\x1b[6~")
            terminal.rest()
        terminal.press(ESC)
        terminal.until("Enter log on")
        terminal.press("\x03")
        terminal.end()
    assert_only_ours(terminal, written_by_us)
    assert ("em01" if "em01" in name else name).encode() in terminal.received


# --- one-shot commands ----------------------------------------------------------------

FORMS = (
    *(("sessions", "-o", form) for form in ("table", "json", "jsonl", "csv")),
    *(("show", guid(4), "-o", form) for form in ("table", "json", "xml")),
    *(("events", guid(4), "-o", form) for form in ("table", "json", "jsonl", "csv", "xml")),
)


@contextmanager
def reached(shell: Shell, known: Identity, answer: Callable[[Asked], Reply]) -> Iterator[Shell]:
    with rogue_beside(answer, known.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


def test_no_output_format_contains_terminal_controls(shell: Shell, known: Identity) -> None:
    with reached(shell, known, hostile()) as there:
        for argv in FORMS:
            done = there(*argv)
            assert done.returncode == 0, done.stderr
            for said in (done.stdout, done.stderr):
                assert (sequences(said.encode()), unseen(said.encode(), NEWLINES_AND_TABS)) == (set(), set())
            if argv[0] == "sessions":
                assert all(f"M{number:02}" in done.stdout for number in range(len(PIECES)))
            if argv[-1] == "table":
                assert "\t" not in done.stdout


def test_the_line_of_a_check_is_short_and_without_terminal_controls(shell: Shell, known: Identity) -> None:
    with reached(shell, known, hostile()) as there:
        done = there("check")
    assert done.returncode in {0, 1, 2, 3}
    assert (sequences(done.stdout.encode()), unseen(done.stdout.encode(), "\n")) == (set(), set())
    assert done.stdout.startswith("EMTUI ")
    assert done.stdout.count("\n") == 1
    assert len(done.stdout) < 8_000


def test_text_that_is_only_text_stays_as_it_is(shell: Shell, known: Identity) -> None:
    with reached(shell, known, hostile()) as there:
        rows = {row["id"]: row for row in there.json("sessions", "-o", "json")}
        events = {row["order"]: row for row in there.json("events", guid(0), "-o", "json")}
    for piece in VERBATIM:
        number = PIECES.index(piece)
        text = f"M{number:02}{piece}E{number:02}"
        for key in ("name", "type", "state", "result", "message"):
            assert rows[guid(number)][key] == text
        assert events[number]["message"] == text
    assert len(rows[guid(len(TEXTS) - 2)]["message"]) == len("L0NG") + 1_000_000


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_an_error_contains_no_terminal_controls(shell: Shell, known: Identity, route: str) -> None:
    for text in ERRORS:
        with reached(shell, known, failing(route, text)) as there:
            done = there("sessions")
        assert done.returncode in {5, 6}
        assert (sequences(done.stderr.encode()), unseen(done.stderr.encode(), "\n")) == (set(), set())
        assert len(done.stderr) < 2_000


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;eA==\x07", "\u202ex", "\u009b2J", "[@click=app.quit]", "x" * 60_000, "\x00", "%1b[2J"]
)
def test_a_redirect_contains_no_terminal_controls(shell: Shell, known: Identity, text: str) -> None:
    with reached(shell, known, redirecting("list", text)) as there:
        done = there("sessions")
    assert done.returncode in {5, 6}
    assert (sequences(done.stderr.encode()), unseen(done.stderr.encode(), "\n")) == (set(), set())
    assert len(done.stderr) < 2_000


def test_no_text_is_a_formula_in_csv_whatever_stands_before_it(shell: Shell, known: Identity) -> None:
    with reached(shell, known, hostile(FORMULAS)) as there:
        for argv in (("sessions", "-o", "csv"), ("events", guid(0), "-o", "csv")):
            rows = list(csv.DictReader(io.StringIO(there(*argv).stdout, newline="")))
            messages = [row["message"] for row in rows if row["message"]]
            assert len(messages) >= len(FORMULAS)
            for message in messages:
                assert not message.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_unknown_ids_are_printed_without_terminal_controls(shell: Shell, known: Identity) -> None:
    with reached(shell, known, good) as there:
        for operand in ("\x1b]52;c;eA==\x07", f"{GUID}\x1b[2J", "\u202eabcd", "[/foo]"):
            done = there("show", operand)
            assert done.returncode in {2, 3}
            assert (sequences(done.stderr.encode()), unseen(done.stderr.encode(), "\n")) == (set(), set())
            assert json.dumps(done.stdout) == '""'
