"""Saved queries in the configuration: the user's override the team's, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from emtui.em.server_address import Server
from emtui.local.config_writer import save
from emtui.local.configuration import load
from emtui.local.profiles import BadConfig, Profile, Stated


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_ones_own_lie_over_the_teams_digit_by_digit(tmp_path: Path) -> None:
    mine = written(tmp_path, "mine.toml", '[queries]\n7 = "is:stuck"\n5 = " type:CollectJob took:>5m "\n')
    team = written(tmp_path, "team.toml", '[queries]\n5 = "state:failed"\n6 = "nothing:reads this"\n')
    assert load(mine, team).queries == {
        "5": Stated("type:CollectJob took:>5m", mine),
        "6": Stated("nothing:reads this", team),
        "7": Stated("is:stuck", mine),
    }


@pytest.mark.parametrize(
    ("text", "said"),
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
def test_invalid_queries_are_rejected_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, "config.toml", text)
    with pytest.raises(BadConfig) as caught:
        load(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_keeping_a_profile_leaves_them_as_they_are(tmp_path: Path) -> None:
    text = '[queries]\n5 = "took:>10m"  # slow ones\n'
    file = written(tmp_path, "config.toml", text)
    save(file, Profile("prod", Server("em01.example.net")))
    assert file.read_text().startswith(text)
    assert load(file).queries == {"5": Stated("took:>10m", file)}
