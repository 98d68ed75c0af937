"""The one table of commands."""

from collections import Counter

import pytest
from tui_driver import handles

from emtui.tui.commands import (
    COMMANDS,
    FOOTERS,
    OF_SESSIONS,
    Command,
    Place,
    bindings,
    hints,
    keys_of,
    of,
    working,
)
from emtui.tui.formatting.key_help import manual

FORBIDDEN = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+w", "ctrl+t", "ctrl+n"}
VIEWS = (
    Place.LOOKUP,
    Place.DETAIL,
    Place.DIFFERENCE,
    Place.CHOICE,
    Place.BOARD,
    Place.FINDINGS,
    Place.HANDOVER,
    Place.PAGE,
    Place.RAW,
)


@pytest.mark.parametrize("place", VIEWS)
def test_no_key_means_two_things_in_one_view(place: Place) -> None:
    commands = of(place, Place.MOVING, Place.VIEW, Place.EVERYWHERE)
    keys = Counter(key for command in commands for key in command.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_no_key_means_two_things_while_a_query_is_typed() -> None:
    keys = [key for command in of(Place.QUERY, Place.PROMPT) for key in command.keys]
    assert len(keys) == len(set(keys))


def test_no_command_needs_a_key_that_terminals_or_multiplexers_keep() -> None:
    keys = {key for command in COMMANDS for key in command.keys}
    assert not keys & FORBIDDEN
    assert not [key for key in keys if key.startswith("alt+")]


def test_no_command_has_only_a_function_key() -> None:
    keyed = [command.keys for command in COMMANDS if command.keys]
    assert all(any(not key.startswith("f") or key == "f" for key in keys) for keys in keyed)


def test_a_command_without_a_key_is_called_by_its_name() -> None:
    assert [keys_of(command) for command in COMMANDS if not command.keys] == [":mouse"]
    assert ":mouse" in manual(Place.LOOKUP)


@pytest.mark.parametrize("place", VIEWS)
def test_the_help_names_what_is_called_by_its_name_only_where_names_are_taken(place: Place) -> None:
    assert (":mouse" in manual(place)) == (place in OF_SESSIONS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.place.name}-{command.name}")
def test_every_command_is_carried_out_where_it_stands(command: Command) -> None:
    assert handles(command)


@pytest.mark.parametrize("place", list(FOOTERS))
def test_a_footer_names_at_most_six_keys_each_with_a_word(place: Place) -> None:
    assert 0 < len(hints(place)) <= 6
    assert all(key and word for key, word in hints(place))


def test_a_footer_names_only_what_works_there() -> None:
    assert dict(hints(Place.LOOKUP)) == {
        "Enter": "open",
        "/": "query",
        "e": "next failed",
        "a": "alerts",
        "B": "types",
        "?": "keys",
    }


@pytest.mark.parametrize("place", VIEWS)
def test_the_help_of_a_view_names_every_command_of_it_within_56_columns(place: Place) -> None:
    text = manual(place)
    for command in (*working(place), *of(Place.MOVING)):
        assert command.does in text
    assert max(len(line) for line in text.splitlines()) <= 56


@pytest.mark.parametrize("place", [Place.LOGIN, Place.TRUST, Place.PALETTE])
def test_the_help_of_a_page_with_fields_names_no_letter_that_is_typed_there(place: Place) -> None:
    own = {key for command in of(place) for key in keys_of(command).split()}
    named = {key for line in manual(place).splitlines() if line.startswith("  ") for key in line[:22].split()}
    assert own | {"Esc", "F1", "ctrl+c", "ctrl+z", "ctrl+l"} == named


def test_bindings_are_hidden_from_the_frameworks_own_footer() -> None:
    assert all(not binding.show for binding in bindings(Place.LOOKUP))  # type: ignore[union-attr]


def test_every_arrow_is_called_as_it_is_told_elsewhere() -> None:
    told = {key for command in COMMANDS for key in keys_of(command).split()}
    assert {"Up", "Down", "Left", "Right"} <= told
    assert not {"up", "down", "left", "right"} & told
