"""What many tests stand on: one demo server over real HTTPS, with a fixed seed and clock."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from served import Demo, serve

DEMO_SEED = "1"
DEMO_CLOCK = "2026-11-23T02:12:04Z"

# Examples are new ones at every desk, and always the same where a change is judged.
settings.register_profile("judged", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("judged")


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One server per worker: the story of seed 1 at a moment that stands still."""
    yield from serve("--seed", DEMO_SEED, "--clock", DEMO_CLOCK, "--speed", "0")
