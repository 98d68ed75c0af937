"""Prompts on the user's terminal, wherever stdout and stdin go.

Without a terminal on stderr, or without any, there are no prompts.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from locale import getpreferredencoding

from emtui.cli import stdio
from emtui.em.secret import Secret

TERMINAL_PATH = "/dev/tty"
_LFLAG_INDEX = 3
"""Index of the local modes, which control the echo, in the list of tcgetattr(3)."""


def can_ask_user() -> bool:
    """Whether a prompt would be visible and can be answered."""
    if not stdio.is_terminal(sys.stderr):
        return False
    try:
        os.close(os.open(TERMINAL_PATH, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask(question: str) -> str:
    """One line of input, stripped; empty at the end of input."""
    try:
        with _open_terminal() as terminal:
            _write(question)
            return _read_line(terminal).decode(errors="replace").strip()
    except OSError:  # the terminal was closed
        return ""


def ask_secret(question: str) -> Secret:
    """One line of input without echo; empty at the end of input."""
    import termios  # noqa: PLC0415 - no such module on Windows

    try:
        with _open_terminal() as terminal, _without_echo(terminal):
            _write(question)
            try:
                typed = _read_line(terminal)
            finally:
                _write("\n")
            return Secret(typed.decode(getpreferredencoding(do_setlocale=False)))
    except (OSError, termios.error, UnicodeDecodeError):
        return Secret("")


@contextmanager
def _open_terminal() -> Iterator[int]:
    terminal = os.open(TERMINAL_PATH, os.O_RDWR | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(stdio.sanitize(text))
        sys.stderr.flush()


@contextmanager
def _without_echo(terminal: int) -> Iterator[None]:
    """Turn off the echo and discard earlier input."""
    import termios  # noqa: PLC0415 - no such module on Windows

    previous = termios.tcgetattr(terminal)
    no_echo = [*previous]
    no_echo[_LFLAG_INDEX] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, no_echo)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, previous)


def _read_line(terminal: int) -> bytes:
    """Read up to the end of the line or of the input; signals are handled at once.

    A signal just before a read(2) would wait for the next key, so it wakes a select(2) instead.
    """
    typed = b""
    with _signal_wakeup_fd() as wakeup_fd:
        while not typed.endswith(b"\n"):
            ready, _, _ = select.select([terminal, wakeup_fd], [], [])
            if terminal not in ready:
                os.read(wakeup_fd, 1)
                continue
            chunk = os.read(terminal, 4096)
            if not chunk:
                break
            typed += chunk
    return typed.removesuffix(b"\n")


@contextmanager
def _signal_wakeup_fd() -> Iterator[int]:
    """A file descriptor that is readable after a signal."""
    wakeup_fd, write_fd = os.pipe()
    os.set_blocking(write_fd, False)
    previous_fd = signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
    try:
        yield wakeup_fd
    finally:
        signal.set_wakeup_fd(previous_fd)
        os.close(wakeup_fd)
        os.close(write_fd)
