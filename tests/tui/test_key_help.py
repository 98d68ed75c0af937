"""Every key does what its help says, on every screen: each is pressed there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from textual.binding import Binding
from tui_driver import NIGHT_TIME, TuiDriver, demo_app, demo_start, first_match

from emtui.em.model import Outcome, Session
from emtui.keys.key_settings import build_keymap, changeable_commands
from emtui.keys.keymap import DEFAULT_KEYMAP as KEYMAP
from emtui.keys.keymap import Keymap, action_for, format_keys
from emtui.keys.tui_commands import COMMANDS, OTHER_NAMES, TABS, CommandScope, TuiCommand
from emtui.tui.formatting.key_help import TYPING_SCOPES
from emtui.tui.terminal.bindings import bindings_for

KEYS_TO_SCREEN: dict[CommandScope, tuple[str, ...]] = {
    CommandScope.SESSION_LIST: ("e",),
    CommandScope.SESSION_DETAIL: ("e", "enter"),
    CommandScope.COMPARISON: ("e", "d"),
    CommandScope.RUN_PICKER: ("e", "enter", "D"),
    CommandScope.THEME_PICKER: ("colon", *"theme", "enter", "j"),
    CommandScope.DOCUMENTATION: ("colon", *"docs", "enter", "j"),
    CommandScope.OVERVIEW: ("B", "j", "j"),
    CommandScope.TIMELINE: ("e", "C", "j"),
    CommandScope.ATTENTION: ("4", "j", "j"),
    CommandScope.REPORT: ("e", "H", "j"),
    CommandScope.RAW_VIEW: ("e", "enter", "i", "i", "j"),
}
"""Keys that open a screen from the list, and put its cursor where it can move both ways."""
TERMINAL_ONLY = {"suspend", "redraw"}
"""Commands that have an effect only in a terminal; tests/pty presses these."""
EXITING_COMMANDS = {(CommandScope.SESSION_LIST, "close"), *((place, "quit") for place in KEYS_TO_SCREEN)}
REFUSAL = re.compile(
    r"not available|There is nothing|Nothing to (?!cancel)|No text|Elapsed times are|Commands are called"
    r"|There is no command|only the shift|i asks|Enter copies it or"
)


@dataclass
class ScreenState:
    """The visible state of a screen."""

    screen_identity: object
    scope: CommandScope
    cursor: int
    run: Session | None
    footer: str
    text: str
    is_prompting: bool

    @classmethod
    def capture(cls, ui: TuiDriver) -> ScreenState:
        return cls(
            ui.screen_identity(),
            ui.screen_state(),
            ui.cursor(),
            ui.nearest_session(),
            ui.footer(),
            ui.text(),
            ui.is_prompting(),
        )


EffectCheck: TypeAlias = Callable[[ScreenState, ScreenState, TuiDriver], bool]


def opens_screen(scope: CommandScope) -> EffectCheck:
    return lambda before, after, _: (
        after.screen_identity is not before.screen_identity and after.scope is scope
    )


def opens_selected_run(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    """The selected run is open now."""
    return after.scope is CommandScope.SESSION_DETAIL and before.run is not None and after.run == before.run


def opens_neighbor_run(step: int) -> EffectCheck:
    """The previous or next run of the same type is open or selected."""

    def has_opened(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
        previous_run, new_run = before.run, after.run
        if previous_run is None or new_run is None or previous_run.started is None or new_run.started is None:
            return False
        return (
            previous_run.type == new_run.type
            and (new_run.started > previous_run.started) == (step > 0)
            and previous_run != new_run
        )

    return has_opened


def says(text: str) -> EffectCheck:
    return lambda _, after, __: re.search(text, after.footer) is not None


def moves_cursor(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    """The cursor has moved, or a message says that there is nothing more."""
    return (
        before.cursor != after.cursor or re.match(r"(No|There is no|Nothing new) ", after.footer) is not None
    )


def moves_cursor_to(outcome: Outcome) -> EffectCheck:
    def has_moved(before: ScreenState, after: ScreenState, ui: TuiDriver) -> bool:
        is_at_outcome = after.run is not None and after.run.outcome is outcome
        return moves_cursor(before, after, ui) and (is_at_outcome or before.cursor == after.cursor)

    return has_moved


def selects_outcome(outcome: Outcome) -> EffectCheck:
    """Another run with this outcome is selected."""
    return lambda before, after, _: (
        after.run is not None and after.run != before.run and after.run.outcome is outcome
    )


def shows_title(pattern: str) -> EffectCheck:
    """The title of the same screen has this."""
    return lambda before, after, ui: (
        after.screen_identity is before.screen_identity and re.search(pattern, ui.title()) is not None
    )


def compares(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    """The selected run is compared with another one."""
    return after.scope is CommandScope.COMPARISON and before.run is not None and after.run == before.run


def details(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    """The details of the selected run are open."""
    return after.scope is CommandScope.RAW_VIEW and before.run is not None and after.run == before.run


def edits_the_query(_: ScreenState, after: ScreenState, __: TuiDriver) -> bool:
    return after.scope is CommandScope.SESSION_LIST and after.is_prompting


def describes_a_cell(_: ScreenState, __: ScreenState, ui: TuiDriver) -> bool:
    """The text below the rows describes a part of the last 24 hours."""
    return re.match(r"\w{3} \d\d:\d\d–", ui.detail()) is not None


def describes_selected_cell(_: ScreenState, after: ScreenState, ui: TuiDriver) -> bool:
    """The text about the selected type describes one of its days, or a part of one."""
    period = r"\w{3} \d\d:\d\d–(?:\w{3} )?\d\d:\d\d"
    described = re.match(rf"{period}: (?:.+ of \d+ runs?|no run started)\.", ui.detail())
    return after.scope is CommandScope.OVERVIEW and described is not None


def shows_earlier_list(before: ScreenState, after: ScreenState, ui: TuiDriver) -> bool:
    """The list shows the time at which the selected run started."""
    started = before.run.started if before.run else None
    return (
        after.scope is CommandScope.SESSION_LIST
        and started is not None
        and f"AS OF {started:%a %d %b %H:%M:%S}" in ui.top()
    )


def opens_prompt(_: ScreenState, after: ScreenState, __: TuiDriver) -> bool:
    return after.is_prompting


def sets_query(text: str) -> EffectCheck:
    return lambda _, __, ui: ui.query().text == text


def selects_row(number: int) -> EffectCheck:
    return lambda _, after, __: after.cursor == number


def shows_text(heading: str) -> EffectCheck:
    return lambda before, after, _: (
        after.screen_identity is not before.screen_identity and heading in after.text
    )


def closes_screen(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    return after.screen_identity is not before.screen_identity


def stays_without_refusal(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
    return after.screen_identity is before.screen_identity and not REFUSAL.search(after.footer)


def shows_first_alert(_: ScreenState, after: ScreenState, ui: TuiDriver) -> bool:
    """The run of the first alert is selected or open."""
    run = ui.first_alert_session()
    return (
        after.scope in {CommandScope.SESSION_LIST, CommandScope.SESSION_DETAIL}
        and run is not None
        and after.run == run
    )


EXPECTED_EFFECTS: dict[tuple[CommandScope, str], EffectCheck] = {
    (CommandScope.SESSION_LIST, "open"): opens_selected_run,
    (CommandScope.SESSION_LIST, "query"): opens_prompt,
    (CommandScope.SESSION_LIST, "next_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.SESSION_LIST, "previous_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.SESSION_LIST, "next_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.SESSION_LIST, "previous_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.SESSION_LIST, "next_unseen"): moves_cursor,
    (CommandScope.SESSION_LIST, "previous_unseen"): moves_cursor,
    (CommandScope.SESSION_LIST, "next_slow"): moves_cursor,
    (CommandScope.SESSION_LIST, "previous_slow"): moves_cursor,
    (CommandScope.SESSION_LIST, "preview"): says("The preview requires 100 columns"),
    (CommandScope.SESSION_LIST, "older"): opens_neighbor_run(-1),
    (CommandScope.SESSION_LIST, "newer"): opens_neighbor_run(1),
    (CommandScope.SESSION_LIST, "earlier_cell"): describes_a_cell,
    (CommandScope.SESSION_LIST, "later_cell"): describes_a_cell,
    (CommandScope.SESSION_LIST, "next_match"): lambda before, after, _: after.cursor == before.cursor + 1,
    (CommandScope.SESSION_LIST, "previous_match"): lambda before, after, _: after.cursor == before.cursor - 1,
    (CommandScope.SESSION_LIST, "show_all"): sets_query(""),
    (CommandScope.SESSION_LIST, "show_failed"): sets_query("state:failed,warning"),
    (CommandScope.SESSION_LIST, "show_running"): sets_query("state:running"),
    (CommandScope.SESSION_LIST, "show_unseen"): sets_query("is:unseen"),
    (CommandScope.SESSION_LIST, "alerts"): opens_screen(CommandScope.ATTENTION),
    (CommandScope.TIMELINE, "open"): opens_selected_run,
    (CommandScope.TIMELINE, "older"): opens_neighbor_run(-1),
    (CommandScope.TIMELINE, "newer"): lambda before, after, ui: (
        opens_neighbor_run(1)(before, after, ui) or says("This is the newest run")(before, after, ui)
    ),
    (CommandScope.TIMELINE, "earlier"): shows_title(r"\w{3} \d\d Nov \d\d:\d\d – \w{3} \d\d Nov"),
    (CommandScope.TIMELINE, "later"): shows_title("24 h"),
    (CommandScope.TIMELINE, "zoom_in"): shows_title("6 h"),
    (CommandScope.TIMELINE, "zoom_out"): shows_title("7 days"),
    (CommandScope.TIMELINE, "last_day"): shows_title("24 h"),
    (CommandScope.TIMELINE, "as_of"): shows_earlier_list,
    (CommandScope.TIMELINE, "next_failed"): selects_outcome(Outcome.FAILED),
    (CommandScope.TIMELINE, "previous_failed"): selects_outcome(Outcome.FAILED),
    (CommandScope.TIMELINE, "next_warning"): selects_outcome(Outcome.WARNING),
    (CommandScope.TIMELINE, "previous_warning"): selects_outcome(Outcome.WARNING),
    (CommandScope.TIMELINE, "query"): edits_the_query,
    (CommandScope.TIMELINE, "types"): opens_screen(CommandScope.OVERVIEW),
    (CommandScope.TIMELINE, "alerts"): opens_screen(CommandScope.ATTENTION),
    (CommandScope.TIMELINE, "compare"): compares,
    (CommandScope.TIMELINE, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.TIMELINE, "details"): details,
    (CommandScope.SESSION_LIST, "saved_query"): says("unassigned|aved queries"),
    (CommandScope.SESSION_LIST, "types"): opens_screen(CommandScope.OVERVIEW),
    (CommandScope.SESSION_LIST, "compare"): compares,
    (CommandScope.SESSION_LIST, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.SESSION_LIST, "details"): details,
    (CommandScope.SESSION_LIST, "sort"): lambda _, __, ui: ui.order().field == "duration_s",
    (CommandScope.SESSION_LIST, "reverse"): lambda _, __, ui: not ui.order().is_descending,
    (CommandScope.SESSION_LIST, "toggle_grouping"): says("its own row"),
    (CommandScope.SESSION_LIST, "follow"): says("stays selected"),
    (CommandScope.SESSION_LIST, "toggle_times"): says("how long ago runs started"),
    (CommandScope.SESSION_LIST, "cancel"): says("Press . to quit"),
    (CommandScope.SESSION_DETAIL, "open"): opens_screen(CommandScope.TEXT_VIEWER),
    (CommandScope.SESSION_DETAIL, "search"): opens_prompt,
    (CommandScope.SESSION_DETAIL, "filter_lines"): opens_prompt,
    (CommandScope.SESSION_DETAIL, "next_slow"): says(r"Pause \d of \d"),
    (CommandScope.SESSION_DETAIL, "previous_slow"): says(r"Pause \d of \d"),
    (CommandScope.SESSION_DETAIL, "next_error"): moves_cursor,
    (CommandScope.SESSION_DETAIL, "previous_error"): moves_cursor,
    (CommandScope.SESSION_DETAIL, "severity"): says("no severity"),
    (CommandScope.SESSION_DETAIL, "next_unseen"): moves_cursor,
    (CommandScope.SESSION_DETAIL, "previous_unseen"): moves_cursor,
    (CommandScope.SESSION_DETAIL, "next_match"): says("No search text yet"),
    (CommandScope.SESSION_DETAIL, "previous_match"): says("No search text yet"),
    (CommandScope.SESSION_DETAIL, "older"): opens_neighbor_run(-1),
    (CommandScope.SESSION_DETAIL, "newer"): opens_neighbor_run(1),
    (CommandScope.SESSION_DETAIL, "next_row"): opens_screen(CommandScope.SESSION_DETAIL),
    (CommandScope.SESSION_DETAIL, "previous_row"): opens_screen(CommandScope.SESSION_DETAIL),
    (CommandScope.SESSION_DETAIL, "follow"): says("no more events"),
    (CommandScope.SESSION_DETAIL, "details"): opens_screen(CommandScope.RAW_VIEW),
    (CommandScope.SESSION_DETAIL, "wrap"): says("lines wrapped"),
    (CommandScope.SESSION_DETAIL, "scroll_left"): says("start of the lines"),
    (CommandScope.SESSION_DETAIL, "scroll_right"): stays_without_refusal,
    (CommandScope.SESSION_DETAIL, "compare"): opens_screen(CommandScope.COMPARISON),
    (CommandScope.SESSION_DETAIL, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.SESSION_DETAIL, "types"): opens_screen(CommandScope.OVERVIEW),
    (CommandScope.SESSION_DETAIL, "alerts"): opens_screen(CommandScope.ATTENTION),
    (CommandScope.SESSION_DETAIL, "toggle_times"): says("time of day"),
    (CommandScope.COMPARISON, "events"): opens_screen(CommandScope.SESSION_DETAIL),
    (CommandScope.COMPARISON, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.COMPARISON, "types"): opens_screen(CommandScope.OVERVIEW),
    (CommandScope.COMPARISON, "alerts"): opens_screen(CommandScope.ATTENTION),
    (CommandScope.COMPARISON, "search"): opens_prompt,
    (CommandScope.COMPARISON, "next_match"): moves_cursor,
    (CommandScope.COMPARISON, "previous_match"): moves_cursor,
    (CommandScope.COMPARISON, "next_difference"): moves_cursor,
    (CommandScope.COMPARISON, "previous_difference"): moves_cursor,
    (CommandScope.COMPARISON, "next_slower"): moves_cursor,
    (CommandScope.COMPARISON, "previous_slower"): moves_cursor,
    (CommandScope.COMPARISON, "toggle_equal_lines"): says("[Ee]qual lines|All lines"),
    (CommandScope.COMPARISON, "open"): opens_screen(CommandScope.TEXT_VIEWER),
    (CommandScope.RUN_PICKER, "open"): opens_screen(CommandScope.COMPARISON),
    (CommandScope.THEME_PICKER, "keep"): says("Theme dark until you quit"),
    (CommandScope.DOCUMENTATION, "open"): opens_screen(CommandScope.TEXT_VIEWER),
    (CommandScope.OVERVIEW, "open"): opens_selected_run,
    (CommandScope.OVERVIEW, "show_runs"): lambda before, _, ui: (
        before.run is not None and ui.query().text == f"type:{before.run.type}"
    ),
    (CommandScope.OVERVIEW, "day_before"): describes_selected_cell,
    (CommandScope.OVERVIEW, "day_after"): describes_selected_cell,
    (CommandScope.OVERVIEW, "cell_before"): describes_selected_cell,
    (CommandScope.OVERVIEW, "cell_after"): describes_selected_cell,
    (CommandScope.OVERVIEW, "next_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.OVERVIEW, "previous_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.OVERVIEW, "next_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.OVERVIEW, "previous_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.OVERVIEW, "query"): edits_the_query,
    (CommandScope.OVERVIEW, "alerts"): opens_screen(CommandScope.ATTENTION),
    (CommandScope.OVERVIEW, "compare"): compares,
    (CommandScope.OVERVIEW, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.OVERVIEW, "details"): details,
    (CommandScope.ATTENTION, "open"): opens_selected_run,
    (CommandScope.ATTENTION, "next_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.ATTENTION, "previous_failed"): moves_cursor_to(Outcome.FAILED),
    (CommandScope.ATTENTION, "next_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.ATTENTION, "previous_warning"): moves_cursor_to(Outcome.WARNING),
    (CommandScope.ATTENTION, "query"): edits_the_query,
    (CommandScope.ATTENTION, "types"): opens_screen(CommandScope.OVERVIEW),
    (CommandScope.ATTENTION, "compare"): compares,
    (CommandScope.ATTENTION, "compare_with"): opens_screen(CommandScope.RUN_PICKER),
    (CommandScope.ATTENTION, "details"): details,
    (CommandScope.REPORT, "export"): says("Copied"),
    (CommandScope.REPORT, "ticket"): selects_row(0),
    (CommandScope.REPORT, "plain_ticket"): selects_row(1),
    (CommandScope.REPORT, "shift_summary"): selects_row(2),
    (CommandScope.REPORT, "bundle"): selects_row(3),
    (CommandScope.REPORT, "save"): says("Saved"),
    (CommandScope.RAW_VIEW, "xml"): lambda _, __, ui: (
        ui.screen_name() == "raw_view" and not ui.title().endswith(", XML")
    ),
}
TAB_SCOPES = [tab.scope for tab in TABS]


def opens_tab(step: int) -> EffectCheck:
    """The next or previous tab is open, from the one that the screen belongs to."""

    def has_opened(before: ScreenState, after: ScreenState, _: TuiDriver) -> bool:
        start = before.scope if before.scope in TAB_SCOPES else CommandScope.SESSION_LIST
        return after.scope is TAB_SCOPES[(TAB_SCOPES.index(start) + step) % len(TAB_SCOPES)]

    return has_opened


COMMON_EFFECTS: dict[str, EffectCheck] = {
    "next_tab": opens_tab(1),
    "previous_tab": opens_tab(-1),
    "refresh": stays_without_refusal,
    "pause": lambda _, after, ui: ui.is_paused() and "Polling paused" in after.footer,
    "statistics": shows_text("Last collected"),
    "timeline": opens_screen(CommandScope.TIMELINE),
    "copy": says("Copied"),
    "copy_command": says("Copied"),
    "acknowledge": opens_prompt,
    "report": opens_screen(CommandScope.REPORT),
    "close": closes_screen,
    "cancel": closes_screen,
    "next_alert": shows_first_alert,
    "time_zone": says("Times in"),
    "log_on": opens_screen(CommandScope.LOGIN),
    "stop": says(r"ctrl\+c again"),
    "commands": opens_screen(CommandScope.COMMAND_PALETTE),
    "help": shows_text("Everywhere"),
    "down": lambda before, after, _: after.cursor > before.cursor,
    "up": lambda before, after, _: after.cursor < before.cursor,
}
PAGING_DIRECTIONS = {"page_down": 1, "half_down": 1, "bottom": 1, "page_up": -1, "half_up": -1, "top": -1}


def has_paged(before: ScreenState, after: ScreenState, step: int) -> bool:
    """The cursor has moved that way; on the report screen the preview scrolls instead."""
    if after.scope is CommandScope.REPORT:
        return after.screen_identity is before.screen_identity
    return (after.cursor - before.cursor) * step > 0


async def press_and_wait(ui: TuiDriver, *keys: str) -> None:
    """Press keys one after another, each after the requests of the one before are done."""
    for key in keys:
        await ui.press(key)
        await ui.wait_for(lambda: not ui.is_requesting() and not ui.is_polling())


@pytest.fixture(autouse=True)
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and the pager's input go to the test's own folder."""
    script, text = tmp_path / "pager", tmp_path / "read"
    script.write_text(f"#!/bin/sh\ncat >{text}\n")
    script.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGER", str(script))
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("STY", raising=False)
    return text


