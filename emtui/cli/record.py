"""`--record FILE`: record the server's responses while the session browser runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from emtui import text_format
from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.local.recordings import RecordingFile, RecordingFileError, clean_path
from emtui.monitor.recording.recorder import Recorder
from emtui.monitor.recording.recording_format import RecordingWriter


@contextmanager
def record_to_file(args: ParsedArguments, now: Callable[[], datetime]) -> Iterator[Recorder]:
    """A recorder for the session browser; afterwards the file or the problem is reported."""
    path = Path(args.value_of("--record") or "")
    try:
        file = RecordingFile(path)
        writer = RecordingWriter(file, now())
    except RecordingFileError as problem:
        raise UsageError(str(problem)) from None
    except OSError as problem:
        raise UsageError(f"Cannot write {clean_path(path)}: {problem.strerror}.") from None
    recorder = Recorder(writer, now)
    try:
        yield recorder
    finally:
        if failure := recorder.close():
            stdio.print_message(failure)
        stdio.print_message(
            f"Recorded to {clean_path(path)} ({text_format.format_size(file.size)})."
            f" Replay it with emtui --replay {shlex.quote(clean_path(path))}."
        )
        if not recorder.is_writing:
            file.close()
