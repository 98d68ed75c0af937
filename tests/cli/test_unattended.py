"""Without a person: the ready files with accounts as they are on servers, and passwords that are gone."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server
from desktop_session import desktop_folders, running_keyring, session_bus
from kernel_keyring_support import keyring_refusal
from other_user_shell import OtherUserShell, other_user

EXAMPLES = Path(__file__).parents[2] / "emtui" / "docs" / "examples"
CHECK = re.compile(r"emtui (check [^\n|&;)$]*)")
PASSWORD_COMMAND_HINT = "Set password_command in the profile (see emtui docs unattended), or EMTUI_PASSWORD"

kernel_keyring = pytest.mark.skipif(bool(keyring_refusal()), reason=keyring_refusal() or "available")


@pytest.fixture(scope="module")
def quiet_demo() -> Iterator[RunningDemo]:
    """A server without incidents, where an example must not raise an alarm."""
    yield from run_demo_server("--seed", "0", "--clock", "2026-11-23T02:12:04Z", "--speed", "0")


@pytest.fixture
def service_account(quiet_demo: RunningDemo, tmp_path: Path) -> Iterator[OtherUserShell]:
    """An account as of a daemon: no terminal, no D-Bus, a read-only home, its own password file."""
    with other_user() as account:
        account.environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(tmp_path)}
        account.environ["XDG_CONFIG_DIRS"] = str(tmp_path / "etc")
        password_file = account.home / "password"
        password_file.write_text(f"{quiet_demo.password}\n")
        password_file.chmod(0o400)
        os.chown(password_file, account.uid, account.uid)
        yield account


def write_team_profile(folder: Path, demo: RunningDemo, example: str, **replacements: str) -> Path:
    """Write the example as a team's configuration, with the demo's server, user and certificate."""
    text = (EXAMPLES / example).read_text("utf-8")
    texts = {"em01.example.net": demo.url, r"EXAMPLE\monitoring": demo.user, **replacements}
    for before, after in texts.items():
        assert before in text
        text = text.replace(before, after)
    text, count = re.subn(r"^# pin = .*", f'pin = "{demo.sha256}"', text, flags=re.MULTILINE)
    assert count == 1
    file = folder / "etc" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    file.chmod(0o644)
    return file


def check_arguments(name: str) -> list[str]:
    """The arguments of the check in an example; the time limit is for a busy machine."""
    (line,) = CHECK.findall((EXAMPLES / name).read_text("utf-8"))
    return [*shlex.split(line), "--timeout", "60"]


@kernel_keyring
@pytest.mark.parametrize(
    "name", ["cron/emtui", "nagios/emtui.cfg", "nagios/nrpe.cfg", "zabbix/emtui.conf", "checkmk/mrpe.cfg"]
)
def test_a_check_works_for_an_account_with_a_read_only_home(
    name: str, service_account: OtherUserShell, quiet_demo: RunningDemo, tmp_path: Path
) -> None:
    replaced = {"/etc/emtui/password": str(service_account.home / "password")}
    write_team_profile(tmp_path, quiet_demo, "config/password-file.toml", **replaced)
    done = service_account(*check_arguments(name))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("EMTUI OK - ")
    assert done.stdout.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["etc"]


def test_the_service_of_systemd_reads_its_credential_and_keeps_its_state(
    service_account: OtherUserShell, quiet_demo: RunningDemo, tmp_path: Path
) -> None:
    write_team_profile(tmp_path, quiet_demo, "config/systemd.toml")
    unit = (EXAMPLES / "systemd" / "emtui-check.service").read_text("utf-8")
    (credential,) = re.findall(r"^LoadCredential=(\w+):", unit, re.MULTILINE)
    (state,) = re.findall(r"^Environment=XDG_STATE_HOME=(.*)", unit, re.MULTILINE)
    credentials = service_account.home / "credentials"
    credentials.mkdir(mode=0o500)
    (service_account.home / "password").rename(credentials / credential)
    service_account.environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    (state_directory,) = re.findall(r"^StateDirectory=(.*)", unit, re.MULTILINE)
    assert state == f"%S/{state_directory}"
    service_account.environ["XDG_STATE_HOME"] = str(service_account.home / state_directory)
    done = service_account(*check_arguments("systemd/emtui-check.service"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("EMTUI OK - ")
    assert list((service_account.home / state_directory / "emtui").glob("listed-*.json"))


def test_outside_the_service_the_missing_credential_is_named_in_the_line(
    service_account: OtherUserShell, quiet_demo: RunningDemo, tmp_path: Path
) -> None:
    write_team_profile(tmp_path, quiet_demo, "config/systemd.toml")
    done = service_account("check", "--profile", "monitoring")
    assert (done.returncode, done.stderr) == (3, "")
    assert (
        "password_command needs CREDENTIALS_DIRECTORY, which is set only in a systemd service" in done.stdout
    )


def test_a_password_file_of_another_account_is_named_in_the_line(
    service_account: OtherUserShell, quiet_demo: RunningDemo, tmp_path: Path
) -> None:
    replaced = {"/etc/emtui/password": str(tmp_path / "missing")}
    write_team_profile(tmp_path, quiet_demo, "config/password-file.toml", **replaced)
    done = service_account("check", "-p", "monitoring")
    assert (done.returncode, done.stderr) == (3, "")
    assert "password_command exited with code 1: cat: " in done.stdout
    assert "See emtui docs unattended" in done.stdout


# --- a keyring that has lost the password ------------------------------------------------------


@kernel_keyring
def test_after_a_restart_the_error_names_password_command_which_then_works(
    service_account: OtherUserShell, quiet_demo: RunningDemo, tmp_path: Path
) -> None:
    replaced = {"/etc/emtui/password": str(service_account.home / "password")}
    file = write_team_profile(tmp_path, quiet_demo, "config/password-file.toml", **replaced)
    recipe = file.read_text("utf-8")
    file.write_text(re.sub(r"^(password_command|unattended|keyring) = .*\n", "", recipe, flags=re.MULTILINE))
    home = {"HOME": str(service_account.home)}
    done = service_account("login", "--remember", **home, EMTUI_PASSWORD=quiet_demo.password)
    assert done.returncode == 0, done.stderr
    (service_account.home / ".config" / "emtui" / "config.toml").unlink()
    check = ("check", "-p", "monitoring", "--timeout", "60")
    assert service_account(*check).returncode == 0

    assert service_account("logout", **home).returncode == 0  # leaves the keyring as a restart does: empty
    done = service_account(*check)
    assert (done.returncode, done.stderr) == (3, "")
    assert "The kernel keyring has none: it keeps one for 12 hours, or until a restart." in done.stdout
    assert PASSWORD_COMMAND_HINT in done.stdout
    done = service_account("sessions", "-p", "monitoring")
    assert (done.returncode, done.stdout) == (4, "")
    assert PASSWORD_COMMAND_HINT in done.stderr
    assert "set password_command (see emtui docs unattended)" in service_account("doctor").stdout

    file.write_text(recipe)
    assert service_account(*check).returncode == 0
    assert "ok    password" in service_account("doctor").stdout


def test_a_locked_desktop_keyring_is_named_in_the_line(
    demo_shell: CommandRunner, demo: RunningDemo, tmp_path: Path
) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    del demo_shell.environ["PYTHON_KEYRING_BACKEND"]
    demo_shell.environ |= desktop_folders(tmp_path)
    with session_bus(tmp_path) as bus:
        demo_shell.environ["DBUS_SESSION_BUS_ADDRESS"] = bus
        with running_keyring(bus, tmp_path):
            done = demo_shell("login", "-p", "lab", "--remember", EMTUI_PASSWORD=demo.password)
            assert done.returncode == 0, done.stderr
        with running_keyring(bus, tmp_path, unlocked=False):
            done = demo_shell("check", "--timeout", "60")
    assert (done.returncode, done.stderr) == (3, "")
    assert f". The keyring is locked. {PASSWORD_COMMAND_HINT}" in done.stdout


def test_without_any_keyring_that_is_in_the_line(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    done = demo_shell("check")
    assert (done.returncode, done.stderr) == (3, "")
    assert f". No keyring responds. {PASSWORD_COMMAND_HINT}" in done.stdout


def test_a_prompting_command_is_not_run_by_the_doctor(demo_shell: CommandRunner, tmp_path: Path) -> None:
    file = tmp_path / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    ran = tmp_path / "ran"
    file.write_text(
        f"[profiles.lab]\nserver = 'em01.invalid'\nuser = 'ops'\npassword_command = ['touch', '{ran}']\n"
    )
    file.chmod(0o600)
    del demo_shell.environ["EMTUI_PASSWORD"]
    demo_shell.leading_arguments = ("-p", "lab")
    done = demo_shell("doctor")
    assert (
        "password_command was not run: without unattended = true in the profile it may prompt." in done.stdout
    )
    assert not ran.exists()
