"""Which commands the palette offers, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.keys.keymap import DEFAULT_KEYMAP as KEYMAP
from emtui.keys.tui_commands import CommandScope
from emtui.tui.formatting.command_matches import group_of, match_commands, offer_commands

COMMANDS = tuple(KEYMAP.available_commands(CommandScope.SESSION_LIST))
NAMES = [command.name for command in COMMANDS]


def names_for(typed: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [command.name for command in match_commands(COMMANDS, typed, recent)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("refresh", "refresh"),
        ("next_failed", "next_failed"),
        ("next failed", "next_failed"),
        ("nf", "next_failed"),
        ("cw", "compare_with"),
        ("cmpr", "compare"),
        ("tz", "time_zone"),
        ("zone", "time_zone"),
        ("acknow", "acknowledge"),
        ("known", "acknowledge"),
        ("STAT", "statistics"),
        ("polling", "pause"),
    ],
)
def test_the_best_match_is_the_first(typed: str, first: str) -> None:
    assert names_for(typed)[0] == first


def test_letters_at_the_start_of_words_count_more() -> None:
    found = names_for("sf")
    assert found.index("show_failed") < found.index("statistics") if "statistics" in found else True
    assert found[0] == "show_failed"


def test_letters_in_another_order_do_not_match() -> None:
    assert "next_failed" not in names_for("fn")


@pytest.mark.parametrize("typed", ["12345678", "2f0c6e21", "urn:veeam", "CollectJob 03:10"])
def test_an_id_matches_no_command(typed: str) -> None:
    assert names_for(typed) == []


def test_of_equal_matches_the_recent_one_comes_first() -> None:
    assert names_for("next", ("next_slow",)).index("next_slow") < names_for("next").index("next_slow")


def test_without_a_text_all_commands_are_in_groups_with_the_recent_ones_first() -> None:
    offered = offer_commands(COMMANDS, "", ("statistics", "report", "not_here"))
    assert [one.command.name for one in offered[:2]] == ["statistics", "report"]
    assert sorted(one.command.name for one in offered) == sorted(NAMES)
    assert [one.group for one in offered if one.group] == [
        "Recent",
        "Jump",
        "Show",
        "Report",
        "Server",
        "emtui",
    ]
    assert offer_commands(COMMANDS, " ")[0].group == "Jump"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("next_failed", "Jump"),
        ("types", "Jump"),
        ("query", "Show"),
        ("report", "Report"),
        ("refresh", "Server"),
        ("quit", "emtui"),
    ],
)
def test_the_group_of_a_command(name: str, group: str) -> None:
    (command,) = [command for command in COMMANDS if command.name == name]
    assert group_of(command) == group


@given(st.sampled_from(COMMANDS).flatmap(lambda one: st.tuples(st.just(one), st.integers(1, len(one.name)))))
def test_the_beginning_of_a_name_finds_its_command(pair: tuple[object, int]) -> None:
    command, length = pair
    assert command in match_commands(COMMANDS, command.name[:length])  # type: ignore[attr-defined]
