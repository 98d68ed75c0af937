"""`[keys]` in the configuration: the user's override the team's, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtui.keys.tui_commands import CommandScope
from emtui.local.configuration import load_config
from emtui.local.profiles import ConfigValue, InvalidConfigError


def write_config(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def keys(file: Path, *names: str) -> ConfigValue:
    return ConfigValue(names, file)


def test_without_keys_there_is_no_keymap(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, "mine.toml", "[keys]\n"))
    assert (config.keys, config.keymap) == ({}, None)


def test_user_keys_override_team_keys_per_command(tmp_path: Path) -> None:
    mine = write_config(tmp_path, "mine.toml", '[keys]\nsort = "ctrl+o"\nquit = []\n')
    team = write_config(tmp_path, "team.toml", '[keys]\nsort = "F7"\ntimeline = ["C", "F8"]\n')
    config = load_config(mine, team)
    assert config.keys == {
        "sort": keys(mine, "ctrl+o"),
        "quit": keys(mine),
        "timeline": keys(team, "C", "F8"),
    }
    assert config.keymap
    assert [config.keymap.label(name) for name in ("sort", "quit", "timeline")] == ["ctrl+o", ":quit", "C"]


def test_what_the_user_sets_for_all_views_replaces_what_the_team_set_for_one(tmp_path: Path) -> None:
    mine = write_config(tmp_path, "mine.toml", '[keys]\nquery = "F7"\n[keys.list_view]\nopen = "ctrl+o"\n')
    team = write_config(tmp_path, "team.toml", '[keys]\nopen = "F9"\n[keys.types_view]\nquery = "F8"\n')
    config = load_config(mine, team)
    assert config.keys == {
        "query": keys(mine, "F7"),
        "open": keys(team, "F9"),
        "list_view.open": keys(mine, "ctrl+o"),
    }
    assert config.keymap
    assert config.keymap.label("query", CommandScope.OVERVIEW) == "F7"
    assert config.keymap.label("open", CommandScope.SESSION_LIST) == "ctrl+o"
    assert config.keymap.label("open", CommandScope.OVERVIEW) == "F9"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('keys = "n"', 'keys must be a table: [keys], then next_failed = "n".'),
        ("[keys]\nsort = 5", "keys: sort must be a key or a list of keys"),
        ("[keys]\nsort = [5]", "keys: sort must be a key or a list of keys"),
        ('[keys]\nsort = ""', "keys: sort must be a key or a list of keys"),
        ("[keys.list_view]\nsort = true", "keys: list_view.sort must be a key or a list of keys"),
        ('[keys.list_view.sort]\nkey = "n"', "keys: list_view.sort must be a key or a list of keys"),
        ('[keys]\nsrot = "n"', "keys: srot is not a command: did you mean sort?"),
        ('[key]\nsort = "n"', "key is not a configuration key: did you mean keys?"),
        (
            '[keys]\nnext_failed = "n"',
            (
                "keys: next_failed: n would run both next_failed and next_match (Session list)."
                " Choose another key for one of them, or [] for no key."
            ),
        ),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file(tmp_path: Path, text: str, message: str) -> None:
    file = write_config(tmp_path, "mine.toml", text)
    with pytest.raises(InvalidConfigError) as raised:
        load_config(file)
    assert str(raised.value).startswith(f"{file}: {message}")


def test_a_conflict_names_the_file_with_a_setting_of_the_two(tmp_path: Path) -> None:
    mine = write_config(tmp_path, "mine.toml", '[keys]\nsort = "F7"\n')
    team = write_config(tmp_path, "team.toml", '[keys]\ntypes = "n"\n')
    with pytest.raises(InvalidConfigError, match="types: n would run both") as raised:
        load_config(mine, team)
    assert str(raised.value).startswith(f"{team}: keys: ")
