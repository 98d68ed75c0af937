"""Fixtures of all tests: a demo server over real HTTPS, with a fixed seed and clock."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from demo_server import RunningDemo, run_demo_server
from hypothesis import HealthCheck, settings

DEMO_SEED = "1"
DEMO_CLOCK = "2026-11-23T02:12:04Z"

# Examples are random locally and fixed in CI. Slow examples are not failures: the machine may be busy.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Background processes of a script ignore SIGINT, and child processes would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # The same for SIGHUP under nohup.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """`-n auto`: twice the number of processors, as most tests wait for a terminal or server."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 2 * (os.cpu_count() or 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the properties recorded by tests, such as measured times."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [(report.location[2], reason) for report in passed for _, reason in report.user_properties]
    if lines:
        terminalreporter.section("what was said, and how soon")
        for test, reason in sorted(lines):
            terminalreporter.line(f"{test}\n    {reason}")


@pytest.fixture(scope="session")
def demo() -> Iterator[RunningDemo]:
    """One server per worker: the demo of seed 1 with a stopped clock."""
    yield from run_demo_server("--seed", DEMO_SEED, "--clock", DEMO_CLOCK, "--speed", "0")
