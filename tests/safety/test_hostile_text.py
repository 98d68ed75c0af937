"""Hostile text in every field: terminals receive only emtui's own control sequences.

The screens are driven in a pseudo-terminal and its output is parsed; one-shot commands are run with
pipes and in a terminal, in every output format.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_runner import CommandRunner
from hostile_text import (
    FORMULAS,
    HOSTILE_TEXTS,
    HOSTILE_XML,
    VERBATIM,
    failing_server,
    guid,
    hostile_server,
    redirecting_server,
)
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui
from scripted_server import (
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    reply_well,
    scripted_server_in_thread,
)
from terminal_sequences import disallowed_sequences, invisible_characters

POINTER_SEQUENCE = "\x1b]22;default\x07"
"""The shape of the mouse pointer, set by Textual."""
BACKGROUND_QUERY = "\x1b]11;?\x1b\\"
"""The request for the background color, before anything is drawn; no other of its kind is sent."""
ERASE_LINE = "\x1b[2K"
"""Sent before a line with characters whose width depends on the terminal; harmless servers have none."""
ESCAPE_KEY = "\x1b[27u"
NEWLINES_AND_TABS = "\n\t"
ERRORS = tuple(text for number, text in enumerate(HOSTILE_TEXTS) if number % 5 == 0)

# --- the screens ----------------------------------------------------------------------


@contextmanager
def open_screens(
    home: dict[str, str],
    certificate: ServerIdentity,
    response: Callable[[ReceivedRequest], ScriptedReply],
    pin: str | None = None,
) -> Iterator[EmtuiTerminal]:
    with scripted_server_in_thread(response, certificate.tls_context()) as server:
        environ = {
            **home,
            "EMTUI_SERVER": server.authority,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
            "EMTUI_PIN": certificate.sha256 if pin is None else pin,
        }
        with run_emtui(columns=120, lines=45, environ=environ) as terminal:
            terminal.child.delaybeforesend = None
            yield terminal


@pytest.fixture(scope="module")
def own_sequences(tmp_path_factory: pytest.TempPathFactory, trusted_identity: ServerIdentity) -> set[str]:
    """Control sequences of a walk through all screens with a harmless server."""
    with open_screens(
        isolated_environment(tmp_path_factory.mktemp("home")), trusted_identity, reply_well
    ) as terminal:
        terminal.wait_for("1 of 1")
        terminal.press("\r")
        terminal.wait_for("1 event")
        terminal.press("i")
        terminal.wait_for("UID")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    ours = disallowed_sequences(terminal.received)
    assert {sequence for sequence in ours if sequence[1] in "]P^_Xc"} <= {POINTER_SEQUENCE, BACKGROUND_QUERY}
    assert invisible_characters(terminal.received, "\r\n") == set()
    return ours | {ERASE_LINE}


def assert_only_own_sequences(terminal: EmtuiTerminal, ours: set[str]) -> None:
    assert disallowed_sequences(terminal.received) - ours == set()
    assert invisible_characters(terminal.received, "\r\n") == set()


def visit_all_screens(terminal: EmtuiTerminal) -> list[str]:
    """Visit every screen; return the text of the list and of the events."""
    terminal.wait_for("1 of ")
    terminal.press("G")
    terminal.wait_for(lambda lines: f"M{len(HOSTILE_XML) - 1:02}" in "\n".join(lines))
    terminal.press("g")
    shown = list(
        terminal.wait_for(
            lambda lines: any(re.search(r"─ Runs .* 1 of [\d,]+ runs ─$", line) for line in lines)
        )
    )
    terminal.press("/M0")
    terminal.wait_for("Enter accept")
    terminal.press("\r")
    terminal.wait_for(" of ")
    terminal.press(ESCAPE_KEY)
    terminal.press(":")
    terminal.wait_for("Enter run")
    terminal.press(ESCAPE_KEY)
    terminal.wait_for("next failure")
    terminal.press("?")
    terminal.wait_for("Keys: ")
    terminal.press("q")
    terminal.wait_for("next failure")
    return shown


def open_session(terminal: EmtuiTerminal, number: int) -> list[str]:
    """Open a run by ID: its events, its longest line, a search; return all output."""
    terminal.press(":")
    terminal.wait_for("Enter run")
    terminal.press(guid(number), "\r")
    terminal.wait_for(" events")
    shown = list(terminal.lines())
    terminal.press("i")
    shown += terminal.wait_for("UID")
    terminal.press("G")
    terminal.wait_idle()
    terminal.press("q")
    terminal.wait_for("/ search")
    terminal.press("/E0")
    terminal.wait_for("Enter accept")
    terminal.press("\r")
    terminal.wait_for("match")
    for _ in range(4):
        terminal.press("n", "\r")
        terminal.wait_for(lambda lines: lines[-1].startswith("q back") and "/ search" not in lines[-1])
        terminal.press("q")
        terminal.wait_for("/ search")
    terminal.press("G")
    terminal.wait_idle()
    shown += terminal.lines()
    terminal.press("D")
    shown += terminal.wait_for("No other run of")
    terminal.press("d")
    shown += terminal.wait_for(" is listed.")
    terminal.press("q")
    terminal.wait_for("/ search")
    terminal.press(ESCAPE_KEY, "q")
    terminal.wait_for("next failure")
    return shown


def test_hostile_text_in_any_field_does_not_control_the_terminal(
    home: dict[str, str], trusted_identity: ServerIdentity, own_sequences: set[str]
) -> None:
    with open_screens(home, trusted_identity, hostile_server()) as terminal:
        shown = visit_all_screens(terminal)
        for number in range(0, len(HOSTILE_TEXTS), 3):
            shown += open_session(terminal, number)
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert_only_own_sequences(terminal, own_sequences)
    text = "\n".join(shown)
    for number in range(len(HOSTILE_XML)):
        assert f"M{number:02}" in text
    for piece in VERBATIM:
        assert f"M{HOSTILE_XML.index(piece):02}{piece}E" in text
    for mark in ("L0NG", "ST4CK", "\ufffd]52;c;", "⟨U+202E⟩txt.exe"):
        assert mark in text


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_hostile_errors_do_not_control_the_terminal(
    home: dict[str, str], trusted_identity: ServerIdentity, own_sequences: set[str], route: str
) -> None:
    for text in ERRORS:
        with open_screens(home, trusted_identity, failing_server(route, text)) as terminal:
            terminal.wait_for(lambda lines: "500" in "\n".join(lines))
            terminal.press("Q" if route == "list" else "\x03")
            terminal.wait_exit()
        assert_only_own_sequences(terminal, own_sequences)


@pytest.mark.parametrize(
    "name",
    [
        "\x1b]52;c;Y29waWVk\x07 em01",
        "[@click=app.quit]x[/][/foo]",
        "em01\x1b[2J\r\n\x08\x00\x7f",
    ],
)
def test_a_hostile_certificate_does_not_control_the_terminal(
    home: dict[str, str], tmp_path: Path, own_sequences: set[str], name: str
) -> None:
    with open_screens(home, make_identity(tmp_path, name), reply_well, pin="") as terminal:
        terminal.wait_for("Type pin")
        for _ in range(3):
            terminal.press("\x1b[6~")
            terminal.wait_idle()
        terminal.press(ESCAPE_KEY)
        terminal.wait_for("Enter log on")
        terminal.press("\x03")
        terminal.wait_exit()
    assert_only_own_sequences(terminal, own_sequences)
    assert ("em01" if "em01" in name else name).encode() in terminal.received


# --- one-shot commands ----------------------------------------------------------------

OUTPUT_FORMATS = (
    *(("sessions", "-o", form) for form in ("table", "json", "jsonl", "csv")),
    *(("show", guid(4), "-o", form) for form in ("table", "json", "xml")),
    *(("events", guid(4), "-o", form) for form in ("table", "json", "jsonl", "csv", "xml")),
    ("metrics",),
)


@contextmanager
def shell_with_server(
    shell: CommandRunner,
    server_identity: ServerIdentity,
    response: Callable[[ReceivedRequest], ScriptedReply],
) -> Iterator[CommandRunner]:
    with scripted_server_in_thread(response, server_identity.tls_context()) as server:
        shell.leading_arguments = (
            "--server",
            server.authority,
            "--user",
            USER,
            "--pin",
            server_identity.sha256,
        )
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


def test_no_output_format_contains_terminal_controls(
    shell: CommandRunner, trusted_identity: ServerIdentity
) -> None:
    with shell_with_server(shell, trusted_identity, hostile_server()) as server_shell:
        for argv in OUTPUT_FORMATS:
            done = server_shell(*argv)
            assert done.returncode == 0, done.stderr
            for output in (done.stdout, done.stderr):
                assert (
                    disallowed_sequences(output.encode()),
                    invisible_characters(output.encode(), NEWLINES_AND_TABS),
                ) == (set(), set())
            if argv[0] == "sessions":
                assert all(f"M{number:02}" in done.stdout for number in range(len(HOSTILE_XML)))
            if argv[-1] == "table":
                assert "\t" not in done.stdout


def test_the_line_of_a_check_is_short_and_without_terminal_controls(
    shell: CommandRunner, trusted_identity: ServerIdentity
) -> None:
    with shell_with_server(shell, trusted_identity, hostile_server()) as server_shell:
        done = server_shell("check")
    assert done.returncode in {0, 1, 2, 3}
    assert (disallowed_sequences(done.stdout.encode()), invisible_characters(done.stdout.encode(), "\n")) == (
        set(),
        set(),
    )
    assert done.stdout.startswith("EMTUI ")
    assert done.stdout.count("\n") == 1
    assert len(done.stdout) < 8_000


def test_harmless_text_is_unchanged(shell: CommandRunner, trusted_identity: ServerIdentity) -> None:
    with shell_with_server(shell, trusted_identity, hostile_server()) as server_shell:
        rows = {row["id"]: row for row in server_shell.run_json("sessions", "-o", "json")}
        events = {row["order"]: row for row in server_shell.run_json("events", guid(0), "-o", "json")}
    for piece in VERBATIM:
        number = HOSTILE_XML.index(piece)
        text = f"M{number:02}{piece}E{number:02}"
        for key in ("name", "type", "state", "result", "message"):
            assert rows[guid(number)][key] == text
        assert events[number]["message"] == text
    assert len(rows[guid(len(HOSTILE_TEXTS) - 2)]["message"]) == len("L0NG") + 1_000_000


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_an_error_contains_no_terminal_controls(
    shell: CommandRunner, trusted_identity: ServerIdentity, route: str
) -> None:
    for text in ERRORS:
        with shell_with_server(shell, trusted_identity, failing_server(route, text)) as server_shell:
            done = server_shell("sessions")
        assert done.returncode in {5, 6}
        assert (
            disallowed_sequences(done.stderr.encode()),
            invisible_characters(done.stderr.encode(), "\n"),
        ) == (set(), set())
        assert len(done.stderr) < 2_000


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;eA==\x07", "\u202ex", "\u009b2J", "[@click=app.quit]", "x" * 60_000, "\x00", "%1b[2J"]
)
def test_a_redirect_contains_no_terminal_controls(
    shell: CommandRunner, trusted_identity: ServerIdentity, text: str
) -> None:
    with shell_with_server(shell, trusted_identity, redirecting_server("list", text)) as server_shell:
        done = server_shell("sessions")
    assert done.returncode in {5, 6}
    assert (disallowed_sequences(done.stderr.encode()), invisible_characters(done.stderr.encode(), "\n")) == (
        set(),
        set(),
    )
    assert len(done.stderr) < 2_000


def test_no_text_is_a_formula_in_csv_after_any_prefix(
    shell: CommandRunner, trusted_identity: ServerIdentity
) -> None:
    with shell_with_server(shell, trusted_identity, hostile_server(FORMULAS)) as server_shell:
        for argv in (("sessions", "-o", "csv"), ("events", guid(0), "-o", "csv")):
            rows = list(csv.DictReader(io.StringIO(server_shell(*argv).stdout, newline="")))
            messages = [row["message"] for row in rows if row["message"]]
            assert len(messages) >= len(FORMULAS)
            for message in messages:
                assert not message.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_unknown_ids_are_printed_without_terminal_controls(
    shell: CommandRunner, trusted_identity: ServerIdentity
) -> None:
    with shell_with_server(shell, trusted_identity, reply_well) as server_shell:
        for operand in ("\x1b]52;c;eA==\x07", f"{GUID}\x1b[2J", "\u202eabcd", "[/foo]"):
            done = server_shell("show", operand)
            assert done.returncode in {2, 3}
            assert (
                disallowed_sequences(done.stderr.encode()),
                invisible_characters(done.stderr.encode(), "\n"),
            ) == (set(), set())
            assert json.dumps(done.stdout) == '""'
