"""How soon it is over when something ends it, and how soon a password may be typed when a keyring is mute."""

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
from bench.output_costs import run_demo_with_home
from pty_terminal import isolated_environment
from unresponsive_dbus import unresponsive_bus

MAX_EXIT_S = 3.0
EXIT_WAYS: dict[str, Callable[[BenchTerminal], None]] = {
    "q": lambda tty: tty.press("q"),
    "SIGTERM": lambda tty: os.kill(tty.pid, signal.SIGTERM),
    "SIGHUP": lambda tty: os.kill(tty.pid, signal.SIGHUP),
}


def measure_exits(served: BenchServer) -> Iterator[BenchmarkResult]:
    """From what ends it to its end: with a server that answers, then with one that is mute."""
    for name, leave in EXIT_WAYS.items():
        yield BenchmarkResult(
            f"over after {name}", _time_exit(served, leave), "s", MAX_EXIT_S, "the server answers"
        )
    yield BenchmarkResult(
        "over after SIGTERM, the server mute",
        _time_exit(served, _leave_during_hung_request(served)),
        "s",
        MAX_EXIT_S,
    )
    yield _leave_during_keyring_request(served)


def _time_exit(served: BenchServer, leave: Callable[[BenchTerminal], None]) -> float:
    with running_program([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.wait_for(run_demo_with_home(served))
        tty.wait_for_silence()
        start = time.monotonic()
        try:
            leave(tty)
            tty.wait_exit()
        finally:
            served.server.send_signal(signal.SIGCONT)
        return time.monotonic() - start


def _leave_during_hung_request(served: BenchServer) -> Callable[[BenchTerminal], None]:
    def leave(tty: BenchTerminal) -> None:
        served.server.send_signal(signal.SIGSTOP)
        os.kill(tty.pid, signal.SIGTERM)

    return leave


def _leave_during_keyring_request(served: BenchServer) -> BenchmarkResult:
    """A desktop's bus that lets everybody in and says nothing more."""
    server_identity = {name: served.environ[f"EMTUI_{name.upper()}"] for name in ("server", "user", "pin")}
    with TemporaryDirectory(prefix="emtui-mute-") as name, unresponsive_bus(Path(name)) as bus:
        config = Path(name) / "config" / "emtui" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            "[profiles.lab]\n" + "".join(f"{key} = '{value}'\n" for key, value in server_identity.items())
        )
        config.chmod(0o600)
        environ = isolated_environment(Path(name), DBUS_SESSION_BUS_ADDRESS=bus)
        with running_program([sys.executable, "-m", "emtui"], environ) as tty:
            asked = tty.wait_for("Asking the keyring")
            prompt = tty.wait_for("may be locked") - asked
    return BenchmarkResult(
        "keyring mute: until a password is asked for", prompt, "s", MAX_EXIT_S, "after it was asked"
    )
