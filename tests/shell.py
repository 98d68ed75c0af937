"""Running emtui as a person's shell does: a process of its own, in a home of its own, without a keyring."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Shell:
    """Runs emtui in `home`; `environ` is all it sees of ours, and `before` stands before every command."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def __call__(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "emtui", *self.before, *argv],
            input=stdin,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def json(self, *argv: str) -> Any:  # noqa: ANN401 - JSON is what it is
        done = self(*argv)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
