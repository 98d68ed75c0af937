"""Standard streams: data on stdout, messages on stderr; each may be a terminal, a pipe, or closed."""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, RawIOBase, TextIOWrapper
from typing import TextIO

CLOSED_PIPE_EXIT_CODE = 141
_BACKSLASH_REPLACE = "backslashreplace"


def prepare_streams() -> None:
    """Set up both streams: UTF-8 on pipes whatever the locale; a terminal's own encoding with escapes."""
    from emtui.local import terminal  # start-up time: `--version` needs none of this

    _reopen_closed_streams()
    terminal.restore_locale(os.environ)
    sys.stdout = _with_buffer(sys.stdout)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding, errors = (
                _terminal_encoding(stream.encoding) if stream.isatty() else ("utf-8", _BACKSLASH_REPLACE)
            )
            stream.reconfigure(encoding=encoding, errors=errors)


def _reopen_closed_streams() -> None:
    """Open /dev/null in place of closed standard streams, so that no socket gets their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number


def _terminal_encoding(encoding: str) -> tuple[str, str]:
    """Encoding and errors for a terminal: by the user's locale, not by Python's view of the C locale."""
    from emtui.local import terminal

    if terminal.is_utf8(os.environ):
        return encoding, _BACKSLASH_REPLACE
    from emtui.ascii import ERROR_HANDLER_NAME

    return "ascii" if encoding.lower().replace("-", "") == "utf8" else encoding, ERROR_HANDLER_NAME


def _with_buffer(stream: TextIO) -> TextIO:
    """Add a buffer under PYTHONUNBUFFERED: without one, a write cut short by a closed pipe goes unnoticed."""
    raw = getattr(stream, "buffer", None)
    return TextIOWrapper(BufferedWriter(raw)) if isinstance(raw, RawIOBase) else stream


class StdoutWriteError(Exception):
    """Standard output cannot be written, for example because the disk is full."""


def print_output(text: str) -> None:
    """Write data. Raises `BrokenPipeError` for a closed pipe, `StdoutWriteError` for any other failure."""
    require_output()
    try:
        sys.stdout.write(sanitize(text))
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise StdoutWriteError(_format_write_error(error)) from None


def print_output_bytes(data: bytes) -> None:
    """Write binary data, such as an archive; raises as `print_output` does."""
    require_output()
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise StdoutWriteError(_format_write_error(error)) from None


def print_output_now(text: str) -> None:
    """Write data and flush; raises as `say` does."""
    print_output(text)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise StdoutWriteError(_format_write_error(error)) from None


def require_output() -> None:
    """Raise `StdoutWriteError` if standard output was closed when emtui was started."""
    if sys.stdout is None:
        raise StdoutWriteError("Standard output is closed: redirect it to a file or to /dev/null.")


def print_with_fallback(text: str) -> bool:
    """Write a line to standard output, or to standard error if that fails.

    Returns whether it was written.
    """
    try:
        print_output_now(text)
    except BrokenPipeError:
        discard_output()
        return _write_stderr(text)
    except StdoutWriteError:
        return _write_stderr(text)
    return True


def _format_write_error(error: OSError) -> str:
    return f"Cannot write to standard output: {error.strerror}."


def print_message(text: str) -> None:
    """Print one message on stderr; a closed stderr is ignored."""
    _write_stderr(f"emtui: {text}\n")


def _write_stderr(text: str) -> bool:
    """Write to standard error and return whether that worked."""
    if sys.stderr is None:
        return False
    try:
        sys.stderr.write(sanitize(text))
        sys.stderr.flush()
    except OSError:
        _redirect_to_devnull(sys.stderr)
        return False
    return True


def sanitize(text: str) -> str:
    """The text without control characters, so that it is safe to show on a terminal."""
    if text.replace("\n", "").isprintable():
        return text
    from emtui.em.text_sanitizer import guard_output

    return guard_output(text)


def is_output_terminal() -> bool:
    """Whether standard output is a terminal."""
    return is_terminal(sys.stdout)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether this stream is a terminal; false for a closed one."""
    return stream is not None and not stream.closed and stream.isatty()


def output_width() -> int | None:
    """Width of standard output in cells, `None` on a pipe."""
    if not is_output_terminal():
        return None
    from emtui.local import terminal

    return terminal.terminal_size(sys.stdout.fileno(), os.environ)[0]


def flush_output(code: int) -> int:
    """Flush standard output and return `code`, or 141 silently if the pipe is closed."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        return CLOSED_PIPE_EXIT_CODE
    except OSError as error:
        discard_output()
        print_message(_format_write_error(error))
        return 1
    return code


def flush_quietly(code: int) -> int:
    """Flush standard output if possible and return `code`; the error was already reported."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        discard_output()
    return code


def discard_output() -> None:
    """Redirect standard output to /dev/null, so that Python's flush at exit cannot fail."""
    if sys.stdout is not None:
        _redirect_to_devnull(sys.stdout)


def _redirect_to_devnull(stream: TextIO) -> None:
    null_fd = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null_fd, stream.fileno())
    os.close(null_fd)
