"""Saved queries in the configuration: the user's override the team's, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtui.em.server_address import Server
from emtui.local.config_writer import save_profile
from emtui.local.configuration import load_config
from emtui.local.profiles import ConfigValue, InvalidConfigError, Profile


def write_config(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_user_queries_override_team_queries_per_digit(tmp_path: Path) -> None:
    mine = write_config(
        tmp_path, "mine.toml", '[queries]\n7 = "is:stuck"\n5 = " type:CollectJob took:>5m "\n'
    )
    team = write_config(tmp_path, "team.toml", '[queries]\n5 = "state:failed"\n6 = "nothing:reads this"\n')
    assert load_config(mine, team).queries == {
        "5": ConfigValue("type:CollectJob took:>5m", mine),
        "6": ConfigValue("nothing:reads this", team),
        "7": ConfigValue("is:stuck", mine),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('queries = "took:>10m"', "queries must be a table"),
        ('[queries]\n4 = "is:stuck"', "4 is not available: use the digits 5 to 9"),
        ('[queries]\nslow = "is:stuck"', "slow is not available: use the digits"),
        ("[queries]\n5 = 10", "5 must be a query in quotes"),
        ('[queries]\n5 = " "', "5 must be a query in quotes"),
        ('[queries]\n5 = "a\\nb"', "5 must be a query in quotes"),
        ('[querys]\n5 = "a"', "did you mean queries?"),
    ],
)
def test_invalid_queries_are_rejected_with_the_file(tmp_path: Path, text: str, message: str) -> None:
    file = write_config(tmp_path, "config.toml", text)
    with pytest.raises(InvalidConfigError) as caught:
        load_config(file)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)


def test_saving_a_profile_keeps_saved_queries(tmp_path: Path) -> None:
    text = '[queries]\n5 = "took:>10m"  # slow ones\n'
    file = write_config(tmp_path, "config.toml", text)
    save_profile(file, Profile("prod", Server("em01.example.net")))
    assert file.read_text().startswith(text)
    assert load_config(file).queries == {"5": ConfigValue("took:>10m", file)}
