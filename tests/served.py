"""A demo server in a process of its own, over real HTTPS."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fork_server


@dataclass(frozen=True, slots=True)
class Demo:
    """URL and credentials of a demo server; `sha256` and `ca` are empty without TLS."""

    url: str
    user: str
    password: str
    sha256: str
    ca: Path

    def variables(self) -> dict[str, str]:
        """Environment variables that log on to it without prompting."""
        return {
            "EMTUI_SERVER": self.url,
            "EMTUI_USER": self.user,
            "EMTUI_PASSWORD": self.password,
            "EMTUI_PIN": self.sha256,
        }


def serve(*options: str, environ: dict[str, str] | None = None) -> Iterator[Demo]:
    """Run `emtui demo --serve` with these options until the generator is closed."""
    argv = ["-m", "emtui", "demo", "--serve", "--port", "0", *options]
    announced, announcing = os.pipe()
    try:
        pid = fork_server.begin(argv, environ=environ or surroundings(), files=(0, announcing, 2))
    finally:
        os.close(announcing)
    try:
        with os.fdopen(announced) as said:
            told = json.loads(said.readline())
            yield Demo(
                told["url"], told["user"], told["password"], told["sha256"] or "", Path(told["ca"] or "")
            )
    finally:
        os.kill(pid, signal.SIGTERM)
        fork_server.wait(pid, 60)


def surroundings() -> dict[str, str]:
    """The environment of the server process."""
    ours = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "TZ") if name in os.environ}
    return {**ours, "LANG": fork_server.LANGUAGE}
