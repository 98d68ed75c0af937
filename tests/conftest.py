"""What many tests stand on: one demo server over real HTTPS, with a fixed seed and clock."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from demo_server import RunningDemo, run_demo_server
from hypothesis import HealthCheck, settings

DEMO_SEED = "1"
DEMO_CLOCK = "2026-11-23T02:12:04Z"

# Examples are new ones at every desk, and always the same where a change is judged. How long one takes
# says how busy the machine is, and is no reason to fail.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("judged", settings.get_profile("desk"), derandomize=True)
settings.load_profile("judged" if os.environ.get("CI") else "desk")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a script ctrl+c is ignored, and whatever is started would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # So is a hang-up under nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """What `-n auto` means: most tests wait for a terminal or a server, so twice as many as processors."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 2 * (os.cpu_count() or 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests were asked to say at the end: a line for each, such as how long something took."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [(report.location[2], reason) for report in passed for _, reason in report.user_properties]
    if lines:
        terminalreporter.section("what was said, and how soon")
        for test, reason in sorted(lines):
            terminalreporter.line(f"{test}\n    {reason}")


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningDemo]:
    """One server per worker: the story of seed 1 at a moment that stands still."""
    yield from run_demo_server("--seed", DEMO_SEED, "--clock", DEMO_CLOCK, "--speed", "0")
