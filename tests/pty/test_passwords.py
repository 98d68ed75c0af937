"""Where a password comes from, as a person sees it: a command that asks on the terminal, a mute keyring."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from mute_bus import mute_bus
from pty_terminal import PATIENCE, Terminal, a_home, emtui
from served import Demo
from slow_line import Line, far_off

ASKING = """#!/bin/sh
printf 'Passphrase: ' > /dev/tty
read -r word < /dev/tty
[ "$word" = open ] || { echo 'wrong passphrase' >&2; exit 2; }
echo "$1"
"""


@pytest.fixture
def home(tmp_path: Path, demo: Demo) -> dict[str, str]:
    """Two profiles, so that nothing is asked before one is chosen; `lab` has a command that asks."""
    program = tmp_path / "asking"
    program.write_text(ASKING)
    program.chmod(stat.S_IRWXU)
    file = tmp_path / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"[profiles.lab]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
        f"password_command = ['{program}', '{demo.password}']\n"
        f"[profiles.plain]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
    )
    file.chmod(0o600)
    return a_home(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")


def config_of(home: dict[str, str]) -> str:
    return (Path(home["XDG_CONFIG_HOME"]) / "emtui" / "config.toml").read_text()


def choose_lab(terminal: Terminal) -> None:
    terminal.until("Profiles")
    terminal.press("esc")
    terminal.rest()
    terminal.press("enter")
    terminal.until("password_command of lab is run")
    terminal.press("enter")


def test_a_password_command_has_the_terminal_while_it_asks(home: dict[str, str]) -> None:
    with emtui(environ=home) as terminal:
        choose_lab(terminal)
        terminal.until("Passphrase:")
        terminal.press("shut\r")
        terminal.until("wrong passphrase")
        terminal.until("Profiles")
        terminal.press("enter")
        terminal.until("Passphrase:")
        terminal.press("open\r")
        terminal.until("1 of 3,")
        terminal.press("q")
        assert terminal.end() == 0


def test_a_command_is_not_run_for_another_user_than_its_profiles(home: dict[str, str]) -> None:
    with emtui(environ=home) as terminal:
        terminal.until("Profiles")
        terminal.press("esc")
        terminal.rest()
        terminal.press("enter")
        terminal.until("password_command of lab is run")
        terminal.press("\x1b[Z", "2")
        terminal.until("logs on as 2")
        terminal.press("enter")
        terminal.rest()
        assert "Passphrase" not in terminal.received.decode()
        terminal.press("ctrl+c")
        assert terminal.end() == 0


def test_ctrl_c_ends_the_command_and_not_emtui(home: dict[str, str]) -> None:
    with emtui(environ=home) as terminal:
        choose_lab(terminal)
        terminal.until("Passphrase:")
        terminal.press("ctrl+c")
        terminal.until("was killed by")
        terminal.press("ctrl+c")
        assert terminal.end() == 0


@pytest.fixture
def mute(home: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """The profile without a command alone, and a keyring that never answers."""
    file = Path(home["XDG_CONFIG_HOME"]) / "emtui" / "config.toml"
    file.write_text("[profiles.plain]" + file.read_text().partition("[profiles.plain]")[2])
    del home["PYTHON_KEYRING_BACKEND"]
    with mute_bus(tmp_path) as address:
        yield home | {"DBUS_SESSION_BUS_ADDRESS": address}


def test_a_mute_keyring_is_said_and_the_password_may_be_typed(mute: dict[str, str], demo: Demo) -> None:
    with emtui(environ=mute) as terminal:
        terminal.until("Asking the keyring")
        terminal.until("has not answered for 3")
        terminal.press(demo.password, "enter")
        terminal.until("1 of 3,")
        terminal.press("q")
        assert terminal.end() == 0


def test_a_mute_keyring_can_be_switched_off_for_the_profile(mute: dict[str, str], demo: Demo) -> None:
    with emtui(environ=mute) as terminal:
        terminal.until("never ask it for plain")
        terminal.until("it cannot be remembered here")
        terminal.press("tab", " ")
        terminal.until("[x] never ask it for plain")
        terminal.press("\x1b[Z", demo.password, "enter")
        terminal.until("1 of 3,", lambda _: 'keyring = "off"' in config_of(mute))
        terminal.press("q")
        assert terminal.end() == 0
    with emtui(environ=mute) as terminal:
        terminal.until("Password")
        terminal.rest()
        assert "Asking the keyring" not in terminal.received.decode()
        terminal.press("ctrl+c")
        assert terminal.end() == 0


def test_ctrl_c_leaves_while_the_keyring_is_asked_and_nobody_is_left_behind(mute: dict[str, str]) -> None:
    with emtui(environ=mute) as terminal:
        terminal.until("has not answered for 3")
        pid = terminal.child.pid
        terminal.press("ctrl+c")
        assert terminal.end() == 0
    assert not Path(f"/proc/{pid}").exists()
    assert _command_lines(mute) == []


def _command_lines(home: dict[str, str]) -> list[bytes]:
    """Of the processes that live in this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if home["HOME"].encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_ctrl_c_works_while_a_command_asks_the_keyring(mute: dict[str, str]) -> None:
    with emtui("sessions", environ=mute) as terminal:
        until_asked(mute)
        terminal.press("ctrl+c")
        assert terminal.end() == 130


def until_asked(home: dict[str, str]) -> None:
    """Wait until a child of emtui asks the keyring."""
    ends = monotonic() + PATIENCE
    while not any(b"keyring_worker" in said for said in _command_lines(home)):
        assert monotonic() < ends, "the keyring is not asked"
        sleep(0.05)


def test_a_command_says_that_the_keyring_is_silent_and_asks_the_person(
    mute: dict[str, str], demo: Demo
) -> None:
    with emtui("sessions", "--limit", "1", environ=mute) as terminal:
        terminal.until("did not respond within 3 s")
        terminal.until("Password of ")
        terminal.press(demo.password, "enter")
        assert terminal.end() == 0
    assert "CollectJob" in "\n".join(terminal.lines())


def test_the_variable_is_not_handed_on_and_the_process_is_closed_to_others(
    tmp_path: Path, demo: Demo
) -> None:
    environ = a_home(tmp_path, EMTUI_PASSWORD=demo.password)
    arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with emtui(*arguments, environ=environ) as terminal:
        terminal.until("1 of 3,")
        terminal.press("q")
        assert terminal.end() == 0
    assert demo.password.encode() not in terminal.received.replace(b"DEMO", b"")


def test_what_the_terminal_answers_late_is_not_typed_into_the_command(home: dict[str, str]) -> None:
    with far_off(["-m", "emtui"], home, line=Line(rate=1e9, delay=0.5)) as terminal:
        terminal.until("Profiles")
        terminal.press("esc")
        terminal.for_a_while(2)
        terminal.press("enter")
        terminal.until("password_command of lab is run")
        terminal.press("enter")
        terminal.until("Passphrase:")
        terminal.press("open\r")
        terminal.until("1 of 3,")
