"""`--record FILE`: the screens as always, and a file that keeps what the server said meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from emtui import text_format
from emtui.cli import stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.local.recordings import NewFile, NoRecording, told
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import Writer


@contextmanager
def recording(given: Given, now: Callable[[], datetime]) -> Iterator[Recorder]:
    """A recorder while the screens run; afterwards the person hears where the file is, or what went wrong."""
    path = Path(given.one("--record") or "")
    try:
        file = NewFile(path)
        writer = Writer(file, now())
    except NoRecording as problem:
        raise BadUsage(str(problem)) from None
    except OSError as problem:
        raise BadUsage(f"{told(path)} cannot be written: {problem.strerror}.") from None
    recorder = Recorder(writer, now)
    try:
        yield recorder
    finally:
        if trouble := recorder.close():
            stdio.narrate(trouble)
        stdio.narrate(f"recorded in {told(path)}, {text_format.size(file.size)}: emtui --replay shows it.")
        if not recorder.writing:
            file.close()
