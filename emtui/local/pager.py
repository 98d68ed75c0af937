"""The person's own program for reading long texts: `$PAGER`, else less.

Its arguments are split as a shell would, but no shell runs it. The text comes on its standard
input, so that it lies in no file; nothing of emtui is in its environment.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from emtui.em.text import brief, guarded
from emtui.local.process import environment_for_others

USUAL = "less"
_MOST_SAID = 60


class NoPager(Exception):
    """The text could not be shown; one sentence that says why."""


def command(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The program and its arguments. Raises `NoPager` if there is none such."""
    wanted = environ.get("PAGER", "")
    try:
        argv = tuple(shlex.split(wanted)) or (USUAL,)
    except ValueError as problem:
        raise NoPager(f"PAGER cannot be read: {problem} in {brief(wanted, _MOST_SAID)}.") from None
    if shutil.which(argv[0], path=environ.get("PATH")) is None:
        raise NoPager(f"There is no program {brief(argv[0], _MOST_SAID)}: PAGER names the one to use.")
    return argv


def show(argv: tuple[str, ...], text: str) -> None:
    """Let it show this text on the terminal, and wait until it ends. Raises `NoPager`."""
    try:
        done = subprocess.run(  # noqa: S603 - the person's own program
            argv,
            input=guarded(text).encode("utf-8", "replace"),
            stdout=None if os.isatty(1) else 2,  # emtui draws there; standard output may be a file
            env=environment_for_others(),
            check=False,
        )
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "it is no command"
        raise NoPager(f"{_name(argv)} cannot be run: {why}.") from None
    if done.returncode:
        raise NoPager(f"{_name(argv)} ended with {done.returncode}.")


def _name(argv: tuple[str, ...]) -> str:
    return brief(Path(argv[0]).name, _MOST_SAID)
