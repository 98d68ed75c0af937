"""Use an installed emtui as a person would: version, server, list, keyring, and the demo on a terminal.

    python .ci/check_installed.py [--keyring] COMMAND [ARGUMENT …]

Run by .ci/integration with the Python of the tests, in an environment without a network. Exits with 1 and
one line if something differs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from desktop_session import desktop_folders, running_keyring, session_bus

TIMEOUT_S = 120


def main(arguments: Sequence[str]) -> int:
    """Check the command; every check raises if it fails."""
    with_keyring = arguments[0] == "--keyring"
    command = list(arguments[1:] if with_keyring else arguments)
    try:
        version = _run(command, "--version").stdout
        _require(version.startswith("emtui "), f"--version printed {version!r}")
        _check_demo(command)
        with _demo_server(command) as announcement, tempfile.TemporaryDirectory() as folder:
            _check_sessions(command, announcement)
            if with_keyring:
                _check_keyring(command, announcement, Path(folder))
    except AssertionError as problem:
        sys.stderr.write(f"{' '.join(command)}: {problem}\n")
        return 1
    return 0


def _check_demo(command: Sequence[str]) -> None:
    """Log on to the demo, which runs in a child process, and quit."""
    program, *rest = command
    environ = os.environ | {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    child = pexpect.spawn(
        program, [*rest, "demo"], env=environ, dimensions=(40, 120), encoding="utf-8", timeout=TIMEOUT_S
    )
    child.expect("log on")
    child.send("\r")
    child.expect("[0-9]+ runs")
    child.send("Q")
    child.expect(pexpect.EOF)
    child.close()
    _require(child.exitstatus == 0, f"the demo ended with {child.exitstatus}")


@contextmanager
def _demo_server(command: Sequence[str]) -> Iterator[dict[str, str]]:
    argv = [*command, "demo", "--serve", "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=TIMEOUT_S)
    _require(server.returncode == 0, f"demo --serve ended with {server.returncode}")


def _check_sessions(command: Sequence[str], server: dict[str, str]) -> None:
    environ = {"EMTUI_PASSWORD": server["password"]}
    began = time.monotonic()
    listed = _run(command, "sessions", *_connection(server), "-o", "json", **environ)
    rows = json.loads(listed.stdout)
    _require(len(rows) > 100, f"sessions listed {len(rows)} rows: {listed.stderr}")
    sys.stdout.write(f"  sessions: {time.monotonic() - began:.2f} s\n")


def _check_keyring(command: Sequence[str], server: dict[str, str], folder: Path) -> None:
    """Save the password in a real keyring, then list without giving it."""
    (folder / "config" / "emtui").mkdir(parents=True)
    profile = {"server": server["url"], "user": server["user"], "pin": server["sha256"]}
    text = "[profiles.lab]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in profile.items())
    config = folder / "config" / "emtui" / "config.toml"
    config.write_text(text)
    config.chmod(0o600)
    with session_bus(folder) as bus, running_keyring(bus, folder):
        desktop = desktop_folders(folder) | {"DBUS_SESSION_BUS_ADDRESS": bus, "HOME": os.environ["HOME"]}
        saved = _run(
            command, "login", "-p", "lab", "--remember", **desktop, EMTUI_PASSWORD=server["password"]
        )
        _require("Secret Service" in saved.stderr, f"login --remember reported {saved.stderr!r}")
        listed = _run(command, "sessions", "-p", "lab", "-o", "json", **desktop)
        _require(len(json.loads(listed.stdout)) > 100, f"with the keyring: {listed.stderr!r}")


def _connection(server: dict[str, str]) -> list[str]:
    return ["--server", server["url"], "--user", server["user"], "--pin", server["sha256"]]


def _run(command: Sequence[str], *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*command, *arguments],
        env=os.environ | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    _require(done.returncode == 0, f"{arguments[0]} ended with {done.returncode}: {done.stderr}")
    return done


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise AssertionError(problem)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
