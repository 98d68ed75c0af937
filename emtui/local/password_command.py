"""Run the program that prints a password: `password_command` of a profile.

Runs without a shell on the user's terminal (a pinentry may draw there), without emtui's
variables in its environment. The first line of standard output is the password; standard error
is shown only if it fails.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from typing import IO

from emtui.em.secret import Secret, without_line_end, without_secrets
from emtui.em.text_sanitizer import brief
from emtui.local.process_hardening import environment_for_others

PATIENCE = 120.0
"""Time-out in seconds; the user may have to type."""
UNATTENDED_PATIENCE = 20.0
"""Time-out in seconds without a user."""
_MOST_SAID = 120
_MOST = 64 * 1024
"""Maximum bytes of output read."""
_GRACE = 0.5
"""Seconds to wait for output after the program has ended."""


class CommandFailed(Exception):
    """No password was printed; the message is one sentence that says why."""


def run(argv: Sequence[str], *, attended: bool = True, patience: float | None = None) -> Secret:
    """Return the password. Blocks; kills the command after the time-out; raises `CommandFailed`.

    Without `attended` it has no terminal and must not prompt.
    """
    seconds = patience or (PATIENCE if attended else UNATTENDED_PATIENCE)
    try:
        code, out, err = _ran(_started(argv, attended=attended), seconds)
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"password_command took more than {seconds:g} s and was stopped.") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "not a command"
        raise CommandFailed(f"password_command cannot be run: {why} ({brief(argv[0], 60)}).") from None
    if code != 0:
        raise CommandFailed(f"password_command {_ended(code)}{_said(err)}.")
    try:
        first, line_end, _ = out.decode("utf-8-sig").partition("\n")
        line = Secret(without_line_end(first + line_end))
    except UnicodeDecodeError:
        raise CommandFailed("password_command printed output that is not UTF-8.") from None
    if not line:
        raise CommandFailed(f"password_command printed no password{_said(err)}.")
    return line


def _ran(process: subprocess.Popen[bytes], seconds: float) -> tuple[int, bytes, bytes]:
    """Return exit code and output; waits for the program only, as background processes may keep the pipes."""
    out, err = _Gathered(process.stdout), _Gathered(process.stderr)
    try:
        code = process.wait(timeout=seconds)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return code, out.bytes(), err.bytes()


class _Gathered:
    """Reads a pipe in a thread, up to a limit."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._bytes = bytearray()
        self._thread = threading.Thread(target=self._gather, args=(pipe,), daemon=True)
        self._thread.start()

    def _gather(self, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            return
        with pipe:
            while len(self._bytes) < _MOST and (piece := pipe.read(4096)):
                self._bytes += piece

    def bytes(self) -> bytes:
        """Return the output once the pipe is closed or `_GRACE` has passed."""
        self._thread.join(_GRACE)
        return bytes(self._bytes)


def _started(argv: Sequence[str], *, attended: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the user's command, from a file that others cannot write
        list(argv),
        stdin=None if attended else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=environment_for_others(),
        start_new_session=not attended,
    )


def _ended(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"exited with code {code}"


def _said(stderr: bytes) -> str:
    """Return its last line of stderr, without known secrets."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    return f": {brief(without_secrets(lines[-1]), _MOST_SAID).rstrip('.')}" if lines else ""
