"""`--replay FILE`: the session browser with a recording in place of a server. Connects to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from emtui.cli.arguments import BadUsage, Given
from emtui.cli.command_table import CONNECTION
from emtui.em.text_sanitizer import brief
from emtui.local.connection import Connection
from emtui.local.recordings import NoRecording, opened, told
from emtui.monitor.recording.reader import read
from emtui.monitor.recording.recording_format import BadRecording
from emtui.monitor.recording.replay_source import FASTEST, Replay
from emtui.tui.launch import run
from emtui.tui.launch_options import LaunchOptions

_NAME_LONGEST = 24


def replay(
    given: Given, query: str, order: str | None, target: str | None, compare: str | None, view: str | None
) -> int:
    """Show the recording until the user quits."""
    for option in ("--record", *(option.name for option in CONNECTION)):
        if given.has(option):
            raise BadUsage(f"--replay connects to no server and cannot be combined with {option}.")
    path = Path(given.one("--replay") or "")
    speed = _speed(given.one("--speed"))
    with _opened(path) as file:
        played = _played(file, path, speed)

        return run(
            LaunchOptions(
                Connection(),
                query=query,
                order=order,
                target=target,
                compare=compare,
                view=view,
                mark="REPLAY",
                remember=False,
                now=played.now,
                replay=played,
                quiet=given.has("--quiet"),
                ascii=given.has("--ascii"),
                mouse=given.has("--mouse"),
            )
        )


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except NoRecording as problem:
        raise BadUsage(str(problem)) from None


def _played(file: BinaryIO, path: Path, speed: float) -> Replay:
    try:
        return Replay(brief(path.name, _NAME_LONGEST), read(file, told(path)), speed)
    except BadRecording as problem:
        raise BadUsage(str(problem)) from None
    except OSError as problem:
        raise BadUsage(f"Cannot read {told(path)}: {problem.strerror}.") from None


def _speed(text: str | None) -> float:
    try:
        speed = 1.0 if text is None else float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= FASTEST:
        raise BadUsage(f"--speed must be a number from 1 to {FASTEST:g}, not {text!r}.")
    return speed
