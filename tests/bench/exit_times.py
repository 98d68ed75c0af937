"""Seconds until emtui has exited, and until it asks for a password if the keyring does not respond."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bench_server import BenchServer
from bench.bench_terminal import BenchTerminal, running_program
from bench.benchmark_results import BenchmarkResult
from bench.output_costs import position_text
from pty_terminal import isolated_environment
from unresponsive_dbus import unresponsive_bus

MAX_EXIT_S = 3.0
EXIT_ACTIONS: dict[str, Callable[[BenchTerminal], None]] = {
    "q": lambda tty: tty.press("q"),
    "SIGTERM": lambda tty: os.kill(tty.pid, signal.SIGTERM),
    "SIGHUP": lambda tty: os.kill(tty.pid, signal.SIGHUP),
}


def measure_exits(served: BenchServer) -> Iterator[BenchmarkResult]:
    """Seconds from the cause to the exit, with a responsive and with an unresponsive server."""
    for name, end in EXIT_ACTIONS.items():
        yield BenchmarkResult(
            f"exit after {name}", _time_exit(served, end), "s", MAX_EXIT_S, "the server responds"
        )
    yield BenchmarkResult(
        "exit after SIGTERM, the server does not respond",
        _time_exit(served, _end_during_hung_request(served)),
        "s",
        MAX_EXIT_S,
    )
    yield _measure_unresponsive_keyring(served)


def _time_exit(served: BenchServer, end: Callable[[BenchTerminal], None]) -> float:
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.wait_for(position_text(served))
        tty.wait_for_silence()
        start = time.monotonic()
        try:
            end(tty)
            tty.wait_exit()
        finally:
            served.server.send_signal(signal.SIGCONT)
        return time.monotonic() - start


def _end_during_hung_request(served: BenchServer) -> Callable[[BenchTerminal], None]:
    def end(tty: BenchTerminal) -> None:
        served.server.send_signal(signal.SIGSTOP)
        os.kill(tty.pid, signal.SIGTERM)

    return end


def _measure_unresponsive_keyring(served: BenchServer) -> BenchmarkResult:
    """Seconds until a password prompt, with a D-Bus that accepts connections and never responds."""
    server_identity = {name: served.environ[f"EMTUI_{name.upper()}"] for name in ("server", "user", "pin")}
    with TemporaryDirectory(prefix="emtui-keyring-") as name, unresponsive_bus(Path(name)) as bus:
        config = Path(name) / "config" / "emtui" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            "[profiles.lab]\n" + "".join(f"{key} = '{value}'\n" for key, value in server_identity.items())
        )
        config.chmod(0o600)
        environ = isolated_environment(Path(name), DBUS_SESSION_BUS_ADDRESS=bus)
        with running_program([sys.executable, "-m", "emtui"], environ) as tty:
            requested_at = tty.wait_for("Reading the password")
            prompt = tty.wait_for("may be locked") - requested_at
    return BenchmarkResult(
        "password prompt, the keyring does not respond", prompt, "s", MAX_EXIT_S, "after the request"
    )
