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

TERMINAL = "/dev/tty"
_LOCAL_MODES = 3
"""Index of the local modes, which control the echo, in the list of tcgetattr(3)."""


def somebody_there() -> bool:
    """Whether a prompt would be visible and can be answered."""
    if not stdio.is_terminal(sys.stderr):
        return False
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask(question: str) -> str:
    """One line of input, stripped; empty at the end of input."""
    try:
        with _terminal() as terminal:
            _write(question)
            return _line(terminal).decode(errors="replace").strip()
    except OSError:  # the terminal was closed
        return ""


def ask_secret(question: str) -> Secret:
    """One line of input without echo; empty at the end of input."""
    import termios  # noqa: PLC0415 - no such module on Windows

    try:
        with _terminal() as terminal, _unseen(terminal):
            _write(question)
            try:
                typed = _line(terminal)
            finally:
                _write("\n")
            return Secret(typed.decode(getpreferredencoding(do_setlocale=False)))
    except (OSError, termios.error, UnicodeDecodeError):
        return Secret("")


@contextmanager
def _terminal() -> Iterator[int]:
    terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(stdio.shown(text))
        sys.stderr.flush()


@contextmanager
def _unseen(terminal: int) -> Iterator[None]:
    """Turn off the echo and discard earlier input."""
    import termios  # noqa: PLC0415 - no such module on Windows

    before = termios.tcgetattr(terminal)
    silent = [*before]
    silent[_LOCAL_MODES] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _line(terminal: int) -> bytes:
    """Read up to the end of the line or of the input; signals are handled at once.

    A signal just before a read(2) would wait for the next key, so it wakes a select(2) instead.
    """
    typed = b""
    with _woken() as woken:
        while not typed.endswith(b"\n"):
            ready, _, _ = select.select([terminal, woken], [], [])
            if terminal not in ready:
                os.read(woken, 1)
                continue
            part = os.read(terminal, 4096)
            if not part:
                break
            typed += part
    return typed.removesuffix(b"\n")


@contextmanager
def _woken() -> Iterator[int]:
    """A file descriptor that is readable after a signal."""
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    before = signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(waking)
