"""What many tests stand on: one demo server over real HTTPS, with a fixed seed and clock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DEMO_SEED = "1"
DEMO_CLOCK = "2026-11-23T02:12:04Z"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where a demo server listens and what it takes to log on there."""

    url: str
    user: str
    password: str
    sha256: str
    ca: Path


def serve(*options: str, environ: dict[str, str] | None = None) -> Iterator[Demo]:
    """Run `emtui demo --serve` with these options until the generator is closed."""
    argv = [sys.executable, "-m", "emtui", "demo", "--serve", "--port", "0", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environ or dict(os.environ), text=True) as server:
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            yield Demo(told["url"], told["user"], told["password"], told["sha256"], Path(told["ca"]))
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=10)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One server per worker: the story of seed 1 at a fixed moment."""
    yield from serve("--seed", DEMO_SEED, "--clock", DEMO_CLOCK)
