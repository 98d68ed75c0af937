"""The command line: arguments, output, exit codes.

`command_table` declares commands and options, `arguments` parses them, `dispatch` runs the command and
turns any error into one sentence and an exit code. Textual, httpx and lxml are loaded only when needed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from emtui import __version__
from emtui.cli import stdio


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if getattr(sys, "frozen", False):
        from emtui.child_process import CHILD_OPTION, run_child  # noqa: PLC0415 - start-up time

        if argv[:1] == [CHILD_OPTION]:
            return run_child(argv[1:])
    if argv and argv[0] in {"--version", "-V"}:
        return _print_version()
    if argv and argv[0] == "__complete":
        from emtui.cli.shell_completion import print_candidates  # noqa: PLC0415 - start-up time: only for shells

        return print_candidates(argv[1:])
    from emtui.cli.dispatch import run  # noqa: PLC0415 - start-up time: --version does not need it

    return run(argv)


def _print_version() -> int:
    """Print the version without loading the rest."""
    try:
        stdio.print_output(f"emtui {__version__}\n")
    except BrokenPipeError:
        stdio.discard_output()
        return stdio.CLOSED_PIPE_EXIT_CODE
    except stdio.StdoutWriteError as problem:
        stdio.print_message(str(problem))
        return 1
    return stdio.flush_output(0)
