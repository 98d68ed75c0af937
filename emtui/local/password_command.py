"""Run the program that prints a password: `password_command` of a profile.

Runs without a shell on the user's terminal (a pinentry may draw there), without emtui's
variables in its environment. Of all variables only `${CREDENTIALS_DIRECTORY}`, which systemd sets
for a service with `LoadCredential=`, is replaced in its arguments. The first line of standard
output is the password; standard error is shown only if it fails.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from typing import IO

from emtui.em.secret import Secret, mask_secrets, strip_line_end
from emtui.em.text_sanitizer import shorten
from emtui.local.process_hardening import child_environment

ATTENDED_TIMEOUT_S = 120.0
"""Time-out in seconds; the user may have to type."""
UNATTENDED_TIMEOUT_S = 20.0
"""Time-out in seconds without a user."""
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""The folder of a service's credentials (systemd.exec)."""
_MAX_ERROR_LENGTH = 120
_MAX_OUTPUT_BYTES = 64 * 1024
"""Maximum bytes of output read."""
_OUTPUT_GRACE_S = 0.5
"""Seconds to wait for output after the program has ended."""


class PasswordCommandFailedError(Exception):
    """No password was printed; the message is one sentence that says why."""


def run_password_command(
    argv: Sequence[str], *, is_attended: bool = True, timeout: float | None = None
) -> Secret:
    """Return the password. Blocks; kills the command after the time-out; raises `PasswordCommandFailedError`.

    Without `is_attended` it has no terminal and must not prompt.
    """
    argv = _replace_credentials_folder(argv)
    seconds = timeout or (ATTENDED_TIMEOUT_S if is_attended else UNATTENDED_TIMEOUT_S)
    try:
        code, out, err = _wait_for_output(_start_process(argv, is_attended=is_attended), seconds)
    except subprocess.TimeoutExpired:
        raise PasswordCommandFailedError(
            f"password_command took more than {seconds:g} s and was stopped."
        ) from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "not a command"
        raise PasswordCommandFailedError(
            f"password_command cannot be run: {reason} ({shorten(argv[0], 60)})."
        ) from None
    if code != 0:
        raise PasswordCommandFailedError(
            f"password_command {_format_exit(code)}{_format_last_error_line(err)}."
        )
    try:
        first, line_end, _ = out.decode("utf-8-sig").partition("\n")
        password = Secret(strip_line_end(first + line_end))
    except UnicodeDecodeError:
        raise PasswordCommandFailedError("password_command printed output that is not UTF-8.") from None
    if not password:
        raise PasswordCommandFailedError(
            f"password_command printed no password{_format_last_error_line(err)}."
        )
    return password


def _replace_credentials_folder(argv: Sequence[str]) -> list[str]:
    """Replace `${CREDENTIALS_DIRECTORY}` in the arguments: without a shell nothing else would."""
    reference = f"${{{CREDENTIALS_VARIABLE}}}"
    folder = os.environ.get(CREDENTIALS_VARIABLE)
    if not folder and any(reference in part for part in argv):
        raise PasswordCommandFailedError(
            f"password_command needs {CREDENTIALS_VARIABLE}, which is set only in a systemd service with"
            " LoadCredential=."
        )
    return [part.replace(reference, folder or "") for part in argv]


def _wait_for_output(process: subprocess.Popen[bytes], seconds: float) -> tuple[int, bytes, bytes]:
    """Return exit code and output; waits for the program only, as background processes may keep the pipes."""
    out, err = _PipeReader(process.stdout), _PipeReader(process.stderr)
    try:
        code = process.wait(timeout=seconds)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return code, out.output(), err.output()


class _PipeReader:
    """Reads a pipe in a thread, up to a limit."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._output = bytearray()
        self._thread = threading.Thread(target=self._read_pipe, args=(pipe,), daemon=True)
        self._thread.start()

    def _read_pipe(self, pipe: IO[bytes] | None) -> None:
        if pipe is None:
            return
        with pipe:
            while len(self._output) < _MAX_OUTPUT_BYTES and (chunk := pipe.read(4096)):
                self._output += chunk

    def output(self) -> bytes:
        """Return the output once the pipe is closed or `_OUTPUT_GRACE_S` has passed."""
        self._thread.join(_OUTPUT_GRACE_S)
        return bytes(self._output)


def _start_process(argv: Sequence[str], *, is_attended: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the user's command, from a file that others cannot write
        argv,
        stdin=None if is_attended else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=child_environment(),
        start_new_session=not is_attended,
    )


def _format_exit(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"exited with code {code}"


def _format_last_error_line(stderr: bytes) -> str:
    """Return its last line of stderr, without known secrets."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    return f": {shorten(mask_secrets(lines[-1]), _MAX_ERROR_LENGTH).rstrip('.')}" if lines else ""
