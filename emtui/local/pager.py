"""Show long texts in the user's pager: `$PAGER`, else less.

Its arguments are split as by a shell, but it runs without one. The text is passed on standard
input, not in a file; emtui's variables are removed from its environment.
"""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
import termios
import tty
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from emtui.em.text_sanitizer import guard_output, shorten
from emtui.local.process_hardening import child_environment

DEFAULT_PAGER = "less"
MIN_READING_S = 1.0
"""A pager that runs longer than this many seconds after it got the text counts as read."""
KEY_PROMPT = "\r\nemtui: press any key to go back."
"""Prompt below the output of a pager that ended at once."""
_POLL_INTERVAL_S = 0.05
_STDIN, _STDERR = 0, 2
_MAX_QUOTED_LENGTH = 60


class PagerFailedError(Exception):
    """The text could not be shown; the message is one sentence that says why."""


def pager_command(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the program and its arguments. Raises `PagerFailedError` if it does not exist."""
    pager_setting = environ.get("PAGER", "")
    try:
        argv = tuple(shlex.split(pager_setting)) or (DEFAULT_PAGER,)
    except ValueError as problem:
        raise PagerFailedError(
            f"PAGER cannot be read: {problem} in {shorten(pager_setting, _MAX_QUOTED_LENGTH)}."
        ) from None
    if shutil.which(argv[0], path=environ.get("PATH")) is None:
        raise PagerFailedError(
            f"Program {shorten(argv[0], _MAX_QUOTED_LENGTH)} not found: set PAGER to the pager to use."
        )
    return argv


def show_in_pager(argv: tuple[str, ...], text: str) -> None:
    """Show this text on the terminal and wait until the pager ends. Raises `PagerFailedError`.

    After a pager that ends at once (`cat`, `less -F`), wait for a key so that the text can be read.
    """
    try:
        code, was_read = _run_pager(argv, guard_output(text).encode("utf-8", "replace"))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "not a command"
        raise PagerFailedError(f"{_program_name(argv)} cannot be run: {reason}.") from None
    if not was_read:
        _wait_for_key()
    if code:
        raise PagerFailedError(f"{_program_name(argv)} exited with code {code}.")


def _run_pager(argv: tuple[str, ...], text: bytes) -> tuple[int, bool]:
    """Return the exit code, and whether it read keys or ran long enough to be read."""
    unsent, waits = memoryview(text), 0
    with subprocess.Popen(  # noqa: S603 - the user's program
        argv,
        stdin=subprocess.PIPE,
        stdout=None if os.isatty(1) else 2,  # emtui draws on stderr; stdout may be a file
        bufsize=0,
        env=child_environment(),
    ) as program:
        start = monotonic()
        while program.poll() is None:
            if unsent and program.stdin:
                remaining = _write_available(program.stdin.fileno(), unsent)
                waits += len(remaining) == len(unsent) and _is_waiting_for_keys()
                unsent, start = remaining, monotonic()
            else:
                waits += _is_still_running(program) and _is_waiting_for_keys()
        return program.returncode, waits > 1 or monotonic() - start > MIN_READING_S


def _write_available(pipe: int, text: memoryview) -> memoryview:
    """Write as much as the pipe accepts now; return the rest, empty if the pipe is closed."""
    os.set_blocking(pipe, False)
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    if not poll.poll(1000 * _POLL_INTERVAL_S):
        return text
    try:
        return text[os.write(pipe, text) :]
    except BlockingIOError:
        return text
    except OSError:
        return text[:0]


def _is_still_running(program: subprocess.Popen[bytes]) -> bool:
    """Whether it still runs shortly after it got the whole text."""
    if program.stdin:
        program.stdin.close()
    try:
        program.wait(_POLL_INTERVAL_S)
    except subprocess.TimeoutExpired:
        return True
    return False


def _is_waiting_for_keys() -> bool:
    """Whether the terminal is in non-canonical mode, as set by interactive pagers."""
    try:
        return not termios.tcgetattr(_STDIN)[3] & termios.ICANON
    except (termios.error, OSError):
        return False


def _wait_for_key() -> None:
    """Wait for any key; return at once if the terminal is gone."""
    try:
        settings = termios.tcgetattr(_STDIN)
        os.write(_STDERR, KEY_PROMPT.encode())
        tty.setraw(_STDIN)
        try:
            os.read(_STDIN, 64)
        finally:
            termios.tcsetattr(_STDIN, termios.TCSAFLUSH, settings)
    except (termios.error, OSError):
        return


def _program_name(argv: tuple[str, ...]) -> str:
    return shorten(Path(argv[0]).name, _MAX_QUOTED_LENGTH)
