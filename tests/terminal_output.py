"""What a command that ends prints on a terminal."""

from __future__ import annotations

import pexpect
from command_runner import CommandRunner
from pty_terminal import spawn_python


def run_at_terminal(shell: CommandRunner, *argv: str, columns: int, **environ: str) -> list[str]:
    """The lines that a command prints on a terminal of this width."""
    child: pexpect.spawn[str] = spawn_python(
        ["-m", "emtui", *shell.leading_arguments, *argv],
        environ={**shell.environ, "TERM": "xterm", **environ},
        columns=columns,
        lines=24,
        encoding="utf-8",
    )
    child.expect(pexpect.EOF)
    child.wait()
    return (child.before or "").splitlines()
