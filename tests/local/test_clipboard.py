"""Copying to the clipboard: through tmux, through screen, directly, or to a file."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop_session import require_program

from emtui.local.clipboard import MAX_BASE64_BYTES, SCREEN_STRING_MAX_BYTES, copy_to_clipboard

HOSTILE_TEXT = "M\x1b]52;c;eA==\x07\x9b2J\u202etxt.exe\x00 ends\nsecond\tline"
XTERM_ENVIRON = {"TERM": "xterm-256color", "PATH": os.environ["PATH"]}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


def decode_osc_52(sequence: str) -> str:
    """Decode OSC 52 like a terminal."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found
    return base64.b64decode(found[1]).decode()


def test_a_terminal_gets_osc_52_and_success_is_not_promised() -> None:
    copied = copy_to_clipboard("CollectJob  日本", XTERM_ENVIRON, can_save=False)
    assert decode_osc_52(copied.sequence) == "CollectJob  日本"
    assert copied.message == "Copied to the clipboard, if the terminal allows it."


@pytest.mark.parametrize("outer", ["tmux", "screen"])
def test_a_multiplexer_at_the_other_end_of_ssh_is_named(outer: str) -> None:
    copied = copy_to_clipboard("x", {"TERM": f"{outer}-256color"}, can_save=False)
    assert (
        copied.message
        == f"Copied to the clipboard, if the terminal allows it and the outer {outer} passes it on."
    )


def test_screen_gets_strings_that_are_short_enough() -> None:
    text = "x" * 5_000
    copied = copy_to_clipboard(text, {"TERM": "screen", "STY": "1.pts"}, can_save=False)
    strings = re.findall(r"\x1bP(.*?)\x1b\\", copied.sequence, re.DOTALL)
    assert copied.sequence == "".join(f"\x1bP{string}\x1b\\" for string in strings)
    assert max(len(string) + 4 for string in strings) <= SCREEN_STRING_MAX_BYTES
    assert decode_osc_52("".join(strings)) == text
    assert copied.message.startswith("Copied to the clipboard through GNU screen,")


@pytest.mark.parametrize(
    "environ",
    [XTERM_ENVIRON, {"TERM": "screen", "STY": "1.pts"}, {"TERM": "linux"}, {"TMUX": "/nowhere,1,0"}],
)
def test_no_terminal_controls_are_copied(environ: dict[str, str], state: Path) -> None:
    copied = copy_to_clipboard(HOSTILE_TEXT, environ, can_save=True)
    if copied.sequence:
        text = decode_osc_52(copied.sequence.replace("\x1bP", "").replace("\x1b\\", ""))
    else:
        (file,) = state.iterdir()
        text = file.read_text()
    assert text == "M\ufffd]52;c;eA==\ufffd\ufffd2J\ufffdtxt.exe\ufffd ends\nsecond\tline"


def test_a_text_of_maximum_length_goes_to_the_terminal_and_a_longer_one_to_a_file(state: Path) -> None:
    most = MAX_BASE64_BYTES // 4 * 3
    assert len(copy_to_clipboard("x" * most, XTERM_ENVIRON, can_save=True).sequence) <= MAX_BASE64_BYTES + 8
    longer = copy_to_clipboard("x" * (most + 1), XTERM_ENVIRON, can_save=True)
    assert longer.sequence == ""
    (file,) = state.iterdir()
    assert longer.message == f"Copied to {file}: it is too long for the clipboard."
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text()) == most + 1


def test_the_home_folder_is_abbreviated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    message = copy_to_clipboard("x", {"TERM": "linux"}, can_save=True).message
    assert re.fullmatch(
        r"Copied to ~/.local/state/emtui/copied-\w+\.txt: this terminal has no clipboard\.", message
    )


def test_each_text_gets_a_file_of_its_own(state: Path) -> None:
    for text in ("one", "two"):
        copy_to_clipboard(text, {"TERM": "linux"}, can_save=True)
    assert {file.read_text() for file in state.iterdir()} == {"one", "two"}


def test_without_permission_to_write_the_message_says_that_nothing_was_copied(state: Path) -> None:
    assert (
        copy_to_clipboard("x", {"TERM": "linux"}, can_save=False).message
        == "Not copied: this terminal has no clipboard."
    )
    assert not state.exists()


def test_an_unusable_state_folder_is_reported(state: Path) -> None:
    state.write_text("a file")
    sentence = copy_to_clipboard("x", {"TERM": "linux"}, can_save=True).message
    assert sentence == "Not copied: this terminal has no clipboard, and no file can be written."


# --- tmux -----------------------------------------------------------------------------


@pytest.fixture
def tmux(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a program in a new tmux with default settings."""
    require_program("tmux")
    environ = {**XTERM_ENVIRON, "TMUX_TMPDIR": str(tmp_path_factory.mktemp("t")), "HOME": "/nonexistent"}
    command = ["tmux", "-L", "copy", "-f", "/dev/null"]
    subprocess.run([*command, "new-session", "-d", "cat"], env=environ, check=True)
    request = [*command, "display-message", "-p", "#{socket_path},#{pid},0 #{pane_id}"]
    text = subprocess.run(request, env=environ, check=True, capture_output=True, text=True).stdout.split()
    yield {"PATH": environ["PATH"], "TERM": "tmux-256color", "TMUX": text[0], "TMUX_PANE": text[1]}
    subprocess.run([*command, "kill-server"], env=environ, check=True, capture_output=True)


@pytest.mark.parametrize("text", ["failed  CollectJob  日本 ⏎ `$(id)` -w\n", "x" * 300_000])
def test_the_tmux_buffer_has_the_exact_text(tmux: dict[str, str], text: str) -> None:
    copied = copy_to_clipboard(text, tmux, can_save=False)
    assert copied.sequence == ""
    assert copied.message == "Copied to tmux's buffer, and to the clipboard if the terminal allows it."
    held = subprocess.run(["tmux", "save-buffer", "-"], env=tmux, check=True, capture_output=True)
    assert held.stdout.decode() == text


SPYING_TMUX = """#!/bin/sh
printf '%s ' "$@" >> {folder}/argv
env >> {folder}/environ
cat > /dev/null
exit {code}
"""


@pytest.mark.parametrize(
    ("code", "expected_start"), [(0, "Copied to tmux"), (1, "Not copied: tmux does not respond.")]
)
def test_tmux_sees_neither_the_text_in_its_arguments_nor_anything_in_its_environment(
    tmp_path: Path, code: int, expected_start: str
) -> None:
    program = tmp_path / "tmux"
    program.write_text(SPYING_TMUX.format(folder=tmp_path, code=code))
    program.chmod(0o700)
    secret = {"EMTUI_PASSWORD": "swordfish", "AWS_SECRET": "swordfish"}
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMUX": "/x,1,0", "TMUX_PANE": "%0", **secret}
    assert copy_to_clipboard("the text", environ, can_save=False).message.startswith(expected_start)
    tries = {0: "load-buffer -w - ", 1: "load-buffer -w - load-buffer - "}
    assert (tmp_path / "argv").read_text() == tries[code]
    seen = (tmp_path / "environ").read_text()
    assert "TMUX_PANE=%0" in seen
    assert "swordfish" not in seen
