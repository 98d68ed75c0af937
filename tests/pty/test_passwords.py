"""Passwords in a real terminal: a command that prompts, and a keyring that does not respond."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from demo_server import RunningDemo
from pty_terminal import TIMEOUT_S, EmtuiTerminal, isolated_environment, run_emtui
from slow_link import LinkSpeed, run_remote
from unresponsive_dbus import unresponsive_bus

ASKING_PROGRAM = """#!/bin/sh
printf 'Passphrase: ' > /dev/tty
read -r word < /dev/tty
[ "$word" = open ] || { echo 'wrong passphrase' >&2; exit 2; }
echo "$1"
"""


@pytest.fixture
def home(tmp_path: Path, demo: RunningDemo) -> dict[str, str]:
    """Two profiles, so that none is used automatically; the lab profile has a command that prompts."""
    program = tmp_path / "asking"
    program.write_text(ASKING_PROGRAM)
    program.chmod(stat.S_IRWXU)
    file = tmp_path / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"[profiles.lab]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
        f"password_command = ['{program}', '{demo.password}']\n"
        f"[profiles.plain]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
    )
    file.chmod(0o600)
    return isolated_environment(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")


def config_of(home: dict[str, str]) -> str:
    return (Path(home["XDG_CONFIG_HOME"]) / "emtui" / "config.toml").read_text()


def choose_lab_profile(terminal: EmtuiTerminal) -> None:
    terminal.wait_for("Profiles")
    terminal.press("esc")
    terminal.wait_idle()
    terminal.press("enter")
    terminal.wait_for("password_command of lab runs")
    terminal.press("enter")


def test_a_password_command_has_the_terminal_while_it_prompts(home: dict[str, str]) -> None:
    with run_emtui(environ=home) as terminal:
        choose_lab_profile(terminal)
        terminal.wait_for("Passphrase:")
        terminal.press("shut\r")
        terminal.wait_for("wrong passphrase")
        terminal.wait_for("Profiles")
        terminal.press("enter")
        terminal.wait_for("Passphrase:")
        terminal.press("open\r")
        terminal.wait_for("1 of 3,")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_command_is_not_run_for_another_user_than_its_profiles(home: dict[str, str]) -> None:
    with run_emtui(environ=home) as terminal:
        terminal.wait_for("Profiles")
        terminal.press("esc")
        terminal.wait_idle()
        terminal.press("enter")
        terminal.wait_for("password_command of lab runs")
        terminal.press("\x1b[Z", "2")
        terminal.wait_for("logs on as 2")
        terminal.press("enter")
        terminal.wait_idle()
        assert "Passphrase" not in terminal.received.decode()
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0


def test_ctrl_c_ends_the_command_and_not_emtui(home: dict[str, str]) -> None:
    with run_emtui(environ=home) as terminal:
        choose_lab_profile(terminal)
        terminal.wait_for("Passphrase:")
        terminal.press("ctrl+c")
        terminal.wait_for("was killed by")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0


@pytest.fixture
def unresponsive_keyring_environ(home: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Only the profile without a command, and a keyring that never responds."""
    file = Path(home["XDG_CONFIG_HOME"]) / "emtui" / "config.toml"
    file.write_text("[profiles.plain]" + file.read_text().partition("[profiles.plain]")[2])
    del home["PYTHON_KEYRING_BACKEND"]
    with unresponsive_bus(tmp_path) as address:
        yield home | {"DBUS_SESSION_BUS_ADDRESS": address}