def has_expected_effect(
    scope: CommandScope, command: TuiCommand, before: ScreenState, after: ScreenState, ui: TuiDriver
) -> bool:
    if command.name in PAGING_DIRECTIONS and command.scope is CommandScope.NAVIGATION:
        return has_paged(before, after, PAGING_DIRECTIONS[command.name])
    effect = EXPECTED_EFFECTS.get((scope, command.name)) or COMMON_EFFECTS[command.name]
    return effect(before, after, ui)


OTHER_KEYS = build_keymap(
    {
        name: (chr(0x100 + index),)
        for index, (name, command) in enumerate(changeable_commands().items())
        if command.keys and name != "severity"
    }
)
"""Another key for each command that can have one; Enter, Esc and ctrl+c stay."""


def keys_on(keymap: Keymap, place: CommandScope, key: str) -> str:
    """The key that does on this screen what a default key does there; text is typed as it is."""
    shared = (CommandScope.NAVIGATION, CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE)
    scopes = (place,) if place in TYPING_SCOPES else (place, *shared)
    names = [command.name for command in KEYMAP.commands_in(*scopes) if key in command.keys]
    return keymap.find(names[0], place).keys[0] if names else key


async def open_screen(ui: TuiDriver, place: CommandScope, keymap: Keymap) -> None:
    for key in KEYS_TO_SCREEN[place]:
        await press_and_wait(ui, keys_on(keymap, ui.screen_state(), key))


