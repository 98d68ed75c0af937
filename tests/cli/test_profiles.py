"""Profiles: made by `login`, listed by `profiles`, chosen by `-p`, and what `logout` takes away."""

from pathlib import Path

import pytest
from served import Demo
from shell import Shell


@pytest.fixture
def with_profile(at_demo: Shell) -> Shell:
    """A shell that has logged on once and knows nothing but the profile `lab`, and the password."""
    done = at_demo("login", "-p", "lab")
    assert done.returncode == 0, done.stderr
    at_demo.before = ()
    return at_demo


def config_of(shell: Shell) -> Path:
    return shell.home / "config" / "emtui" / "config.toml"


def test_login_keeps_server_user_and_pin_and_never_the_password(with_profile: Shell, demo: Demo) -> None:
    kept = config_of(with_profile).read_text()
    assert demo.sha256 in kept
    assert demo.password not in kept
    (profile,) = with_profile.json("profiles", "-o", "json")
    assert profile["name"] == "lab"
    assert profile["user"] == demo.user
    assert profile["pin"] == demo.sha256
    assert profile["password"] == "asked"


def test_a_profile_is_enough_to_ask(with_profile: Shell) -> None:
    asked = ("sessions", "--limit", "1", "-o", "json")
    assert len(with_profile.json("-p", "lab", *asked)) == 1
    assert len(with_profile.json(*asked)) == 1


def test_login_names_a_profile_after_the_host_unless_told(at_demo: Shell) -> None:
    assert at_demo("login").returncode == 0
    assert [profile["name"] for profile in at_demo.json("profiles", "-o", "json")] == ["127.0.0.1"]


def test_profiles_is_a_table_and_empty_without_any(shell: Shell, with_profile: Shell) -> None:
    lines = with_profile("profiles").stdout.splitlines()
    assert lines[0].split() == ["Name", "Server", "User", "Password", "Pin"]
    assert lines[1].startswith("lab   127.0.0.1:")
    config_of(shell).unlink()
    assert shell.json("profiles", "-o", "json") == []
    assert "Create one with emtui login" in shell("profiles").stderr


@pytest.mark.parametrize("command", [("sessions",), ("show", "latest"), ("check",), ("logout",)])
def test_of_several_profiles_one_must_be_chosen_and_how_is_said(
    shell: Shell, command: tuple[str, ...]
) -> None:
    file = config_of(shell)
    file.parent.mkdir(parents=True)
    file.write_text(
        "[profiles.prod]\nserver = 'em01.example.net'\n[profiles.lab]\nserver = 'em02.example.net'\n"
    )
    file.chmod(0o600)
    done = shell(*command)
    assert done.returncode == (3 if command == ("check",) else 2)
    said = done.stdout + done.stderr
    assert "Available profiles: prod, lab; none is the default. Choose one with -p, or" in said
    assert "set default_profile in the configuration" in said
    file.unlink()
    done = shell(*command)
    assert "a profile (create one with emtui login)" in done.stdout + done.stderr


def test_a_refused_login_keeps_nothing(at_demo: Shell) -> None:
    at_demo.environ["EMTUI_PASSWORD"] = "wrong"
    assert at_demo("login", "-p", "lab").returncode == 4
    assert not config_of(at_demo).exists()


def test_login_stops_at_a_certificate_that_nobody_can_look_at(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user)
    done = at_demo("login")
    assert done.returncode == 7
    assert demo.sha256 in done.stderr
    assert not config_of(at_demo).exists()


def test_login_without_a_server_says_so(shell: Shell) -> None:
    done = shell("login")
    assert done.returncode == 2
    assert "--server" in done.stderr


def test_logout_can_forget_the_pin(with_profile: Shell, demo: Demo) -> None:
    done = with_profile("logout", "--forget-pin")
    assert "Profile lab: pin removed." in done.stderr
    assert demo.sha256 not in config_of(with_profile).read_text()


def test_a_configuration_that_cannot_be_meant_is_2(shell: Shell) -> None:
    config_of(shell).parent.mkdir(parents=True)
    config_of(shell).write_text('[profiles.prod]\nserver = "em01.example.net"\nusr = "ops"\n')
    config_of(shell).chmod(0o600)
    done = shell("profiles")
    assert done.returncode == 2
    assert "usr" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_password_may_come_from_a_command_of_the_profile(with_profile: Shell, demo: Demo) -> None:
    del with_profile.environ["EMTUI_PASSWORD"]
    secret = with_profile.home / "secret"
    secret.write_text(f"{demo.password}\nanother line\n")
    with config_of(with_profile).open("a") as file:
        file.write(f'password_command = ["cat", "{secret}"]\n')
    assert len(with_profile.json("sessions", "--limit", "1", "-o", "json")) == 1
    assert with_profile.json("profiles", "-o", "json")[0]["password"] == "password_command"


def test_a_command_that_fails_is_said_and_the_next_source_asked(with_profile: Shell) -> None:
    del with_profile.environ["EMTUI_PASSWORD"]
    with config_of(with_profile).open("a") as file:
        file.write('password_command = ["false"]\n')
    done = with_profile("sessions")
    assert done.returncode == 4
    assert "password_command exited with code 1" in done.stderr
