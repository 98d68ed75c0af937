"""Copy and pager in a real terminal, with real programs."""

from __future__ import annotations

import base64
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import RunningDemo
from desktop_session import require_program
from hostile_text import HOSTILE_XML, guid, hostile_server
from pty_terminal import (
    NIGHT_OPTIONS,
    EmtuiTerminal,
    is_assessed,
    isolated_environment,
    run_emtui,
    run_night_demo,
    run_python,
)
from scripted_server import (
    GUID,
    PASSWORD,
    USER,
    ServerIdentity,
    make_identity,
    reply_well,
    scripted_server_in_thread,
    variables_for,
)

OSC_52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
EVENTS = re.compile(r"\d events\b")
ROW = re.compile(r"\w+  \w+  2026-11-\d\d \d\d:\d\d:\d\d \+00:00  \w+  .*[0-9a-f]{12}")
PAGER = """#!/bin/sh
cd {folder}
env >environ
cat >text
stty -icanon </dev/tty
sleep 0.2
printf 'I AM THE PAGER' >/dev/tty
head -c 1 </dev/tty >answer
stty icanon </dev/tty
"""


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"), days=300)  # no warning of its expiry


@contextmanager
def running_demo(demo: RunningDemo, home: Path, **environ: str) -> Iterator[EmtuiTerminal]:
    """Run the demo and show its list."""
    with run_night_demo(demo, environ=isolated_environment(home, **environ)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(lambda lines: any(re.search(r"\b1 of \d[\d,]* runs\b", line) for line in lines))
        yield terminal


def clipboard_text(terminal: EmtuiTerminal) -> list[str]:
    """All texts sent to the clipboard of the terminal."""
    return [base64.b64decode(found).decode() for found in OSC_52.findall(terminal.received)]


def write_pager(folder: Path) -> str:
    """Write a pager that saves its input, draws, and waits for Enter; return its path."""
    program = folder / "pager"
    program.write_text(PAGER.format(folder=shlex.quote(str(folder))))
    program.chmod(0o700)
    return shlex.quote(str(program))


def test_the_row_and_the_event_under_the_cursor_are_copied_in_full_by_osc_52(
    tmp_path: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path) as terminal:
        terminal.press("y")
        terminal.wait_for("Copied to the clipboard, if the terminal allows it.")
        (row,) = clipboard_text(terminal)
        assert ROW.fullmatch(row)
        terminal.press("enter")
        terminal.wait_for(lambda lines: EVENTS.search("\n".join(lines)) is not None)
        terminal.press("y")
        terminal.wait_for("Copied to the clipboard", lambda _: len(clipboard_text(terminal)) == 2)
        assert re.fullmatch(
            r"[+-]\S+  2026-11-\d\d \d\d:\d\d:\d\d \+00:00  \S.*", clipboard_text(terminal)[1]
        )
        terminal.press("Y")
        terminal.wait_for("Not available in the demo: it ends when you quit")
        terminal.press("Q")
        assert terminal.wait_exit() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_type_and_an_alert_are_copied_in_full(tmp_path: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path) as terminal:
        terminal.wait_for(is_assessed)
        terminal.press("B")
        terminal.wait_for("Enter newest run")
        terminal.press("y")
        terminal.wait_for("Copied to the clipboard")
        terminal.press("q", "4")
        terminal.wait_for("Alerts")
        terminal.press("y")
        terminal.wait_for(lambda _: len(clipboard_text(terminal)) == 2)
        row, sentence = clipboard_text(terminal)
        assert re.match(r"[a-z]+  [A-Z][A-Za-z]+  2026-11-\d\d \d\d:\d\d:\d\d \+00:00  ", row)
        assert re.search(r" 2026-11-\d\d \d\d:\d\d:\d\d \+00:00.* \(based on \d+ ", sentence)


def test_inside_screen_the_sequence_is_wrapped(tmp_path: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path, STY="1.pts-0.em99", TERM="screen") as terminal:
        terminal.press("y")
        terminal.wait_for(lambda _: terminal.received.count(b"\x07\x1b\\") == 1)
    strings = re.findall(rb"\x1bP(.*?)\x1b\\", terminal.received, re.DOTALL)
    full_sequence = OSC_52.fullmatch(b"".join(strings))
    assert full_sequence
    assert ROW.fullmatch(base64.b64decode(full_sequence[1]).decode())
    assert clipboard_text(terminal) == [] or len(strings) == 1


def test_the_command_for_a_view_names_no_user(tmp_path: Path, server_identity: ServerIdentity) -> None:
    with scripted_server_in_thread(reply_well, server_identity.tls_context()) as server:
        environ = isolated_environment(tmp_path, **variables_for(server, server_identity))
        with run_emtui("open", "type:CollectJob", "--sort", "type", environ=environ) as terminal:
            terminal.wait_for("1 of 1")
            terminal.press("Y")
            terminal.wait_for("Copied to the clipboard")
            terminal.press("enter")
            terminal.wait_for("1 event")
            terminal.press("i")
            terminal.wait_for("UID")
            terminal.press("Y")
            terminal.wait_for("Copied to the clipboard", lambda _: len(clipboard_text(terminal)) == 2)
            terminal.press("?")
            terminal.wait_for("Keys: Details and XML")
            terminal.press("Y")
            terminal.wait_for("There is no command for this text. y: copy it, q: back.")
        opened = f"emtui open --server https://{server.authority}".replace("https://", "")
        assert clipboard_text(terminal) == [
            f"{opened} --sort=type type:CollectJob",
            f"{opened} {GUID} --view=facts",
        ]


def test_y_copies_the_fingerprint_while_emtui_asks_for_pin(
    tmp_path: Path, server_identity: ServerIdentity
) -> None:
    with scripted_server_in_thread(reply_well, server_identity.tls_context()) as server:
        environ = isolated_environment(
            tmp_path, EMTUI_SERVER=server.authority, EMTUI_USER=USER, EMTUI_PASSWORD=PASSWORD
        )
        with run_emtui(environ=environ) as terminal:
            terminal.wait_for("Type pin to trust it")
            terminal.wait_for("Enter confirm")
            terminal.press("y")
            terminal.wait_for("Copied to the clipboard")
            assert clipboard_text(terminal) == [server_identity.sha256]
            terminal.press("pin", "enter")
            terminal.wait_for("Save as profile:")
            terminal.press("\x1b")
            terminal.wait_for("1 of 1")


def test_text_cut_from_a_field_is_copied_but_never_a_password(tmp_path: Path) -> None:
    select_all, cut = "\x1b[1;2H", "\x18"
    environ = isolated_environment(tmp_path, EMTUI_SERVER="127.0.0.1:1", EMTUI_USER=USER)
    with run_emtui(environ=environ) as terminal:
        terminal.wait_for("Enter log on")
        terminal.press(PASSWORD)
        terminal.wait_for("•" * len(PASSWORD))
        terminal.press(select_all, cut)
        terminal.wait_for(lambda lines: "•" not in "".join(lines))
        terminal.press("\x1b[Z", select_all, cut)
        terminal.wait_for("Copied to the clipboard")
        assert clipboard_text(terminal) == [USER]


def test_the_pager_gets_the_terminal_and_returns_to_the_same_view(
    tmp_path: Path, server_identity: ServerIdentity
) -> None:
    with scripted_server_in_thread(reply_well, server_identity.tls_context()) as server:
        environ = isolated_environment(
            tmp_path, PAGER=write_pager(tmp_path), **variables_for(server, server_identity)
        )
        with run_emtui(environ=environ) as terminal:
            terminal.wait_for("1 of 1")
            terminal.wait_idle()
            before = terminal.lines()
            terminal.press("v")
            terminal.wait_for("I AM THE PAGER")
            terminal.press("enter")
            terminal.wait_restored()
            terminal.wait_for(lambda lines: lines[1:] == before[1:])  # it may have polled meanwhile
            text = (tmp_path / "text").read_text()
            assert text.splitlines()[0].startswith(f"{server.authority}  as of 20")
            assert GUID[:8] in text
            assert USER not in text
            seen = (tmp_path / "environ").read_text()
            assert "EMTUI" not in seen
            assert PASSWORD not in seen
            terminal.press("enter")
            terminal.wait_for("1 event")
            terminal.press("v")
            terminal.wait_for("I AM THE PAGER")
            terminal.press("enter")
            terminal.wait_restored(2)
            terminal.wait_for("q back")
            assert "\n1 event\n" in (tmp_path / "text").read_text()
            terminal.press("q")
            terminal.wait_for("1 of 1")


@pytest.mark.parametrize("pager", ["cat", "less -F", "sh -c 'cat; exit 3'"])
def test_the_output_of_a_pager_that_exits_at_once_stays_until_a_key(
    tmp_path: Path, demo: RunningDemo, pager: str
) -> None:
    require_program(pager.split(maxsplit=1)[0])
    with running_demo(demo, tmp_path, PAGER=pager) as terminal:
        terminal.press("down", "down", "enter")
        before = terminal.wait_for("3 of 3 events", "▄████    4.0s")  # compared with runs before
        entered = terminal.received.count(b"\x1b[?1049h")
        for times, key in enumerate(("q", "ctrl+c", "down"), 1):
            terminal.press("v")
            terminal.wait_for("emtui: press any key to go back.", "+6.1s  2026-11-23 00:31:53")
            terminal.read_for(0.3)
            assert terminal.received.count(b"\x1b[?1049h") == entered + times - 1
            terminal.press(key)
            terminal.wait_restored(times)
            terminal.wait_for(lambda lines: lines[:-2] == before[:-2])
        terminal.wait_for("sh exited with code 3." if "3" in pager else "q back")


def test_a_slow_pager_gets_the_complete_list(tmp_path: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path, PAGER="sh -c 'sleep 0.3; wc -l'") as terminal:
        terminal.press("v")
        terminal.wait_for("any key", lambda lines: any(re.match(r"\D?3\d{3}", line) for line in lines))
        terminal.press("q")
        terminal.wait_restored()


def test_a_pager_that_waits_for_keys_needs_no_extra_key(tmp_path: Path, demo: RunningDemo) -> None:
    require_program("less")
    with running_demo(demo, tmp_path, PAGER="less") as terminal:
        terminal.press("down", "down", "enter")
        terminal.wait_for("3 of 3 events")
        terminal.press("v")
        terminal.wait_for("(END)")
        terminal.read_for(0.5)
        terminal.press("q")
        terminal.wait_restored()
        assert b"any key" not in terminal.received


def test_a_signal_while_waiting_for_a_key_restores_the_terminal(tmp_path: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path, PAGER="cat") as terminal:
        terminal.press("down", "down", "enter")
        terminal.wait_for("3 of 3 events")
        terminal.press("v")
        terminal.wait_for("emtui: press any key to go back.")
        os.kill(terminal.child.pid, signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM


@pytest.mark.parametrize("name", ["TMUX", "STY"])
def test_stale_multiplexer_variables_are_ignored(tmp_path: Path, demo: RunningDemo, name: str) -> None:
    stale = {"TMUX": "/run/tmux/default,4194304,0", "STY": "4194304.pts-0.em99"}
    with running_demo(demo, tmp_path, **{name: stale[name]}) as terminal:
        terminal.press("y")
        terminal.wait_for("Copied to the clipboard, if the terminal allows it.")
        (row,) = clipboard_text(terminal)
        assert ROW.fullmatch(row)


def test_a_missing_pager_is_one_sentence(tmp_path: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path, PAGER="nonesuch -R") as terminal:
        terminal.press("v")
        terminal.wait_for("Program nonesuch not found: set PAGER to the pager to use.")
        assert b"\x1b[?1049l" not in terminal.received


def test_hostile_text_reaches_neither_clipboard_nor_pager(
    tmp_path: Path, server_identity: ServerIdentity
) -> None:
    with scripted_server_in_thread(hostile_server(), server_identity.tls_context()) as server:
        environ = isolated_environment(
            tmp_path, PAGER=write_pager(tmp_path), **variables_for(server, server_identity)
        )
        with run_emtui(environ=environ) as terminal:
            terminal.wait_for("1 of ")
            texts = []
            for pager_count, number in enumerate((None, 4), 1):
                if number is not None:
                    terminal.press(":")
                    terminal.wait_for("Enter run")
                    terminal.press(guid(number), "enter")
                    terminal.wait_opened()
                    terminal.wait_for("q back")
                terminal.press("j", "j", "j", "y")
                terminal.wait_for("Copied to the clipboard")
                terminal.press("v")
                terminal.wait_for("I AM THE PAGER")
                terminal.press("enter")
                terminal.wait_restored(pager_count)
                texts.append((tmp_path / "text").read_text())
        texts += clipboard_text(terminal)
    assert len(texts) == 4
    for text in texts:
        joined = text.replace("👩\u200d👧", "")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", joined)
    assert all(f"M{number:02}" in texts[0] for number in range(len(HOSTILE_XML)))


def test_inside_tmux_the_row_is_in_its_buffer_and_forwarded(tmp_path: Path) -> None:
    require_program("tmux")
    environ = isolated_environment(tmp_path, TMUX_TMPDIR=str(tmp_path))
    tmux = ["tmux", "-L", "emtui", "-f", "/dev/null"]
    inside = shlex.join([sys.executable, "-m", "emtui", "demo", *NIGHT_OPTIONS])
    become = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    with run_python("-c", become, *tmux, "new-session", inside, lines=24, environ=environ) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(lambda lines: lines[4].endswith(" 1 of 3,426 runs ─"))
        terminal.press("y")
        terminal.wait_for("Copied to tmux's buffer, and to the clipboard if the terminal allows it.")
        held = subprocess.run([*tmux, "save-buffer", "-"], env=environ, check=True, capture_output=True)
        assert ROW.fullmatch(held.stdout.decode())
        terminal.wait_for(lambda _: bool(clipboard_text(terminal)) or b"\x1b]52;;" in terminal.received)
        terminal.press("Q")
        terminal.wait_exit()
