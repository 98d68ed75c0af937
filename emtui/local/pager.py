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

from emtui.em.text_sanitizer import brief, guarded
from emtui.local.process_hardening import environment_for_others

USUAL = "less"
SEEN = 1.0
"""A pager that runs longer than this many seconds after it got the text counts as read."""
KEY = "\r\nemtui: press any key to go back."
"""Prompt below the output of a pager that ended at once."""
_LOOK = 0.05
_TERMINAL, _DRAWN_ON = 0, 2
_MOST_SAID = 60


class NoPager(Exception):
    """The text could not be shown; the message is one sentence that says why."""


def command(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the program and its arguments. Raises `NoPager` if it does not exist."""
    wanted = environ.get("PAGER", "")
    try:
        argv = tuple(shlex.split(wanted)) or (USUAL,)
    except ValueError as problem:
        raise NoPager(f"PAGER cannot be read: {problem} in {brief(wanted, _MOST_SAID)}.") from None
    if shutil.which(argv[0], path=environ.get("PATH")) is None:
        raise NoPager(f"Program {brief(argv[0], _MOST_SAID)} not found: set PAGER to the pager to use.")
    return argv


def show(argv: tuple[str, ...], text: str) -> None:
    """Show this text on the terminal and wait until the pager ends. Raises `NoPager`.

    After a pager that ends at once (`cat`, `less -F`), wait for a key so that the text can be read.
    """
    try:
        code, read = _run(argv, guarded(text).encode("utf-8", "replace"))
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "not a command"
        raise NoPager(f"{_name(argv)} cannot be run: {why}.") from None
    if not read:
        _until_key()
    if code:
        raise NoPager(f"{_name(argv)} exited with code {code}.")


def _run(argv: tuple[str, ...], text: bytes) -> tuple[int, bool]:
    """Return the exit code, and whether it read keys or ran long enough to be read."""
    left, waited = memoryview(text), 0
    with subprocess.Popen(  # noqa: S603 - the user's program
        argv,
        stdin=subprocess.PIPE,
        stdout=None if os.isatty(1) else 2,  # emtui draws on stderr; stdout may be a file
        bufsize=0,
        env=environment_for_others(),
    ) as program:
        began = monotonic()
        while program.poll() is None:
            if left and program.stdin:
                rest = _give(program.stdin.fileno(), left)
                waited += len(rest) == len(left) and _waits_for_keys()
                left, began = rest, monotonic()
            else:
                waited += _goes_on(program) and _waits_for_keys()
        return program.returncode, waited > 1 or monotonic() - began > SEEN


def _give(pipe: int, text: memoryview) -> memoryview:
    """Write as much as the pipe accepts now; return the rest, empty if the pipe is closed."""
    os.set_blocking(pipe, False)
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    if not poll.poll(1000 * _LOOK):
        return text
    try:
        return text[os.write(pipe, text) :]
    except BlockingIOError:
        return text
    except OSError:
        return text[:0]


def _goes_on(program: subprocess.Popen[bytes]) -> bool:
    """Whether it still runs shortly after it got the whole text."""
    if program.stdin:
        program.stdin.close()
    try:
        program.wait(_LOOK)
    except subprocess.TimeoutExpired:
        return True
    return False


def _waits_for_keys() -> bool:
    """Whether the terminal is in non-canonical mode, as set by interactive pagers."""
    try:
        return not termios.tcgetattr(_TERMINAL)[3] & termios.ICANON
    except (termios.error, OSError):
        return False


def _until_key() -> None:
    """Wait for any key; return at once if the terminal is gone."""
    try:
        before = termios.tcgetattr(_TERMINAL)
        os.write(_DRAWN_ON, KEY.encode())
        tty.setraw(_TERMINAL)
        try:
            os.read(_TERMINAL, 64)
        finally:
            termios.tcsetattr(_TERMINAL, termios.TCSAFLUSH, before)
    except (termios.error, OSError):
        return


def _name(argv: tuple[str, ...]) -> str:
    return brief(Path(argv[0]).name, _MOST_SAID)