@pytest.mark.parametrize(
    ("place", "keymap"),
    [
        *((place, KEYMAP) for place in KEYS_TO_SCREEN),
        *((place, OTHER_KEYS) for place in (CommandScope.SESSION_LIST, CommandScope.TIMELINE)),
    ],
    ids=lambda value: (
        value.name if isinstance(value, CommandScope) else ["other", "default"][value is KEYMAP]
    ),
)
async def test_each_key_of_a_screen_does_what_its_help_says(
    place: CommandScope, keymap: Keymap, pager: Path
) -> None:
    async with demo_app(start=demo_start(keymap=keymap, now=lambda: NIGHT_TIME)) as ui:
        await ui.wait_assessed()
        for command in (
            *keymap.available_commands(place),
            *keymap.commands_in(CommandScope.NAVIGATION),
        ):
            description = f"{format_keys(command)}: {command.description}"
            if not command.keys or command.name in TERMINAL_ONLY or (place, command.name) in EXITING_COMMANDS:
                continue
            if (place, command.name) == (CommandScope.SESSION_LIST, "toggle_group"):
                continue
            await ui.return_to_list()
            await open_screen(ui, place, keymap)
            before = ScreenState.capture(ui)
            assert before.scope is place, description
            await press_and_wait(ui, command.keys[0])
            if command.name == "pager":
                await ui.wait_for(lambda: pager.exists() and pager.stat().st_size > 0)
                pager.unlink()
                continue
            await ui.pause()
            after = ScreenState.capture(ui)
            assert not REFUSAL.search(after.footer), f"{description}\n{after.footer}"
            assert has_expected_effect(place, command, before, after, ui), f"{description}\n{before}\n{after}"


