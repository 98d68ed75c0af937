"""`emtui config`: each value with its origin, and no secret; each mistake with its line; a new file."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from command_runner import CommandRunner

from emtui.cli.setting_table import GENERAL_SETTINGS, PROFILE_SETTINGS, SettingSpec
from emtui.local.configuration import TOP_LEVEL_KEYS
from emtui.local.profiles import PROFILE_KEYS, TOP_LEVEL_SETTINGS


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
        ["server", "EMTUI_SERVER", "em02.example.net"],
        ["password", "EMTUI_PASSWORD", "***"],
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
    assert done.stderr.count("does not exist; it is optional.") == 2


@pytest.mark.parametrize("argv", [("config",), ("config", "edit"), ("config", "show", "it")])
def test_wrong_usage_names_the_subcommands(shell: CommandRunner, argv: tuple[str, ...]) -> None:
    done = shell(*argv)
    assert done.returncode == 2
    assert "show" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("argv", [("init", "-o", "json"), ("validate", "--defaults")])
def test_an_option_of_another_subcommand_is_an_error(shell: CommandRunner, argv: tuple[str, ...]) -> None:
    done = shell("config", *argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert not (shell.home / "config").exists()


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


def test_defaults_are_shown_on_request(shell: CommandRunner, team_config: Path) -> None:
    shown = shell.run_json("config", "show", "--defaults", "-o", "json")
    assert shown[0] == {"key": "profiles.prod.server", "value": "em01.example.net", "from": str(team_config)}
    assert {"key": "profiles.prod.interval", "value": "60", "from": "default"} in shown
    assert all(one["from"] == "default" for one in shown[1:])


MISTAKES = """\
default_profil = "prod"
theme = "drak"

[profiles.prod]
servr = "em01"
intervall = 30

[profiles."lab"] # a comment
server = "em 02"
user = "EXAMPLE\\backup"

[profiles."my lab"]
server = "em03"

[profiles.none]
user = "x"

[profiles.dev]
server = "em03"
password = "hunter2"
interval = 3
time_zone = "Europe/Berln"

