"""Questions to the person, on the terminal that they sit at, whatever stdout and stdin are.

Where nobody sits (no terminal on stderr, or none at all) nothing is asked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from emtui.cli import streams
from emtui.em.secret import Secret

TERMINAL = "/dev/tty"


def somebody_there() -> bool:
    """Whether a question would be seen, and could be answered."""
    if not streams.is_terminal(sys.stderr):
        return False
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask(question: str) -> str:
    """One line of answer, without blanks around it; empty at the end of input."""
    sys.stderr.write(streams.shown(question))
    sys.stderr.flush()
    with Path(TERMINAL).open(encoding="utf-8", errors="replace") as terminal:
        return terminal.readline().strip()


def ask_secret(question: str) -> Secret:
    """One line that is not shown while it is typed."""
    import getpass

    try:
        return Secret(getpass.getpass(streams.shown(question)))
    except (EOFError, UnicodeDecodeError):
        return Secret("")