@pytest.mark.parametrize("place", list(KEYS_TO_SCREEN))
async def test_a_default_key_that_was_changed_does_nothing(place: CommandScope) -> None:
    async with demo_app(start=demo_start(keymap=OTHER_KEYS, now=lambda: NIGHT_TIME)) as ui:
        await ui.wait_assessed()
        await open_screen(ui, place, OTHER_KEYS)
        before = ScreenState.capture(ui)
        kept = {key for command in OTHER_KEYS.commands for key in command.keys}
        old_keys = {
            key
            for command in (*KEYMAP.available_commands(place), *KEYMAP.commands_in(CommandScope.NAVIGATION))
            for key in command.keys
        }
        for key in sorted(old_keys - kept):
            await press_and_wait(ui, key)
            after = ScreenState.capture(ui)
            assert (after.screen_identity, after.cursor, after.is_prompting, after.text) == (
                before.screen_identity,
                before.cursor,
                before.is_prompting,
                before.text,
            ), key


@pytest.mark.parametrize("place", list(KEYS_TO_SCREEN))
async def test_a_key_that_the_help_does_not_list_shows_a_message_and_does_nothing(
    place: CommandScope,
) -> None:
    named = {command.name for command in KEYMAP.available_commands(place)}
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, *KEYS_TO_SCREEN[place])
        for command in KEYMAP.commands_in(CommandScope.EVERY_VIEW, CommandScope.EVERYWHERE):
            if command.name in named or not command.keys:
                continue
            before = ScreenState.capture(ui)
            await press_and_wait(ui, command.keys[0])
            after = ScreenState.capture(ui)
            assert REFUSAL.search(after.footer) or "q: back" in after.footer, (
                f"{format_keys(command)}\n{after.footer}"
            )
            assert (after.screen_identity, after.cursor, after.is_prompting) == (
                before.screen_identity,
                before.cursor,
                before.is_prompting,
            )


