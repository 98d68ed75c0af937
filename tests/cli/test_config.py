"""`emtui config show`: each value with its origin, and no secret."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from command_runner import CommandRunner


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture
def own_config(shell: CommandRunner) -> Path:
    return write(
        shell.home / "config" / "emtui" / "config.toml",
        "[profiles.prod]\nuser = 'EXAMPLE\\ops'\npassword_command = ['pass', 'show', 'em/hunter2']\n",
    )


@pytest.fixture
def team_config(shell: CommandRunner) -> Path:
    return write(
        shell.home / "etc" / "emtui" / "config.toml", "[profiles.prod]\nserver = 'em01.example.net'\n"
    )


def test_every_value_is_shown_with_its_file(
    shell: CommandRunner, own_config: Path, team_config: Path
) -> None:
    shown = shell.run_json("config", "show", "-o", "json")
    assert {(one["key"], one["value"], one["from"]) for one in shown} == {
        ("profiles.prod.user", "EXAMPLE\\ops", str(own_config)),
        ("profiles.prod.password_command", "pass …", str(own_config)),
        ("profiles.prod.server", "em01.example.net", str(team_config)),
    }


def test_environment_variables_are_named_and_the_password_is_not_shown(shell: CommandRunner) -> None:
    shell.environ |= {"EMTUI_SERVER": "em02.example.net", "EMTUI_PASSWORD": "hunter2"}
    done = shell("config", "show")
    assert "hunter2" not in done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()[1:]]
    assert lines == [
        ["server", "em02.example.net", "EMTUI_SERVER"],
        ["password", "***", "EMTUI_PASSWORD"],
    ]


def test_keys_are_written_as_toml_writes_them(shell: CommandRunner) -> None:
    host, lab = "[profiles.'em01.example.net']\nserver = 'em01'\n", "[profiles.lab-2]\nserver = 'em02'\n"
    write(shell.home / "config" / "emtui" / "config.toml", f"{host}{lab}[queries]\n5 = 'a'\n")
    keys = [one["key"] for one in shell.run_json("config", "show", "-o", "json")]
    assert keys == ["queries.5", 'profiles."em01.example.net".server', "profiles.lab-2.server"]
    for key in keys:
        tomllib.loads(f"{key} = 1")


def test_a_missing_file_is_reported_on_standard_error(shell: CommandRunner) -> None:
    done = shell("config", "show")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("File not found: ") == 2


@pytest.mark.parametrize("argv", [("config",), ("config", "edit"), ("config", "show", "it")])
def test_config_is_only_shown(shell: CommandRunner, argv: tuple[str, ...]) -> None:
    done = shell(*argv)
    assert done.returncode == 2
    assert "show" in done.stderr
    assert done.stdout == ""


@pytest.mark.usefixtures("own_config", "team_config")
def test_a_profile_of_two_files_is_sufficient_to_connect(shell: CommandRunner) -> None:
    (profile,) = shell.run_json("profiles", "-o", "json")
    assert (profile["server"], profile["user"]) == ("em01.example.net:9398", "EXAMPLE\\ops")


def test_the_theme_is_shown_with_its_file_and_a_wrong_one_is_one_sentence(shell: CommandRunner) -> None:
    file = write(shell.home / "config" / "emtui" / "config.toml", "theme = 'color-blind'\n")
    shown = shell.run_json("config", "show", "-o", "json")
    assert shown == [{"key": "theme", "value": "color-blind", "from": str(file)}]
    file.write_text("theme = 'pink'\n")
    done = shell("config", "show")
    assert done.returncode == 2
    assert "theme names 'pink', which is not a theme: valid names are ansi, dark, light" in done.stderr