def test_an_unresponsive_keyring_is_reported_and_the_password_can_be_typed(
    unresponsive_keyring_environ: dict[str, str], demo: RunningDemo
) -> None:
    with run_emtui(environ=unresponsive_keyring_environ) as terminal:
        terminal.wait_for("Reading the password")
        terminal.wait_for("Keyring not responding after 3 s")
        terminal.press(demo.password, "enter")
        terminal.wait_for("1 of 3,")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_an_unresponsive_keyring_can_be_turned_off_for_the_profile(
    unresponsive_keyring_environ: dict[str, str], demo: RunningDemo
) -> None:
    with run_emtui(environ=unresponsive_keyring_environ) as terminal:
        terminal.wait_for("Do not use the keyring for")
        terminal.wait_for(lambda lines: not any("Save password in" in line for line in lines))
        shown = " ".join(" ".join(terminal.wait_for("Keyring not responding")).split())
        assert shown.count("responding") == 1
        assert "respond within" not in shown, "the same in other words"
        terminal.press("tab", " ")
        terminal.wait_for("[x] Do not use the keyring for")
        terminal.press("\x1b[Z", demo.password, "enter")
        terminal.wait_for("1 of 3,", lambda _: 'keyring = "off"' in config_of(unresponsive_keyring_environ))
        terminal.press("q")
        assert terminal.wait_exit() == 0
    with run_emtui(environ=unresponsive_keyring_environ) as terminal:
        terminal.wait_for("Password")
        terminal.wait_idle()
        assert "Reading the password from the keyring" not in terminal.received.decode()
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0


def test_ctrl_c_quits_during_a_keyring_request_and_leaves_no_process_behind(
    unresponsive_keyring_environ: dict[str, str],
) -> None:
    with run_emtui(environ=unresponsive_keyring_environ) as terminal:
        terminal.wait_for("Keyring not responding after 3 s")
        pid = terminal.child.pid
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
    assert not Path(f"/proc/{pid}").exists()
    assert running_command_lines(unresponsive_keyring_environ) == []


def running_command_lines(home: dict[str, str]) -> list[bytes]:
    """The processes with this home folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if home["HOME"].encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_ctrl_c_works_while_a_command_reads_the_keyring(unresponsive_keyring_environ: dict[str, str]) -> None:
    with run_emtui("sessions", environ=unresponsive_keyring_environ) as terminal:
        wait_until_asked(unresponsive_keyring_environ)
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 130


def wait_until_asked(home: dict[str, str]) -> None:
    """Wait until a child of emtui reads the keyring."""
    deadline = monotonic() + TIMEOUT_S
    while not any(b"keyring_worker" in output for output in running_command_lines(home)):
        assert monotonic() < deadline, "the keyring is not asked"
        sleep(0.05)


def test_a_command_reports_an_unresponsive_keyring_and_prompts(
    unresponsive_keyring_environ: dict[str, str], demo: RunningDemo
) -> None:
    with run_emtui("sessions", "--limit", "1", environ=unresponsive_keyring_environ) as terminal:
        terminal.wait_for("did not respond within 3 s")
        terminal.wait_for("Password of ")
        terminal.press(demo.password, "enter")
        assert terminal.wait_exit() == 0
    assert "CollectJob" in "\n".join(terminal.lines())


def test_the_password_variable_is_not_inherited_and_the_process_is_not_readable_by_others(
    tmp_path: Path, demo: RunningDemo
) -> None:
    environ = isolated_environment(tmp_path, EMTUI_PASSWORD=demo.password)
    arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with run_emtui(*arguments, environ=environ) as terminal:
        terminal.wait_for("1 of 3,")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert demo.password.encode() not in terminal.received.replace(b"DEMO", b"")


def test_a_late_terminal_response_is_not_typed_into_the_command(home: dict[str, str]) -> None:
    with run_remote(["-m", "emtui"], home, line=LinkSpeed(rate=1e9, delay=0.5)) as terminal:
        terminal.wait_for("Profiles")
        terminal.press("esc")
        terminal.read_for(2)
        terminal.press("enter")
        terminal.wait_for("password_command of lab runs")
        terminal.press("enter")
        terminal.wait_for("Passphrase:")
        terminal.press("open\r")
        terminal.wait_for("1 of 3,")