@pytest.mark.parametrize("place", list(KEYS_TO_SCREEN))
async def test_the_help_lists_a_command_without_a_key_where_the_palette_opens(place: CommandScope) -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, *KEYS_TO_SCREEN[place], "question_mark")
        is_named = ":mouse" in ui.text()
        await press_and_wait(ui, "q", "colon")
        assert is_named == (ui.screen_name() == "command_palette")


@pytest.mark.parametrize(("place", "name"), sorted(EXITING_COMMANDS, key=str))
async def test_the_quit_keys_quit(place: CommandScope, name: str) -> None:
    (command,) = [command for command in KEYMAP.available_commands(place) if command.name == name]
    assert command.description == "quit"
    async with demo_app() as ui:
        await press_and_wait(ui, *KEYS_TO_SCREEN[place])
        await ui.press(command.keys[0])
        assert ui.open_command()


async def test_enter_and_z_show_the_runs_of_a_group_and_z_groups_them_again() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        for key in ("enter", "z"):
            await ui.return_to_list()
            while not ui.is_group():
                await press_and_wait(ui, "j")
            grouped_count = ui.row_count()
            await press_and_wait(ui, key)
            assert ui.screen_name() == "session_list"
            assert ui.row_count() > grouped_count
            await press_and_wait(ui, "z")
            assert ui.row_count() == grouped_count


