"""The table of commands."""

from collections import Counter

import pytest
from tui_driver import handles

from emtui.keys.key_names import parse_key
from emtui.keys.keymap import DEFAULT_KEYMAP as KEYMAP
from emtui.keys.keymap import format_keys, key_label, next_tab
from emtui.keys.tui_commands import COMMANDS, FOOTER_COMMANDS, PALETTE_SCOPES, TABS, CommandScope, TuiCommand
from emtui.tui.formatting.key_help import (
    COLUMN_CELLS,
    HelpLine,
    filter_help,
    help_columns,
    help_sections,
    key_help_text,
)
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import ACCENT_STYLE
from emtui.tui.widgets.status_line import fit_hints

FORBIDDEN_KEYS = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+w", "ctrl+t", "ctrl+n"}
VIEW_SCOPES = (
    CommandScope.SESSION_LIST,
    CommandScope.SESSION_DETAIL,
    CommandScope.COMPARISON,
    CommandScope.RUN_PICKER,
    CommandScope.THEME_PICKER,
    CommandScope.DOCUMENTATION,
    CommandScope.OVERVIEW,
    CommandScope.TIMELINE,
    CommandScope.ATTENTION,
    CommandScope.REPORT,
    CommandScope.TEXT_VIEWER,
    CommandScope.RAW_VIEW,
)


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_no_key_means_two_things_in_one_view(place: CommandScope) -> None:
    commands = KEYMAP.commands_in(
        place, CommandScope.NAVIGATION, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE
    )
    keys = Counter(key for command in commands for key in command.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_no_key_means_two_things_while_a_query_is_typed() -> None:
    keys = [
        key
        for command in KEYMAP.commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT)
        for key in command.keys
    ]
    assert len(keys) == len(set(keys))


def test_no_command_needs_a_key_that_terminals_or_multiplexers_use() -> None:
    keys = {key for command in COMMANDS for key in command.keys}
    assert not keys & FORBIDDEN_KEYS
    assert not [key for key in keys if key.startswith("alt+")]


def test_no_command_has_only_a_function_key() -> None:
    keyed = [command.keys for command in COMMANDS if command.keys]
    assert all(any(not key.startswith("f") or key == "f" for key in keys) for keys in keyed)


def test_a_command_without_a_key_is_run_by_its_name() -> None:
    without_keys = [format_keys(command) for command in COMMANDS if not command.keys]
    assert without_keys == [":details", ":mouse", ":theme", ":docs"]
    assert ":mouse" in key_help_text(CommandScope.SESSION_LIST)


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_the_help_lists_commands_without_keys_only_where_the_palette_works(place: CommandScope) -> None:
    assert (":mouse" in key_help_text(place)) == (place in PALETTE_SCOPES)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command.scope.name}-{command.name}")
def test_every_command_has_a_handler_in_its_scope(command: TuiCommand) -> None:
    assert handles(command)


@pytest.mark.parametrize("place", list(FOOTER_COMMANDS))
def test_a_footer_has_a_key_and_a_short_label_for_each_command(place: CommandScope) -> None:
    hints = KEYMAP.footer_hints(place)
    assert all(key and 0 < len(label) <= 15 for key, label in hints)
    assert len({key for key, _ in hints}) == len(hints)


@pytest.mark.parametrize("place", list(FOOTER_COMMANDS))
def test_every_command_of_a_footer_works_there(place: CommandScope) -> None:
    working = {
        *KEYMAP.available_commands(place),
        *KEYMAP.commands_in(CommandScope.NAVIGATION, CommandScope.PROMPT),
    }
    assert {*FOOTER_COMMANDS[place]} <= {command.name for command in working}


@pytest.mark.parametrize("place", PALETTE_SCOPES)
def test_a_footer_ends_with_commands_and_keys_where_there_is_a_palette(place: CommandScope) -> None:
    assert KEYMAP.footer_hints(place)[-2:] == [(":", "commands"), ("?", "keys")]


@pytest.mark.parametrize(
    ("place", "room", "shown"),
    [
        (CommandScope.SESSION_LIST, 40, "/ filter"),
        (CommandScope.SESSION_LIST, 63, "e next failure"),
        (CommandScope.SESSION_LIST, 78, "d compare"),
        (CommandScope.SESSION_LIST, 120, "a next alert"),
        (CommandScope.SESSION_DETAIL, 80, "e next error"),
        (CommandScope.OVERVIEW, 66, "e next failure"),
    ],
)
def test_a_footer_shows_the_most_useful_keys_that_fit(place: CommandScope, room: int, shown: str) -> None:
    hints = fit_hints(KEYMAP.footer_hints(place), room)
    texts = [" ".join(hint) for hint in hints]
    assert len("  ".join(texts)) <= room
    assert shown in texts
    left_out = [hint for hint in KEYMAP.footer_hints(place) if hint not in hints]
    room_left = room - len("  ".join(texts)) - 2
    assert all(len(" ".join(hint)) > room_left for hint in left_out), "no hint is left out that fits"
    assert hints[-2:] == KEYMAP.footer_hints(place)[-2:]
    assert len(fit_hints(KEYMAP.footer_hints(place), 400)) == len(FOOTER_COMMANDS[place])


def test_a_wide_footer_of_the_list_has_ten_keys() -> None:
    assert len(fit_hints(KEYMAP.footer_hints(CommandScope.SESSION_LIST), 120)) >= 10


def test_a_label_of_a_key_leads_back_to_the_key() -> None:
    for place in FOOTER_COMMANDS:
        for label, _ in KEYMAP.footer_hints(place):
            assert key_label(parse_key(label)) == label
    assert parse_key("/") == "slash"


