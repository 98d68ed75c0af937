"""A desktop session for tests: a private D-Bus, with or without a keyring.

Needs `dbus-daemon` and `gnome-keyring-daemon`. A machine without them skips these
tests and says so; CI installs them (.ci/run) and fails instead.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

TIMEOUT_S = 60.0
"""Time-out in seconds for the start of a daemon."""

PACKAGES = "dbus gnome-keyring openssh-client openssh-server tmux"

# No service folders: nothing starts on this bus by being asked for.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextmanager
def session_bus(folder: Path) -> Iterator[str]:
    """Yield the address of a private bus, stopped when the block ends."""
    require_program("dbus-daemon")
    config = folder / "bus.conf"
    config.write_text(_BUS)
    argv = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        try:
            yield daemon.stdout.readline().strip()
        finally:
            daemon.terminate()
            daemon.communicate(timeout=TIMEOUT_S)


@dataclass(frozen=True)
class KeyringDaemon:
    """The daemon of a Secret Service."""

    daemon: subprocess.Popen[str]

    def stop(self) -> None:
        """Stop responding."""
        self.daemon.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Leave the bus at once."""
        self.daemon.kill()


@contextmanager
def running_keyring(bus: str, home: Path, *, unlocked: bool = True) -> Iterator[KeyringDaemon]:
    """Run a Secret Service on this bus, with its files below `home`."""
    require_program("gnome-keyring-daemon")
    require_program("dbus-send")
    environ = {"PATH": os.environ["PATH"], "DBUS_SESSION_BUS_ADDRESS": bus, **desktop_folders(home)}
    argv = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *["--unlock"] * unlocked]
    with subprocess.Popen(
        argv,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as daemon:
        assert daemon.stdin is not None
        try:
            daemon.stdin.write("keyring-of-the-test")
            daemon.stdin.close()
            _wait_until_owned("org.freedesktop.secrets", environ)
            yield KeyringDaemon(daemon)
        finally:
            daemon.kill()  # also ends a stopped one
            daemon.wait(timeout=TIMEOUT_S)


def desktop_folders(home: Path) -> dict[str, str]:
    """Return variables that keep desktop programs within `home`."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(runtime),
    }


def _wait_until_owned(name: str, environ: dict[str, str]) -> None:
    ask = [
        *("dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus"),
        *("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", f"string:{name}"),
    ]
    deadline = time.monotonic() + TIMEOUT_S
    while "true" not in subprocess.run(ask, env=environ, capture_output=True, text=True, check=True).stdout:
        assert time.monotonic() < deadline, f"{name} has no owner on the bus"


def find_program(program: str) -> str | None:
    """Return the program's path; daemons may be on root's PATH only."""
    return shutil.which(program) or shutil.which(program, path="/usr/local/sbin:/usr/sbin")


def require_program(program: str) -> None:
    """Skip the test if the program is missing; fail where all programs are required."""
    if find_program(program):
        return
    reason = f"{program} is not installed (Debian: apt-get install {PACKAGES})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
