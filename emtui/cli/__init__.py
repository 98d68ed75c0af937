"""The command line: arguments, one-shot output, exit codes.

`spec` declares commands and options, `arguments` reads them, `run` does what was asked
and turns whatever goes wrong into one sentence and an exit code. The TUI is imported
only to start it; nothing here loads Textual, httpx or lxml before it is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    from emtui.cli.streams import finish, say

    if argv and argv[0] == "--version":
        from emtui import __version__

        say(f"emtui {__version__}\n")
        return finish(0)
    from emtui.cli.run import run

    return run(argv)
