"""Profiles: created by `login`, listed by `profiles`, chosen by `-p`; and what `logout` removes."""

from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo


@pytest.fixture
def profile_shell(demo_shell: CommandRunner) -> CommandRunner:
    """A shell that has logged on once, with the profile `lab` and the password."""
    done = demo_shell("login", "-p", "lab")
    assert done.returncode == 0, done.stderr
    demo_shell.leading_arguments = ()
    return demo_shell


def read_config(shell: CommandRunner) -> Path:
    return shell.home / "config" / "emtui" / "config.toml"


def test_login_saves_server_user_and_pin_but_never_the_password(
    profile_shell: CommandRunner, demo: RunningDemo
) -> None:
    kept = read_config(profile_shell).read_text()
    assert demo.sha256 in kept
    assert demo.password not in kept
    (profile,) = profile_shell.run_json("profiles", "-o", "json")
    assert profile["name"] == "lab"
    assert profile["user"] == demo.user
    assert profile["pin"] == demo.sha256
    assert profile["password"] == "asked"


def test_a_profile_is_sufficient_to_connect(profile_shell: CommandRunner) -> None:
    asked = ("sessions", "--limit", "1", "-o", "json")
    assert len(profile_shell.run_json("-p", "lab", *asked)) == 1
    assert len(profile_shell.run_json(*asked)) == 1


def test_login_names_a_profile_after_the_host_by_default(demo_shell: CommandRunner) -> None:
    assert demo_shell("login").returncode == 0
    assert [profile["name"] for profile in demo_shell.run_json("profiles", "-o", "json")] == ["127.0.0.1"]


def test_profiles_is_a_table_and_empty_without_any(
    shell: CommandRunner, profile_shell: CommandRunner
) -> None:
    lines = profile_shell("profiles").stdout.splitlines()
    assert lines[0].split() == ["Name", "Server", "User", "Password", "Pin"]
    assert lines[1].startswith("lab   127.0.0.1:")
    read_config(shell).unlink()
    assert shell.run_json("profiles", "-o", "json") == []
    assert "Create one with emtui login" in shell("profiles").stderr


@pytest.mark.parametrize("command", [("sessions",), ("show", "latest"), ("check",), ("logout",)])
def test_with_several_profiles_an_error_says_how_to_choose_one(
    shell: CommandRunner, command: tuple[str, ...]
) -> None:
    file = read_config(shell)
    file.parent.mkdir(parents=True)
    file.write_text(
        "[profiles.prod]\nserver = 'em01.example.net'\n[profiles.lab]\nserver = 'em02.example.net'\n"
    )
    file.chmod(0o600)
    done = shell(*command)
    assert done.returncode == (3 if command == ("check",) else 2)
    text = done.stdout + done.stderr
    assert "Available profiles: prod, lab; none is the default. Choose one with -p, or" in text
    assert "set default_profile in the configuration" in text
    file.unlink()
    done = shell(*command)
    assert "a profile (-p; create one with emtui login)" in done.stdout + done.stderr


def test_a_refused_login_saves_nothing(demo_shell: CommandRunner) -> None:
    demo_shell.environ["EMTUI_PASSWORD"] = "wrong"
    assert demo_shell("login", "-p", "lab").returncode == 4
    assert not read_config(demo_shell).exists()


def test_login_without_a_terminal_stops_at_an_untrusted_certificate(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    demo_shell.leading_arguments = ("--server", demo.url, "--user", demo.user)
    done = demo_shell("login")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr
    assert not read_config(demo_shell).exists()


def test_login_without_a_server_says_so(shell: CommandRunner) -> None:
    done = shell("login")
    assert done.returncode == 2
    assert "--server" in done.stderr


def test_logout_can_remove_the_pin(profile_shell: CommandRunner, demo: RunningDemo) -> None:
    done = profile_shell("logout", "--forget-pin")
    assert "Profile lab: pin removed." in done.stderr
    assert demo.sha256 not in read_config(profile_shell).read_text()


def test_an_invalid_configuration_is_2(shell: CommandRunner) -> None:
    read_config(shell).parent.mkdir(parents=True)
    read_config(shell).write_text('[profiles.prod]\nserver = "em01.example.net"\nusr = "ops"\n')
    read_config(shell).chmod(0o600)
    done = shell("profiles")
    assert done.returncode == 2
    assert "usr" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_password_may_come_from_a_command_of_the_profile(
    profile_shell: CommandRunner, demo: RunningDemo
) -> None:
    del profile_shell.environ["EMTUI_PASSWORD"]
    secret = profile_shell.home / "secret"
    secret.write_text(f"{demo.password}\nanother line\n")
    with read_config(profile_shell).open("a") as file:
        file.write(f'password_command = ["cat", "{secret}"]\n')
    assert len(profile_shell.run_json("sessions", "--limit", "1", "-o", "json")) == 1
    assert profile_shell.run_json("profiles", "-o", "json")[0]["password"] == "password_command"


def test_a_failing_password_command_is_reported_and_the_next_source_used(
    profile_shell: CommandRunner,
) -> None:
    del profile_shell.environ["EMTUI_PASSWORD"]
    with read_config(profile_shell).open("a") as file:
        file.write('password_command = ["false"]\n')
    done = profile_shell("sessions")
    assert done.returncode == 4
    assert "password_command exited with code 1" in done.stderr