[queries]
4 = "x"
"""


def test_each_mistake_has_its_line_its_key_and_the_nearest_name(shell: CommandRunner) -> None:
    file = write(shell.home / "config" / "emtui" / "config.toml", MISTAKES)
    done = shell("config", "validate")
    assert done.returncode == 2
    found = [line.removeprefix(f"{file}:").split(": ", 1) for line in done.stdout.splitlines()]
    assert [(int(line), text) for line, text in found] == [
        (1, "default_profil is not a configuration key: did you mean default_profile?"),
        (2, "theme names 'drak', which is not a theme: did you mean dark?"),
        (5, "profile prod: servr is not a configuration key: did you mean server?"),
        (6, "profile prod: intervall is not a configuration key: did you mean interval?"),
        (9, "profile lab: 'em 02' is not a server address: use a host, host:port or https://host:port."),
        (
            10,
            (
                "profile lab: user contains a control character: use single quotes for a backslash, "
                "user = 'EXAMPLE\\backup'."
            ),
        ),
        (
            12,
            (
                "profile my lab: 'my lab' is not a valid profile name: use letters, digits, dot, dash "
                "and underscore."
            ),
        ),
        (15, "profile none: server is missing."),
        (
            20,
            (
                "profile dev: passwords are not allowed here: remove it, then save it in the keyring with "
                "emtui login --remember, or set password_command."
            ),
        ),
        (21, "profile dev: interval must be a number of seconds, 10 or more."),
        (22, "profile dev: time_zone 'Europe/Berln' is not a time zone: did you mean Europe/Berlin?"),
        (25, "queries: 4 is not available: use the digits 5 to 9."),
    ]


def test_mistakes_of_all_files_are_found_also_where_a_file_is_not_toml(shell: CommandRunner) -> None:
    own_file = write(shell.home / "config" / "emtui" / "config.toml", "a = [\n\nb = 1")
    team_file = write(shell.home / "etc" / "emtui" / "config.toml", "profile = 1\n")
    notes = team_file.with_name("notes.toml")
    notes.write_text("[[note]]\npatern = 'x'\n")
    done = shell("config", "validate", "-o", "json")
    assert (done.returncode, done.stderr) == (2, "")
    first, second, third = json.loads(done.stdout)
    assert (first["file"], first["line"], first["key"]) == (str(own_file), 3, None)
    assert first["message"].startswith(f"{own_file} is not TOML: ")
    assert (second["file"], second["line"], second["key"]) == (str(team_file), 1, "profile")
    assert second["message"].endswith("did you mean profiles?")
    assert (third["file"], third["message"]) == (
        str(notes),
        "note 1: patern is not a key of a note: did you mean pattern?",
    )


def test_a_saved_query_is_checked(shell: CommandRunner) -> None:
    file = write(shell.home / "config" / "emtui" / "config.toml", "[queries]\n5 = 'took:>10'\n")
    done = shell("config", "validate")
    assert done.returncode == 2
    assert done.stdout.startswith(f"{file}: queries: 5: took:>10 is not a duration")


@pytest.mark.usefixtures("own_config", "team_config")
def test_a_valid_configuration_is_ok(shell: CommandRunner) -> None:
    done = shell("config", "validate")
    assert (done.returncode, done.stdout, done.stderr) == (0, "OK\n", "")
    assert shell.run_json("config", "validate", "-o", "json") == []


def test_the_files_are_printed_in_their_order(shell: CommandRunner, team_config: Path) -> None:
    own_file = shell.home / "config" / "emtui" / "config.toml"
    done = shell("config", "path")
    assert (done.returncode, done.stdout) == (0, f"{own_file}\n{team_config}\n")
    assert done.stderr == f"emtui: {own_file} does not exist; it is optional.\n"
    assert shell.run_json("config", "path", "-o", "json") == [
        {"file": str(own_file), "exists": False},
        {"file": str(team_config), "exists": True},
    ]


def test_a_new_file_has_every_setting_as_a_comment_and_is_private(shell: CommandRunner) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    done = shell("config", "init")
    assert (done.returncode, done.stdout) == (0, f"{file}\n")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert shell("config", "validate").stdout == "OK\n"
    assert shell.run_json("config", "show", "-o", "json") == []

    file.write_text(re.sub("^#(?! )", "", file.read_text(), flags=re.MULTILINE))
    assert shell("config", "validate").stdout == "OK\n"
    keys = {one["key"] for one in shell.run_json("config", "show", "-o", "json")}
    assert {*TOP_LEVEL_SETTINGS, *(f"profiles.prod.{key}" for key in PROFILE_KEYS)} < keys
    assert {key.partition(".")[0] for key in keys} == set(TOP_LEVEL_KEYS)


def test_an_existing_file_is_never_overwritten(shell: CommandRunner, own_config: Path) -> None:
    before = own_config.read_bytes()
    done = shell("config", "init")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{own_config} already exists: edit it, and check it with emtui config validate." in done.stderr
    assert own_config.read_bytes() == before
    own_config.unlink()
    own_config.symlink_to(shell.home / "elsewhere")
    assert shell("config", "init").returncode == 2
    assert not (shell.home / "elsewhere").exists()


@pytest.mark.usefixtures("own_config")
def test_without_a_home_or_in_a_read_only_one_a_sentence_says_what_to_do(shell: CommandRunner) -> None:
    done = shell("config", "init", XDG_CONFIG_HOME=str(shell.home / "config" / "emtui" / "config.toml"))
    assert done.returncode == 2
    assert "cannot be written: Not a directory." in done.stderr


@pytest.mark.parametrize("setting", [*GENERAL_SETTINGS, *PROFILE_SETTINGS], ids=lambda setting: setting.key)
def test_the_page_names_every_setting(setting: SettingSpec) -> None:
    page = (Path(__file__).parents[2] / "emtui" / "docs" / "configuration.md").read_text("utf-8")
    assert f"`{setting.key}`" in page