def test_the_tabs_name_the_keys_that_open_them() -> None:
    assert [(tab.labels[0], KEYMAP.tab_key(tab, CommandScope.SESSION_LIST)) for tab in TABS] == [
        ("Runs", ""),
        ("Types", "B"),
        ("Timeline", "C"),
        ("Alerts", "4"),
    ]


def test_walking_the_tabs_goes_around() -> None:
    for step, rest in ((1, TABS[1:]), (-1, TABS[:0:-1])):
        seen = [TABS[0].scope]
        for _ in TABS:
            seen.append(next_tab(seen[-1], step).scope)
        assert seen == [TABS[0].scope, *(tab.scope for tab in rest), TABS[0].scope]


@pytest.mark.parametrize("place", VIEW_SCOPES)
def test_the_help_of_a_view_lists_every_command_once_within_56_columns(place: CommandScope) -> None:
    lines = [line for section in help_sections(place) for line in section.lines]
    listed = Counter(command.name for line in lines for command in line.commands)
    works = {*KEYMAP.available_commands(place), *KEYMAP.commands_in(CommandScope.NAVIGATION)}
    if place is CommandScope.SESSION_LIST:
        works |= {*KEYMAP.commands_in(CommandScope.QUERY_INPUT, CommandScope.PROMPT)}
    assert listed == Counter(command.name for command in works)
    for line in lines:
        keys = {key for command in line.commands for key in format_keys(command).split()}
        assert not line.commands or {*line.keys.split()} == keys
    assert max(len(line) for line in key_help_text(place).splitlines()) <= 56


@pytest.mark.parametrize(
    "place", [CommandScope.LOGIN, CommandScope.CERTIFICATE, CommandScope.COMMAND_PALETTE]
)
def test_the_help_of_a_screen_with_fields_lists_no_letter_keys(place: CommandScope) -> None:
    own = {key for command in KEYMAP.commands_in(place) for key in format_keys(command).split()}
    named = {
        key
        for line in key_help_text(place).splitlines()
        if line.startswith("  ")
        for key in line[:22].split()
    }
    assert own | {"Esc", "F1", "ctrl+c", "ctrl+z", "ctrl+l"} == named


def test_bindings_are_hidden_from_the_frameworks_own_footer() -> None:
    assert all(not binding.show for binding in bindings_for(CommandScope.SESSION_LIST))  # type: ignore[union-attr]


def test_every_arrow_key_has_the_same_label_everywhere() -> None:
    labels = {key for command in COMMANDS for key in format_keys(command).split()}
    assert {"Up", "Down", "Left", "Right"} <= labels
    assert not {"up", "down", "left", "right"} & labels


def lines_of_help(place: CommandScope) -> dict[str, str]:
    return {line.keys: line.text for section in help_sections(place) for line in section.lines}


def test_the_help_has_both_directions_of_a_step_on_one_line() -> None:
    lines = lines_of_help(CommandScope.SESSION_LIST)
    assert lines["e E"] == "next, previous failed run"
    assert lines["[ ] , ."] == "older, newer run of the same type"
    assert lines["Down Up j k"] == "down, up"
    assert "E" not in lines


def test_commands_that_differ_in_more_than_a_word_have_their_own_lines() -> None:
    lines = lines_of_help(CommandScope.SESSION_DETAIL)
    assert lines["s"] == "slowest step, then the next"
    assert lines["S"] == "slowest step, then the previous"


def test_the_help_starts_with_the_main_keys() -> None:
    for place in VIEW_SCOPES:
        first, *_ = help_sections(place)
        assert first.title == "Main keys"
        assert all(line.commands[0].is_essential for line in first.lines)


@pytest.mark.parametrize(("width", "count"), [(40, 1), (58, 1), (115, 1), (120, 2), (173, 2), (200, 3)])
def test_the_help_has_columns_of_58_cells(width: int, count: int) -> None:
    sections = help_sections(CommandScope.SESSION_LIST)
    rows = ["".join(text for text, _ in row) for row in help_columns(sections, width)]
    assert max(map(len, rows)) == count * COLUMN_CELLS
    titles = [
        row[column * COLUMN_CELLS :][:COLUMN_CELLS].strip()
        for column in range(count)
        for row in rows
        if row[column * COLUMN_CELLS :][:3].strip()
    ]
    assert titles == [section.title for section in sections]
    if count > 1:
        longest = max(len(section.lines) for section in sections) + 1
        total = len(help_columns(sections, COLUMN_CELLS))
        assert len(rows) <= total / count + longest


def test_the_keys_of_the_help_have_the_accent_color() -> None:
    rows = help_columns(help_sections(CommandScope.SESSION_LIST), 58)
    keys = {text for row in rows for text, style in row if style == ACCENT_STYLE}
    assert {"e E", "/", "Down Up j k"} <= keys


def test_the_filter_of_the_help_keeps_matching_lines_and_their_headings() -> None:
    sections = help_sections(CommandScope.SESSION_LIST)
    found = filter_help(sections, "FAILED")
    assert [(section.title, [line.keys for line in section.lines]) for section in found] == [
        ("Main keys", ["e E"]),
        ("Query", ["state:failed,warning"]),
    ]
    (navigation,) = filter_help(sections, "navigation")
    assert len(navigation.lines) == 4
    assert filter_help(sections, "no such key") == ()
    assert filter_help(sections, "") == sections
    assert help_columns((), 120) == []


def test_saved_queries_are_in_the_help_of_the_list() -> None:
    *_, queries = help_sections(CommandScope.SESSION_LIST, {"5": "type:CollectJob"})
    assert queries.lines == (HelpLine("5", "type:CollectJob"),)
