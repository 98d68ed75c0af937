"""`--replay FILE`: the session browser with a recording in place of a server. Connects to nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.command_table import CONNECTION_OPTIONS
from emtui.em.text_sanitizer import shorten
from emtui.local.recordings import RecordingFileError, clean_path, open_recording
from emtui.monitor.browser_options import REPLAY_MARK
from emtui.monitor.recording.reader import read_recording
from emtui.monitor.recording.recording_format import UnreadableRecordingError
from emtui.monitor.recording.replay_source import MAX_SPEED, ReplaySource
from emtui.tui.launch import run
from emtui.tui.launch_options import LaunchOptions

_MAX_NAME_LENGTH = 24


def replay_recording(args: ParsedArguments, options: LaunchOptions, *, is_plain: bool) -> int:
    """Show the recording until the user quits, with `is_plain` in line mode."""
    for option in ("--record", *(option.name for option in CONNECTION_OPTIONS)):
        if args.has(option):
            raise UsageError(f"--replay connects to no server and cannot be combined with {option}.")
    path = Path(args.value_of("--replay") or "")
    speed = _parse_speed(args.value_of("--speed"))
    with _open_recording(path) as file:
        source = _load_replay(file, path, speed)
        options = replace(options, mark=REPLAY_MARK, remember=False, now=source.now, replay=source)
        if is_plain:
            from emtui.cli.start_line_mode import run_line_mode  # noqa: PLC0415 - only for --plain

            return run_line_mode(options)
        return run(options)


def _open_recording(path: Path) -> BinaryIO:
    try:
        return open_recording(path)
    except RecordingFileError as problem:
        raise UsageError(str(problem)) from None


def _load_replay(file: BinaryIO, path: Path, speed: float) -> ReplaySource:
    try:
        return ReplaySource(
            shorten(path.name, _MAX_NAME_LENGTH), read_recording(file, clean_path(path)), speed
        )
    except UnreadableRecordingError as problem:
        raise UsageError(str(problem)) from None
    except OSError as problem:
        raise UsageError(f"Cannot read {clean_path(path)}: {problem.strerror}.") from None


def _parse_speed(text: str | None) -> float:
    try:
        speed = 1.0 if text is None else float(text)
    except ValueError:
        speed = 0.0
    if not 1 <= speed <= MAX_SPEED:
        raise UsageError(f"--speed must be a number from 1 to {MAX_SPEED:g}, not {text!r}.")
    return speed
