"""Real shells in a terminal that complete a command line: type, press Tab, read the line.

A key of the shell's own writes the line to a named pipe and clears it, so that a test waits for the shell and
for nothing else. One shell serves all tests of a module.
"""

from __future__ import annotations

import os
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

READ_LINE_KEY = "\x07"
TIMEOUT_S = 60.0
"""Time-out in seconds for one line."""

_BASH = r"""
PS1='$ '; PS2=''; HISTFILE=
bind 'set enable-bracketed-paste off'; bind 'set completion-query-items 0'; bind 'set page-completions off'
read_line() { printf '%s\0' "$READLINE_LINE" > "$LINE_PIPE"; READLINE_LINE=; READLINE_POINT=0; }
bind -x '"\C-g": read_line'
source <(emtui completion bash)
"""
_ZSH = r"""
PS1='%# '; unset HISTFILE; LISTMAX=10000
autoload -Uz compinit && compinit -D
read-line() { printf '%s\0' "$BUFFER" > "$LINE_PIPE"; BUFFER= }
zle -N read-line; bindkey '^G' read-line
source <(emtui completion zsh)
"""
_FISH = r"""
set -g fish_greeting; function fish_prompt; echo -n '$ '; end
function read_line; printf '%s\0' (commandline | string collect) > $LINE_PIPE; commandline ''; end
bind \cg read_line
emtui completion fish | source
"""
STARTS = {
    "bash": (["--noprofile", "--rcfile", "start"], _BASH),
    "zsh": (["-d", "-i"], _ZSH),
    "fish": (["--no-config", "--init-command", "source start"], _FISH),
}


@dataclass
class CompletingShell:
    """An interactive shell; `type_and_tab` returns the completed line."""

    name: str
    home: Path
    child: pexpect.spawn[bytes]
    line_pipe: int

    def type_and_tab(self, text: str, tabs: int = 1) -> str:
        """The command line after this text and Tab."""
        return self.complete(text, tabs)[0]

    def complete(self, text: str, tabs: int = 2) -> tuple[str, str]:
        """The command line after this text and Tab, and everything that was printed meanwhile."""
        self.child.send(text + "\t" * tabs + READ_LINE_KEY)
        line, printed = b"", b""
        while not line.endswith(b"\0"):
            ready, _, _ = select.select([self.line_pipe, self.child.child_fd], [], [], TIMEOUT_S)
            if not ready:
                pytest.fail(f"{self.name} did not answer: {printed.decode(errors='replace')}")
            if self.child.child_fd in ready:
                printed += os.read(self.child.child_fd, 65536)
            if self.line_pipe in ready:
                line += os.read(self.line_pipe, 65536)
        return line[:-1].decode().removesuffix("\n"), printed.decode(errors="replace")


@contextmanager
def completing_shell(name: str, home: Path, environ: dict[str, str]) -> Iterator[CompletingShell]:
    """An interactive shell with completion of emtui, in this home folder."""
    program = shutil.which(name)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    arguments, script = STARTS[name]
    start = home / (".zshrc" if name == "zsh" else "start")
    start.write_text(script)
    tools = home / "bin"
    tools.mkdir(exist_ok=True)
    emtui = tools / "emtui"
    emtui.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m emtui "$@"\n')
    emtui.chmod(0o755)
    pipe = home / "line"
    os.mkfifo(pipe)
    line_pipe = os.open(pipe, os.O_RDWR)
    child = pexpect.spawn(
        program,
        arguments,
        cwd=str(home),
        dimensions=(50, 160),
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(home),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "LINE_PIPE": str(pipe),
            "ZDOTDIR": str(home),
            "skip_global_compinit": "1",
            **environ,
        },
    )
    shell = CompletingShell(name, home, child, line_pipe)
    try:
        shell.type_and_tab("", tabs=0)  # the shell has read its start file
        yield shell
    finally:
        child.close(force=True)
        os.close(line_pipe)


Shells = Callable[[str], CompletingShell]
