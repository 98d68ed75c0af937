"""The configuration: read strictly, written carefully."""

import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from emtui.em.server_address import Server
from emtui.local.config_writer import save_profile
from emtui.local.configuration import Config, load_config
from emtui.local.paths import config_file, state_folder, team_files
from emtui.local.profiles import InvalidConfigError, Profile

PROD = Profile("prod", Server("em01.example.net"), "EXAMPLE\\ops", pin="ab" * 32)


def write_config(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_missing_file_is_an_empty_configuration(tmp_path: Path) -> None:
    assert load_config(tmp_path / "none.toml") == Config()


@pytest.mark.parametrize(
    "profile",
    [
        PROD,
        replace(PROD, user="ops@example.net", ca_file=Path("/etc/ssl/em.pem"), keyring="Secret Service"),
        replace(PROD, password_command=("pass", "show", "it's em/prod")),
        replace(PROD, server=Server("::1", 9400), user=None, pin=None, no_proxy=True),
        replace(PROD, server=Server("localhost", 80, "http", "/veeam"), allow_http=True, user="it's \\ me"),
    ],
)
def test_a_written_profile_is_read_back(tmp_path: Path, profile: Profile) -> None:
    path = tmp_path / "emtui" / "config.toml"
    save_profile(path, profile)
    assert load_config(path).profiles == (profile,)


def test_a_changed_profile_leaves_comments_order_and_the_others_alone(tmp_path: Path) -> None:
    text = (
        "# ours\ndefault_profile = 'lab'\n\n[profiles.prod] # day\nserver = 'em01.example.net' # main\n\n"
        "[profiles.lab]\nserver = 'em02.example.net'\n"
    )
    path = write_config(tmp_path, text)
    save_profile(path, PROD)
    after = path.read_text()
    for line in text.splitlines():
        assert line in after
    assert "user = 'EXAMPLE\\ops'" in after
    assert load_config(path).default_profile == "lab"
    save_profile(path, replace(PROD, pin=None, user=None))
    assert path.read_text() == text


def test_the_configuration_has_mode_0600_and_is_never_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_profile(path, PROD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


def test_a_linked_configuration_is_written_through_the_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    save_profile(link, PROD)
    assert link.is_symlink()
    assert load_config(real).profiles == (PROD,)


def test_concurrent_writes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    names = [f"p{number}" for number in range(12)]
    threads = [threading.Thread(target=save_profile, args=(path, replace(PROD, name=name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(profile.name for profile in load_config(path).profiles) == sorted(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[zzz]", "zzz is not a configuration key: valid names are default_profile, theme, plain, profiles"),
        ("theme = 'drak'", "theme names 'drak', which is not a theme: did you mean dark?"),
        (
            "[profiles.prod]\nserver = 'em01'\ntheme = 'dark'",
            r"profile prod: theme must be above the first \[table\] of the file",
        ),
        ("theme = ['dark']", "theme names .*, which is not a theme"),
        (
            "default_profile = 'zz'\n[profiles.prod]\nserver = 'em01'",
            "which is not a profile: valid names are prod",
        ),
        ("default = 1", "default is not a configuration key: did you mean default_profile"),
        ("[profiles.prod]\nserver = 'em01'\nusr = 'x'", "usr is not a configuration key.*did you mean user"),
        ("[profiles.prod]\nuser = 'x'", "server is missing"),
        ("[profiles.prod]\nserver = 5", "server must be a string"),
        ("[profiles.prod]\nserver = 'em01'\nno_proxy = 'yes'", "no_proxy must be true or false"),
        ("[profiles.prod]\nserver = 'em01'\npassword_command = 'pass'", "must be a list"),
        ("[profiles.prod]\nserver = 'http://em01.example.net'", "unencrypted"),
        ("[profiles.prod]\nserver = 'em01'\npin = 'abc'", "64 hex digits"),
        ('[profiles.prod]\nserver = "em01"\nuser = "EXAMPLE\\backup"', "single quotes"),
        ('[profiles.prod]\nserver = "em01"\nuser = "EXAMPLE\\ops"', "is not TOML.*single quotes"),
        ("profiles = 3", "must be a table"),
        ("default_profile = 'prd'\n[profiles.prod]\nserver = 'em01'", "did you mean prod"),
        ("[profiles.'a b']\nserver = 'em01'", "not a valid profile name"),
        ("\x00", "is not TOML"),
        ("x = " + "[" * 5000 + "]" * 5000, "is nested too deeply"),
        ("a." * 3000 + "b = 1", "is nested too deeply"),
        ("default_profile = ['prod']\n[profiles.prod]\nserver = 'em01'", "which is not a profile"),
        ("[profiles.prod]\nserver = 'em01'\nca_file = '~nobody-of-this-name/x'", "ca_file cannot be found"),
        ("[profiles.prod]\nserver = 'em01'\npassword = 'x'", "not allowed here"),
        ("[profiles.prod]\nserver = 'https://ops:hunter2/x@em01'", r"\*\*\*@em01"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = write_config(tmp_path, text)
    with pytest.raises(InvalidConfigError, match=message) as caught:
        load_config(path)
    assert str(path) in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_configuration_writable_by_others_is_rejected(tmp_path: Path) -> None:
    path = write_config(tmp_path, "")
    path.chmod(0o620)
    with pytest.raises(InvalidConfigError, match="chmod go-w"):
        load_config(path)


def test_an_invalid_configuration_is_not_overwritten(tmp_path: Path) -> None:
    path = write_config(tmp_path, "[profiles.prod\n")
    with pytest.raises(InvalidConfigError):
        save_profile(path, PROD)
    assert path.read_text() == "[profiles.prod\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidConfigError, match="cannot be written"):
        save_profile(tmp_path / "file" / "config.toml", PROD)


def test_files_are_where_each_platform_keeps_them() -> None:
    home = Path("/home/ops")
    assert config_file({}, home, "linux") == home / ".config/emtui/config.toml"
    assert config_file({"XDG_CONFIG_HOME": "/x"}, home, "linux") == Path("/x/emtui/config.toml")
    assert config_file({"XDG_CONFIG_HOME": "relative"}, home, "linux") == home / ".config/emtui/config.toml"
    assert config_file({}, home, "darwin") == home / "Library/Application Support/emtui/config.toml"
    assert state_folder({}, home, "linux") == home / ".local/state/emtui"


# --- the user's configuration overrides the team's ---------------------------------------


def write_team_config(folder: Path, text: str) -> Path:
    (folder / "etc").mkdir()
    return write_config(folder / "etc", text)


TEAM_CONFIG = (
    "default_profile = 'prod'\n[profiles.prod]\nserver = 'em01.example.net'\nca_file = 'ca.pem'\n"
    f"pin = '{'cd' * 32}'\n[profiles.lab]\nserver = 'em02.example.net'\n"
)


def test_user_values_override_team_values_per_key(tmp_path: Path) -> None:
    beneath = write_team_config(tmp_path, TEAM_CONFIG)
    own = write_config(tmp_path, "[profiles.prod]\nuser = 'EXAMPLE\\ops'\npin = '" + "ab" * 32 + "'\n")
    config = load_config(own, beneath)
    found = config.find("prod")
    assert found is not None
    assert (found.server.host, found.user, found.pin) == ("em01.example.net", "EXAMPLE\\ops", "ab" * 32)
    assert found.ca_file == beneath.parent / "ca.pem"
    assert config.default_profile == "prod"
    assert {profile.name for profile in config.profiles} == {"prod", "lab"}


def test_each_value_has_the_file_that_sets_it(tmp_path: Path) -> None:
    beneath = write_team_config(tmp_path, TEAM_CONFIG)
    own = write_config(tmp_path, "[profiles.prod]\nuser = 'ops@example.net'\n")
    config = load_config(own, beneath)
    files = {key: stated.file for key, stated in config.profile_values["prod"].items()}
    assert files == {"user": own, "server": beneath, "ca_file": beneath, "pin": beneath}
    assert config.default_profile_file == beneath


def test_values_of_the_team_file_are_not_repeated(tmp_path: Path) -> None:
    beneath = write_team_config(tmp_path, TEAM_CONFIG)
    own = tmp_path / "config.toml"
    found = load_config(own, beneath).find("prod")
    assert found is not None
    save_profile(own, replace(found, user="EXAMPLE\\ops"), beneath)
    assert own.read_text() == "[profiles.prod]\nuser = 'EXAMPLE\\ops'\n"
    save_profile(own, replace(found, user=None), beneath)
    assert load_config(own, beneath).find("prod") == found


def test_a_mistake_is_reported_with_its_file(tmp_path: Path) -> None:
    beneath = write_team_config(tmp_path, "[profiles.prod]\nserver = 'em01.example.net'\npin = 'short'\n")
    own = write_config(tmp_path, "[profiles.prod]\nuser = 'ops'\n")
    with pytest.raises(InvalidConfigError, match=r"etc/config\.toml"):
        load_config(own, beneath)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_team_file_owned_by_another_user_is_rejected(tmp_path: Path) -> None:
    beneath = write_team_config(tmp_path, TEAM_CONFIG)
    os.chown(beneath, 65534, 65534)
    with pytest.raises(InvalidConfigError, match="must be owned by you or root"):
        load_config(tmp_path / "none", beneath)


def test_team_files_are_found_in_xdg_config_dirs() -> None:
    assert team_files({}, "linux") == (Path("/etc/xdg/emtui/config.toml"),)
    assert team_files({"XDG_CONFIG_DIRS": "/a:relative:/b"}, "linux") == (
        Path("/a/emtui/config.toml"),
        Path("/b/emtui/config.toml"),
    )


@pytest.mark.parametrize(
    "text",
    [
        'profiles.prod.server = "em01"\nprofiles.prod.user = "ops"\n',
        'profiles = { prod = { server = "em01" } }\n',
        "profiles = {}\n",
    ],
)
def test_a_file_that_cannot_be_edited_safely_is_left_unchanged(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(InvalidConfigError, match="cannot be edited safely"):
        save_profile(file, Profile("other", Server("em02.example.net")))
    assert file.read_text() == text


def test_a_pipe_in_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml", 0o600)
    with pytest.raises(InvalidConfigError, match="is not a file"):
        load_config(tmp_path / "config.toml")
