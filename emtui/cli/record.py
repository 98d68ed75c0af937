"""`--record FILE`: record the server's responses while the session browser runs."""

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
    """A recorder for the session browser; afterwards the file or the problem is reported."""
    path = Path(given.one("--record") or "")
    try:
        file = NewFile(path)
        writer = Writer(file, now())
    except NoRecording as problem:
        raise BadUsage(str(problem)) from None
    except OSError as problem:
        raise BadUsage(f"Cannot write {told(path)}: {problem.strerror}.") from None
    recorder = Recorder(writer, now)
    try:
        yield recorder
    finally:
        if trouble := recorder.close():
            stdio.narrate(trouble)
        stdio.narrate(
            f"Recorded to {told(path)} ({text_format.size(file.size)}). Show it with emtui --replay."
        )
        if not recorder.writing:
            file.close()
