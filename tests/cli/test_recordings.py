"""Unusable recordings: one sentence, before anything is drawn or sent."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from command_runner import CommandRunner
from pty_terminal import isolated_environment, run_emtui

RECORDING_HEADER = '{"recording":"emtui","version":1,"at":"2026-11-23T12:00:00+00:00"}\n'
LIST_RECORD = '{"at":"2026-11-23T12:00:00+00:00","list":1,"took":0}\n'


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--speed", "2"), "--speed requires --replay."),
        (
            ("--replay", "night.rec", "--speed", "0.5"),
            "--speed must be a number from 1 to 100000, not '0.5'.",
        ),
        (("--replay", "night.rec", "--speed", "nan"), "--speed must be a number"),
        (
            ("--replay", "night.rec", "--server", "em01"),
            "connects to no server and cannot be combined with --server.",
        ),
        (("--replay", "night.rec", "--record", "other.rec"), "cannot be combined with --record."),
        (("--replay", "missing.rec"), "missing.rec cannot be read: No such file or directory."),
        (("--replay", "."), " is not a file."),
        (("--replay", "text.rec"), "text.rec is not an emtui recording."),
        (("--replay", "later.rec"), "format version 2; this emtui reads version 1."),
        (("--replay", "empty.rec"), "contains no list: nothing to show."),
        (
            ("--record", "missing/night.rec"),
            "missing/night.rec cannot be created: No such file or directory.",
        ),
        (("--record", "text.rec"), "text.rec already exists: a recording needs a new file."),
    ],
)
def test_unusable_recordings_and_options_are_one_sentence_and_2(
    tmp_path: Path, argv: tuple[str, ...], says: str
) -> None:
    (tmp_path / "text.rec").write_text("a text")
    (tmp_path / "night.rec").write_bytes(gzip.compress((RECORDING_HEADER + LIST_RECORD).encode()))
    (tmp_path / "later.rec").write_bytes(gzip.compress(RECORDING_HEADER.replace(":1,", ":2,").encode()))
    (tmp_path / "empty.rec").write_bytes(gzip.compress(RECORDING_HEADER.encode()))
    named = [str(tmp_path / word) if word.endswith(".rec") or word == "." else word for word in argv]
    with run_emtui(*named, environ=isolated_environment(tmp_path), columns=400) as terminal:
        assert terminal.wait_exit() == 2
    text = terminal.received.decode()
    assert text.startswith("emtui: ")
    assert says in text
    assert text.count("\n") == 1


@pytest.mark.parametrize("command", [(), ("open",)])
def test_help_names_the_options(shell: CommandRunner, command: tuple[str, ...]) -> None:
    shown = shell(*command, "--help").stdout
    for option in ("--record FILE", "--replay FILE", "--speed FACTOR"):
        assert option in shown


def test_a_recording_of_hostile_text_does_not_control_the_terminal(tmp_path: Path) -> None:
    evil = r"\u001b]0;evil\u0007\u009b2J\u202e"
    row = (
        f'{{"row":{{"uid":"a{evil}","name":"{evil}","type":"{evil}","message":"{evil}","state":"Failed"}}}}\n'
    )
    failed = f'{{"at":"2026-11-23T12:00:01+00:00","failed":"{evil}"}}\n'
    path = tmp_path / "\x1b[2Jevil\x07.rec"
    path.write_bytes(gzip.compress((RECORDING_HEADER + row + LIST_RECORD + failed * 3).encode()))
    with run_emtui(
        "--replay", str(path), "--speed", "1000", environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("ended")
        terminal.press("enter", "i", "q", "q", "!")
        terminal.wait_for("Periods without data")
        terminal.press("q", "q")
        assert terminal.wait_exit() == 0
    assert b"\x1b]0;" not in terminal.received
    assert b"evil\x07" not in terminal.received
    assert "\x9b" not in terminal.received.decode()
    assert "\u202e" not in terminal.received.decode()