@pytest.mark.parametrize(
    "place", [CommandScope.SESSION_LIST, CommandScope.SESSION_DETAIL, CommandScope.COMPARISON]
)
async def test_the_palette_and_the_help_list_the_same_commands_and_descriptions(place: CommandScope) -> None:
    async with demo_app() as ui:
        await press_and_wait(ui, *KEYS_TO_SCREEN[place], "colon")
        assert ui.offered_commands() == {
            (one.name, one.description) for one in KEYMAP.available_commands(place) if one.name != "commands"
        }


def test_all_keys_of_a_command_are_bound_to_it() -> None:
    bound = {
        (binding.key, binding.action)
        for place in CommandScope
        for binding in bindings_for(place)
        if isinstance(binding, Binding)
    }
    actions = {action for _, action in bound}
    assert {action_for(command) for command in COMMANDS if command.keys and not command.takes_key} <= actions
    assert {f"saved_query('{digit}')" for digit in "56789"} <= actions


async def test_types_and_alerts_open_directly_above_the_list_from_any_screen() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "e", "enter", "d", "B", "4", "B", "enter", "d", "4", "j", "d")
        assert ui.screen_state() is CommandScope.COMPARISON
        await press_and_wait(ui, "B")
        assert ui.screen_state() is CommandScope.OVERVIEW
        await press_and_wait(ui, "q")
        assert ui.screen_state() is CommandScope.SESSION_LIST


