"""How soon it is over when something ends it, and how soon a password may be typed when a keyring is mute."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.counts import there
from bench.figures import Figure
from bench.server import Served
from bench.terminal import Tty, running
from mute_bus import mute_bus
from pty_terminal import a_home

GOAL = 3.0
WAYS: dict[str, Callable[[Tty], None]] = {
    "q": lambda tty: tty.press("q"),
    "SIGTERM": lambda tty: os.kill(tty.pid, signal.SIGTERM),
    "SIGHUP": lambda tty: os.kill(tty.pid, signal.SIGHUP),
}


def endings(served: Served) -> Iterator[Figure]:
    """From what ends it to its end: with a server that answers, then with one that is mute."""
    for name, way in WAYS.items():
        yield Figure(f"over after {name}", _over(served, way), "s", GOAL, "the server answers")
    yield Figure("over after SIGTERM, the server mute", _over(served, _mute(served)), "s", GOAL)
    yield _keyring(served)


def _over(served: Served, way: Callable[[Tty], None]) -> float:
    with running([sys.executable, "-m", "emtui"], served.environ) as tty:
        tty.until(there(served))
        tty.settled()
        began = time.monotonic()
        try:
            way(tty)
            tty.ended()
        finally:
            served.server.send_signal(signal.SIGCONT)
        return time.monotonic() - began


def _mute(served: Served) -> Callable[[Tty], None]:
    def way(tty: Tty) -> None:
        served.server.send_signal(signal.SIGSTOP)
        os.kill(tty.pid, signal.SIGTERM)

    return way


def _keyring(served: Served) -> Figure:
    """A desktop's bus that lets everybody in and says nothing more."""
    known = {name: served.environ[f"EMTUI_{name.upper()}"] for name in ("server", "user", "pin")}
    with TemporaryDirectory(prefix="emtui-mute-") as name, mute_bus(Path(name)) as bus:
        config = Path(name) / "config" / "emtui" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            "[profiles.lab]\n" + "".join(f"{key} = '{value}'\n" for key, value in known.items())
        )
        config.chmod(0o600)
        environ = a_home(Path(name), DBUS_SESSION_BUS_ADDRESS=bus)
        with running([sys.executable, "-m", "emtui"], environ) as tty:
            asked = tty.until("Asking the keyring")
            offered = tty.until("may be locked") - asked
    return Figure("keyring mute: until a password is asked for", offered, "s", GOAL, "after it was asked")
