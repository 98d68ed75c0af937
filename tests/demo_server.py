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
class RunningDemo:
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


def run_demo_server(*options: str, environ: dict[str, str] | None = None) -> Iterator[RunningDemo]:
    """Run `emtui demo --serve` with these options until the generator is closed."""
    argv = ["-m", "emtui", "demo", "--serve", "--port", "0", *options]
    read_end, write_end = os.pipe()
    try:
        pid = fork_server.start_process(
            argv, environ=environ or server_environment(), files=(0, write_end, 2)
        )
    finally:
        os.close(write_end)
    try:
        with os.fdopen(read_end) as output:
            announcement = json.loads(output.readline())
            yield RunningDemo(
                announcement["url"],
                announcement["user"],
                announcement["password"],
                announcement["sha256"] or "",
                Path(announcement["ca"] or ""),
            )
    finally:
        os.kill(pid, signal.SIGTERM)
        fork_server.wait(pid, 60)


def server_environment() -> dict[str, str]:
    """The environment of the server process."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "TZ") if name in os.environ}
    return {**inherited, "LANG": fork_server.LANGUAGE}