async def test_tab_walks_the_views_both_ways_and_a_run_belongs_to_the_view_below_it() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        seen = []
        for key in (*["tab"] * 4, *["shift+tab"] * 4):
            await press_and_wait(ui, key)
            seen.append(ui.screen_state())
        types, timeline, alerts = CommandScope.OVERVIEW, CommandScope.TIMELINE, CommandScope.ATTENTION
        runs = CommandScope.SESSION_LIST
        assert seen == [types, timeline, alerts, runs, alerts, timeline, types, runs]
        await press_and_wait(ui, "B", "enter", "d")
        assert "[  Types]" in ui.top() or "[B Types]" in ui.top()
        await press_and_wait(ui, "tab")
        assert ui.screen_state() is timeline
        await press_and_wait(ui, "enter", "tab")
        assert ui.screen_state() is alerts
        await press_and_wait(ui, "enter", "tab")
        assert ui.screens() == ["session_list"]


async def test_tab_stays_in_a_field() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "slash", *"type:Coll", "tab")
        assert ui.typed() == "type:CollectJob"
        await press_and_wait(ui, "escape", "e", "enter", "slash", *"bs02", "tab", "shift+tab")
        assert (ui.typed(), ui.screen_state()) == ("bs02", CommandScope.SESSION_DETAIL)
        await press_and_wait(ui, "escape", "m", "tab")
        assert (ui.is_prompting(), ui.screen_state()) == (True, CommandScope.SESSION_DETAIL)
        await press_and_wait(ui, "escape", "colon", "tab")
        assert ui.screen_state() is CommandScope.COMMAND_PALETTE


