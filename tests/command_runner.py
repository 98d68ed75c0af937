"""Run emtui as a separate process with its own home folder and without a keyring."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fork_server


@dataclass
class CommandRunner:
    """Runs emtui with only the variables `environ`; `leading_arguments` precede every command."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    leading_arguments: tuple[str, ...] = ()

    def __call__(self, *argv: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return fork_server.run(
            ["-m", "emtui", *self.leading_arguments, *argv], environ={**self.environ, **environ}, stdin=stdin
        )

    def run_json(self, *argv: str) -> Any:  # noqa: ANN401 - any JSON
        result = self(*argv)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)
