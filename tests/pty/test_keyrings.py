"""Every state of a keyring as the user sees it: the message, and how long it takes.

Messages and times are printed at the end of the test run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from demo_server import RunningDemo
from desktop_session import desktop_folders, running_keyring, session_bus
from kernel_keyring_support import keyring_refusal
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui
from scripted_server import PASSWORD, USER, make_identity, scripted_server_in_thread
from unresponsive_dbus import unresponsive_bus

KeyringRecord = Callable[[str, object], None]


@pytest.fixture
def home(tmp_path: Path, demo: RunningDemo) -> dict[str, str]:
    """An environment with a profile, and no bus except the one of a test."""
    environ = (
        isolated_environment(tmp_path)
        | desktop_folders(tmp_path)
        | {"XDG_STATE_HOME": str(tmp_path / "state")}
    )
    file = Path(environ["XDG_CONFIG_HOME"]) / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f"[profiles.lab]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n")
    file.chmod(0o600)
    return environ | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'no-bus'}"}


@pytest.fixture
def bus(home: dict[str, str]) -> Iterator[str]:
    with session_bus(Path(home["HOME"])) as address:
        home["DBUS_SESSION_BUS_ADDRESS"] = address
        yield address


def remember_password(home: dict[str, str], demo: RunningDemo) -> str:
    """Log on once and save the password; return the messages."""
    done = subprocess.run(
        [sys.executable, "-m", "emtui", "login", "-p", "lab", "--remember"],
        env=home | {"EMTUI_PASSWORD": demo.password},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stderr


def status_text(terminal: EmtuiTerminal, expected: str, record: KeyringRecord) -> str:
    """Wait for this text and record the time it took; return the screen as one line."""
    start = time.monotonic()
    lines = terminal.wait_for(lambda lines: expected in _joined_lines(lines))
    record("message", f"{time.monotonic() - start:4.1f} s  {expected}")
    return _joined_lines(lines)


def _joined_lines(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def assert_logon_by_typing(terminal: EmtuiTerminal, demo: RunningDemo) -> None:
    terminal.press(demo.password, "enter")
    terminal.wait_for(" of 105 runs")
    terminal.press("q")
    assert terminal.wait_exit() == 0


def test_with_an_unlocked_keyring_the_list_opens_without_a_prompt(
    bus: str, home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    with running_keyring(bus, Path(home["HOME"])):
        assert "Password saved in Secret Service" in remember_password(home, demo)
        with run_emtui(environ=home) as terminal:
            status_text(terminal, "1 of 3,", record_property)
            terminal.press("q")
            assert terminal.wait_exit() == 0


def test_a_locked_keyring_is_reported_and_the_password_prompted_for(
    bus: str, home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    with running_keyring(bus, Path(home["HOME"])):
        remember_password(home, demo)
    with running_keyring(bus, Path(home["HOME"]), unlocked=False), run_emtui(environ=home) as terminal:
        status_text(terminal, "keyring is locked", record_property)
        assert_logon_by_typing(terminal, demo)


def test_a_keyring_killed_meanwhile_is_reported_and_the_password_prompted_for(
    bus: str, home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    with running_keyring(bus, Path(home["HOME"])) as daemon:
        remember_password(home, demo)
        daemon.stop()
        with run_emtui(environ=home) as terminal:
            terminal.wait_for("Reading the password")
            daemon.kill()
            status_text(terminal, "the keyring failed", record_property)
            assert_logon_by_typing(terminal, demo)


def test_an_unresponsive_bus_is_reported_after_three_seconds(
    home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    with unresponsive_bus(Path(home["HOME"])) as address:
        home["DBUS_SESSION_BUS_ADDRESS"] = address
        with run_emtui(environ=home) as terminal:
            status_text(terminal, "locked, or its unlock prompt is on another display", record_property)
            assert_logon_by_typing(terminal, demo)


def test_without_a_bus_the_missing_keyring_is_reported(
    home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    with run_emtui(environ=home) as terminal:
        status_text(terminal, "cannot be saved on this computer: no keyring responds", record_property)
        assert_logon_by_typing(terminal, demo)


def test_keyrings_alt_is_reported_and_not_used(
    home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    library = os.environ.get("EMTUI_KEYRINGS_ALT")
    if not library:
        if os.environ.get("CI") == "true":
            pytest.fail("EMTUI_KEYRINGS_ALT names no folder with keyrings.alt")
        pytest.skip("EMTUI_KEYRINGS_ALT names no folder with keyrings.alt (pip install --target)")
    home["PYTHONPATH"] = library
    with run_emtui(environ=home) as terminal:
        status_text(terminal, "except keyrings.alt, which stores passwords in clear text", record_property)
        assert_logon_by_typing(terminal, demo)
    assert not list(Path(home["HOME"]).rglob("*pass.cfg"))


def test_without_a_desktop_the_kernel_keyring_is_used(
    home: dict[str, str], demo: RunningDemo, record_property: KeyringRecord
) -> None:
    if refused := keyring_refusal():
        pytest.skip(refused)
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        del home[name]
    try:
        assert "Password saved in kernel keyring for 12 hours" in remember_password(home, demo)
        with run_emtui(environ=home) as terminal:
            status_text(terminal, "1 of 3,", record_property)
            terminal.press("q")
            assert terminal.wait_exit() == 0
    finally:
        out = subprocess.run(
            [sys.executable, "-m", "emtui", "logout", "-p", "lab"],
            env=home,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "removed from the keyring." in out.stderr


def test_check_box_and_confirmations_name_the_time_in_the_kernel_keyring(tmp_path: Path) -> None:
    if refused := keyring_refusal():
        pytest.skip(refused)
    identity = make_identity(tmp_path, days=300)
    environ = isolated_environment(
        tmp_path, EMTUI_USER=USER, EMTUI_PIN=identity.sha256, XDG_STATE_HOME=str(tmp_path / "s")
    )
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND"):
        environ.pop(name, None)
    with scripted_server_in_thread(context=identity.tls_context()) as server:
        environ["EMTUI_SERVER"] = server.authority
        try:
            with run_emtui("login", "-p", "lab", columns=120, environ=environ) as terminal:
                terminal.wait_for("Password of ")
                terminal.press(PASSWORD, "\r")
                terminal.wait_for("Save the password in kernel keyring for 12 hours? [y/N]")
                terminal.press("y", "\r")
                terminal.wait_for("Password saved in kernel keyring for 12 hours")
            out = [sys.executable, "-m", "emtui", "logout", "-p", "lab"]
            subprocess.run(out, env=environ, capture_output=True, check=True)
            with run_emtui(environ=environ) as terminal:
                terminal.wait_for(
                    lambda lines: "[ ] Save password in kernel keyring for 12 hours" in _joined_lines(lines)
                )
                terminal.press(PASSWORD, "\t", " ", "\r")
                terminal.wait_for("The password is saved in kernel keyring for 12 hours.")
        finally:
            out = [sys.executable, "-m", "emtui", "logout"]
            subprocess.run(out, env=environ, capture_output=True, check=True)