async def test_the_top_bar_shows_a_key_only_where_it_works() -> None:
    async with demo_app(size=(120, 40)) as ui:
        await ui.wait_assessed()
        bars = {}
        for keys in ((), ("B",), ("q", "C"), ("q", "4"), ("q", "e", "enter"), ("H",)):
            await press_and_wait(ui, *keys)
            bars[ui.screen_name()] = ui.top()
        assert "[Runs] B Types  C Timeline  4 Alerts 6 " in bars["session_list"]
        assert " Runs [B Types] C Timeline  4 Alerts 6 " in bars["overview"]
        assert " Runs  B Types [C Timeline] 4 Alerts 6 " in bars["timeline"]
        assert " Runs  B Types  C Timeline [4 Alerts 6]" in bars["attention"]
        assert "[Runs] B Types  C Timeline  4 Alerts 6 " in bars["session_detail"]
        assert "[Runs]   Types    Timeline    Alerts 6 " in bars["report"]
        assert len({bar.index("Runs") for bar in bars.values()}) == 1


async def test_the_count_of_alerts_is_that_of_those_not_acknowledged() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "4", "m", "enter")
        await ui.wait_for(lambda: "4 Alerts 5]" in ui.top())
        await press_and_wait(ui, "q")
        assert "4 Alerts 5 " in ui.top()


async def test_the_help_is_filtered_while_typing_and_esc_shows_all_keys() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "question_mark")
        rows = ui.row_count()
        await press_and_wait(ui, "slash", *"failed")
        shown = ui.lines()
        assert any("e E" in line and "next, previous failed run" in line for line in shown)
        assert ui.row_count() < rows
        await press_and_wait(ui, "enter")
        assert "with “failed”" in ui.title()
        await press_and_wait(ui, "escape")
        assert (ui.row_count(), ui.screen_name()) == (rows, "text_viewer")
        await press_and_wait(ui, "slash", *"failed", "escape")
        assert (ui.row_count(), ui.is_prompting()) == (rows, False)
        await press_and_wait(ui, "slash", *"zzz")
        assert ui.empty_text() == "No line contains “zzz”."


async def test_the_palette_leaves_the_page_above_it() -> None:
    async with demo_app(size=(80, 23)) as ui:
        await ui.wait_assessed()
        before = ui.lines()
        await press_and_wait(ui, "colon")
        during = ui.lines()
        assert during[:11] == before[:11]
        assert during[11].startswith("─ Commands")
        await press_and_wait(ui, "escape")
        assert ui.lines() == before


async def test_commands_run_from_the_palette_come_first_the_next_time() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "colon", *"statist", "enter", "q", "colon")
        first = next(line for line in ui.lines() if "▌" in line and "Recent" in line)
        assert "connection statistics" in first


async def test_a_step_without_a_target_shows_a_message_and_stays() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press_and_wait(ui, "B", "w", "w")
        cursor = ui.cursor()
        await press_and_wait(ui, "w")
        assert ui.cursor() == cursor
        assert ui.footer().startswith("No other type whose last run has a warning.")


@pytest.mark.parametrize(
    "scope", [CommandScope.SESSION_LIST, CommandScope.SESSION_DETAIL, CommandScope.COMPARISON]
)
def test_every_other_name_of_a_command_is_its_first_match_in_the_palette(scope: CommandScope) -> None:
    commands = tuple(KEYMAP.available_commands(scope))
    names = {command.name for command in commands}
    for other_name, meant in OTHER_NAMES.items():
        if names.intersection(meant):
            assert first_match(commands, other_name) in meant, other_name
