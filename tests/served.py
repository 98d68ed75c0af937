"""A demo server in a process of its own, over real HTTPS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Demo:
    """Where a demo server listens and what it takes to log on there; without TLS no `sha256` and `ca`."""

    url: str
    user: str
    password: str
    sha256: str
    ca: Path

    def variables(self) -> dict[str, str]:
        """An environment that logs on to it without a question."""
        return {
            "EMTUI_SERVER": self.url,
            "EMTUI_USER": self.user,
            "EMTUI_PASSWORD": self.password,
            "EMTUI_PIN": self.sha256,
        }


def serve(*options: str, environ: dict[str, str] | None = None) -> Iterator[Demo]:
    """Run `emtui demo --serve` with these options until the generator is closed."""
    argv = [sys.executable, "-m", "emtui", "demo", "--serve", "--port", "0", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environ or dict(os.environ), text=True) as server:
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            yield Demo(
                told["url"], told["user"], told["password"], told["sha256"] or "", Path(told["ca"] or "")
            )
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
