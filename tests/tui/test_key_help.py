"""What the help says of a key is what the key does, on every screen: each is pressed there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from textual.binding import Binding
from tui_driver import TuiDriver, demo_app

from emtui.em.model import Outcome, Session
from emtui.tui.commands import COMMANDS, Command, Place, action_of, bindings, keys_of, of, working

WAY_TO: dict[Place, tuple[str, ...]] = {
    Place.LOOKUP: ("e",),
    Place.DETAIL: ("e", "enter"),
    Place.DIFFERENCE: ("e", "d"),
    Place.CHOICE: ("e", "enter", "D"),
    Place.BOARD: ("B", "j", "j"),
    Place.FINDINGS: ("4", "j", "j"),
    Place.HANDOVER: ("e", "H", "j"),
    Place.RAW: ("e", "enter", "i", "i", "j"),
}
"""The keys that lead to a screen from the list, and to where its cursor can go either way."""
IN_A_TERMINAL = {"suspend", "redraw"}
"""What shows only in a terminal; tests/pty presses these."""
ENDS = {(Place.LOOKUP, "close"), *((place, "leave") for place in WAY_TO)}
REFUSES = re.compile(
    r"does nothing|There is nothing|no text|Only the list|Commands are called|Nothing on this page"
    r"|No command|only the shift|i asks|Enter copies it or"
)


@dataclass
class Stand:
    """What can be seen of a screen."""

    page: object
    place: Place
    cursor: int
    run: Session | None
    foot: str
    text: str
    prompt: bool

    @classmethod
    def of(cls, ui: TuiDriver) -> Stand:
        return cls(
            ui.screen_identity(),
            ui.place(),
            ui.cursor(),
            ui.nearest_session(),
            ui.footer(),
            ui.text(),
            ui.is_prompting(),
        )


Effect: TypeAlias = Callable[[Stand, Stand, TuiDriver], bool]


def opens(place: Place) -> Effect:
    return lambda before, after, _: after.page is not before.page and after.place is place


def opens_it(before: Stand, after: Stand, _: TuiDriver) -> bool:
    """The run that the cursor stood on, whose page this is now."""
    return after.place is Place.DETAIL and before.run is not None and after.run == before.run


def opens_another(step: int) -> Effect:
    """The run before or after of the same type."""

    def opened(before: Stand, after: Stand, _: TuiDriver) -> bool:
        here, there = before.run, after.run
        if here is None or there is None or here.started is None or there.started is None:
            return False
        return here.type == there.type and (there.started > here.started) == (step > 0) and here != there

    return opened


def says(text: str) -> Effect:
    return lambda _, after, __: re.search(text, after.foot) is not None


def hops(before: Stand, after: Stand, _: TuiDriver) -> bool:
    """The cursor stands elsewhere, or it is said that there is nothing more that way."""
    return before.cursor != after.cursor or re.match(r"(No|There is no|Nothing new) ", after.foot) is not None


def hops_to(outcome: Outcome) -> Effect:
    def hopped(before: Stand, after: Stand, ui: TuiDriver) -> bool:
        there = after.run is not None and after.run.outcome is outcome
        return hops(before, after, ui) and (there or before.cursor == after.cursor)

    return hopped


def compares(before: Stand, after: Stand, _: TuiDriver) -> bool:
    """The run that the cursor stood on, beside another one."""
    return after.place is Place.DIFFERENCE and before.run is not None and after.run == before.run


def details(before: Stand, after: Stand, _: TuiDriver) -> bool:
    """What the server said of the run that the cursor stood on."""
    return after.place is Place.RAW and before.run is not None and after.run == before.run


def edits_the_query(_: Stand, after: Stand, __: TuiDriver) -> bool:
    return after.place is Place.LOOKUP and after.prompt


def prompts(_: Stand, after: Stand, __: TuiDriver) -> bool:
    return after.prompt


def finds(text: str) -> Effect:
    return lambda _, __, ui: ui.query().text == text


def chooses(number: int) -> Effect:
    return lambda _, after, __: after.cursor == number


def reads(heading: str) -> Effect:
    return lambda before, after, _: after.page is not before.page and heading in after.text


def closes(before: Stand, after: Stand, _: TuiDriver) -> bool:
    return after.page is not before.page


def asks(before: Stand, after: Stand, _: TuiDriver) -> bool:
    return after.page is before.page and not REFUSES.search(after.foot)


def alerts(_: Stand, after: Stand, ui: TuiDriver) -> bool:
    """The run that the first alert is about, in the list or open."""
    run = ui.first_alert_session()
    return after.place in {Place.LOOKUP, Place.DETAIL} and run is not None and after.run == run


EFFECTS: dict[tuple[Place, str], Effect] = {
    (Place.LOOKUP, "open"): opens_it,
    (Place.LOOKUP, "query"): prompts,
    (Place.LOOKUP, "next_failed"): hops_to(Outcome.FAILED),
    (Place.LOOKUP, "previous_failed"): hops_to(Outcome.FAILED),
    (Place.LOOKUP, "next_warned"): hops_to(Outcome.WARNING),
    (Place.LOOKUP, "previous_warned"): hops_to(Outcome.WARNING),
    (Place.LOOKUP, "next_unseen"): hops,
    (Place.LOOKUP, "previous_unseen"): hops,
    (Place.LOOKUP, "next_slow"): hops,
    (Place.LOOKUP, "previous_slow"): hops,
    (Place.LOOKUP, "older"): opens_another(-1),
    (Place.LOOKUP, "newer"): opens_another(1),
    (Place.LOOKUP, "next_match"): lambda before, after, _: after.cursor == before.cursor + 1,
    (Place.LOOKUP, "previous_match"): lambda before, after, _: after.cursor == before.cursor - 1,
    (Place.LOOKUP, "show_all"): finds(""),
    (Place.LOOKUP, "show_failed"): finds("state:failed,warning"),
    (Place.LOOKUP, "show_running"): finds("state:running"),
    (Place.LOOKUP, "show_unseen"): finds("is:unseen"),
    (Place.LOOKUP, "findings"): opens(Place.FINDINGS),
    (Place.LOOKUP, "own_query"): says("queries of your own|queries"),
    (Place.LOOKUP, "board"): opens(Place.BOARD),
    (Place.LOOKUP, "difference"): compares,
    (Place.LOOKUP, "choose"): opens(Place.CHOICE),
    (Place.LOOKUP, "facts"): details,
    (Place.LOOKUP, "order"): lambda _, __, ui: ui.order().field == "duration_s",
    (Place.LOOKUP, "reverse"): lambda _, __, ui: not ui.order().descending,
    (Place.LOOKUP, "fold_all"): says("row of its own"),
    (Place.LOOKUP, "stick"): says("stays selected"),
    (Place.LOOKUP, "elapsed"): says("How long ago each run started"),
    (Place.LOOKUP, "undo"): says("q leaves emtui"),
    (Place.DETAIL, "open"): opens(Place.PAGE),
    (Place.DETAIL, "search"): prompts,
    (Place.DETAIL, "only"): prompts,
    (Place.DETAIL, "next_slow"): says(r"wait \d of \d"),
    (Place.DETAIL, "previous_slow"): says(r"wait \d of \d"),
    (Place.DETAIL, "next_trouble"): hops,
    (Place.DETAIL, "previous_trouble"): hops,
    (Place.DETAIL, "severity"): says("no severity"),
    (Place.DETAIL, "next_unseen"): hops,
    (Place.DETAIL, "previous_unseen"): hops,
    (Place.DETAIL, "next_match"): says("/ searches"),
    (Place.DETAIL, "previous_match"): says("/ searches"),
    (Place.DETAIL, "older"): opens_another(-1),
    (Place.DETAIL, "newer"): opens_another(1),
    (Place.DETAIL, "next_row"): opens(Place.DETAIL),
    (Place.DETAIL, "previous_row"): opens(Place.DETAIL),
    (Place.DETAIL, "stick"): says("has ended"),
    (Place.DETAIL, "facts"): opens(Place.RAW),
    (Place.DETAIL, "wrap"): says("are wrapped"),
    (Place.DETAIL, "left"): says("begin"),
    (Place.DETAIL, "right"): asks,
    (Place.DETAIL, "difference"): opens(Place.DIFFERENCE),
    (Place.DETAIL, "choose"): opens(Place.CHOICE),
    (Place.DETAIL, "board"): opens(Place.BOARD),
    (Place.DETAIL, "findings"): opens(Place.FINDINGS),
    (Place.DETAIL, "elapsed"): says("time of each event"),
    (Place.DIFFERENCE, "events"): opens(Place.DETAIL),
    (Place.DIFFERENCE, "choose"): opens(Place.CHOICE),
    (Place.DIFFERENCE, "board"): opens(Place.BOARD),
    (Place.DIFFERENCE, "findings"): opens(Place.FINDINGS),
    (Place.DIFFERENCE, "search"): prompts,
    (Place.DIFFERENCE, "next_match"): hops,
    (Place.DIFFERENCE, "previous_match"): hops,
    (Place.DIFFERENCE, "next_difference"): hops,
    (Place.DIFFERENCE, "previous_difference"): hops,
    (Place.DIFFERENCE, "next_slower"): hops,
    (Place.DIFFERENCE, "previous_slower"): hops,
    (Place.DIFFERENCE, "fold"): says("equal lines|All lines"),
    (Place.DIFFERENCE, "open"): opens(Place.PAGE),
    (Place.CHOICE, "open"): opens(Place.DIFFERENCE),
    (Place.BOARD, "open"): opens_it,
    (Place.BOARD, "runs"): lambda before, _, ui: (
        before.run is not None and ui.query().text == f"type:{before.run.type}"
    ),
    (Place.BOARD, "next_failed"): hops_to(Outcome.FAILED),
    (Place.BOARD, "previous_failed"): hops_to(Outcome.FAILED),
    (Place.BOARD, "next_warned"): hops_to(Outcome.WARNING),
    (Place.BOARD, "previous_warned"): hops_to(Outcome.WARNING),
    (Place.BOARD, "query"): edits_the_query,
    (Place.BOARD, "findings"): opens(Place.FINDINGS),
    (Place.BOARD, "difference"): compares,
    (Place.BOARD, "choose"): opens(Place.CHOICE),
    (Place.BOARD, "facts"): details,
    (Place.FINDINGS, "open"): opens_it,
    (Place.FINDINGS, "next_failed"): hops_to(Outcome.FAILED),
    (Place.FINDINGS, "previous_failed"): hops_to(Outcome.FAILED),
    (Place.FINDINGS, "next_warned"): hops_to(Outcome.WARNING),
    (Place.FINDINGS, "previous_warned"): hops_to(Outcome.WARNING),
    (Place.FINDINGS, "query"): edits_the_query,
    (Place.FINDINGS, "board"): opens(Place.BOARD),
    (Place.FINDINGS, "difference"): compares,
    (Place.FINDINGS, "choose"): opens(Place.CHOICE),
    (Place.FINDINGS, "facts"): details,
    (Place.HANDOVER, "hand"): says("Copied"),
    (Place.HANDOVER, "ticket"): chooses(0),
    (Place.HANDOVER, "plain_ticket"): chooses(1),
    (Place.HANDOVER, "shift"): chooses(2),
    (Place.HANDOVER, "bundle"): chooses(3),
    (Place.HANDOVER, "write"): says("Written"),
    (Place.RAW, "raw"): lambda _, __, ui: (
        ui.screen_name() == "raw_view" and not ui.title().endswith("as XML")
    ),
}
OF_EVERY_SCREEN: dict[str, Effect] = {
    "ask": asks,
    "pause": lambda _, after, ui: ui.is_paused() and "Paused" in after.foot,
    "health": reads("Last collected"),
    "copy": says("Copied"),
    "copy_command": says("Copied"),
    "known": prompts,
    "hand_over": opens(Place.HANDOVER),
    "close": closes,
    "undo": closes,
    "attention": alerts,
    "clock": says("Times are"),
    "log_on": opens(Place.LOGIN),
    "stop": says(r"ctrl\+c again"),
    "commands": opens(Place.PALETTE),
    "help": reads("Everywhere"),
    "down": lambda before, after, _: after.cursor > before.cursor,
    "up": lambda before, after, _: after.cursor < before.cursor,
}
TURNS = {"page_down": 1, "half_down": 1, "bottom": 1, "page_up": -1, "half_up": -1, "top": -1}


def turns(before: Stand, after: Stand, step: int) -> bool:
    """The cursor went that way; beside a preview that is what turns."""
    if after.place is Place.HANDOVER:
        return after.page is before.page
    return (after.cursor - before.cursor) * step > 0


async def press(ui: TuiDriver, *keys: str) -> None:
    """Each where the one before has led, and what it asks for has come."""
    for key in keys:
        await ui.press(key)
        await ui.wait_for(lambda: not ui.is_requesting() and not ui.is_polling())


@pytest.fixture(autouse=True)
def pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files and what is read in the pager go to the test's own folder."""
    script, text = tmp_path / "pager", tmp_path / "read"
    script.write_text(f"#!/bin/sh\ncat >{text}\n")
    script.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGER", str(script))
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.delenv("STY", raising=False)
    return text


def fulfils(place: Place, command: Command, before: Stand, after: Stand, ui: TuiDriver) -> bool:
    if command.name in TURNS and command.place is Place.MOVING:
        return turns(before, after, TURNS[command.name])
    effect = EFFECTS.get((place, command.name)) or OF_EVERY_SCREEN[command.name]
    return effect(before, after, ui)


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_each_key_of_a_screen_does_what_its_help_says(place: Place, pager: Path) -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        for command in (*working(place), *of(Place.MOVING)):
            told = f"{keys_of(command)}: {command.does}"
            if not command.keys or command.name in IN_A_TERMINAL or (place, command.name) in ENDS:
                continue
            await ui.return_to_list()
            if (place, command.name) == (Place.LOOKUP, "fold"):
                continue
            await press(ui, *WAY_TO[place])
            before = Stand.of(ui)
            assert before.place is place, told
            await press(ui, command.keys[0])
            if command.name == "read":
                await ui.wait_for(lambda: pager.exists() and pager.stat().st_size > 0)
                pager.unlink()
                continue
            await ui.pause()
            after = Stand.of(ui)
            assert not REFUSES.search(after.foot), f"{told}\n{after.foot}"
            assert fulfils(place, command, before, after, ui), f"{told}\n{before}\n{after}"


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_a_key_that_the_help_does_not_name_says_so_and_does_nothing(place: Place) -> None:
    named = {command.name for command in working(place)}
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press(ui, *WAY_TO[place])
        for command in of(Place.VIEW, Place.EVERYWHERE):
            if command.name in named or not command.keys:
                continue
            before = Stand.of(ui)
            await press(ui, command.keys[0])
            after = Stand.of(ui)
            assert REFUSES.search(after.foot) or "q goes back" in after.foot, (
                f"{keys_of(command)}\n{after.foot}"
            )
            assert (after.page, after.cursor, after.prompt) == (before.page, before.cursor, before.prompt)


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_the_help_names_a_command_without_a_key_where_a_name_can_be_typed(place: Place) -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press(ui, *WAY_TO[place], "question_mark")
        told = ":mouse" in ui.text()
        await press(ui, "q", "colon")
        assert told == (ui.screen_name() == "command_palette")


@pytest.mark.parametrize(("place", "name"), sorted(ENDS, key=str))
async def test_the_keys_that_leave_emtui_do(place: Place, name: str) -> None:
    (command,) = [command for command in working(place) if command.name == name]
    assert command.does == "leave emtui"
    async with demo_app() as ui:
        await press(ui, *WAY_TO[place])
        await ui.press(command.keys[0])
        assert ui.open_command()


async def test_enter_and_z_show_the_runs_of_a_fold_and_z_folds_them_again() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        for key in ("enter", "z"):
            await ui.return_to_list()
            while not ui.is_group():
                await press(ui, "j")
            folded = ui.row_count()
            await press(ui, key)
            assert ui.screen_name() == "session_list"
            assert ui.row_count() > folded
            await press(ui, "z")
            assert ui.row_count() == folded


@pytest.mark.parametrize("place", [Place.LOOKUP, Place.DETAIL, Place.DIFFERENCE])
async def test_the_palette_names_what_the_help_names_in_the_same_words(place: Place) -> None:
    async with demo_app() as ui:
        await press(ui, *WAY_TO[place], "colon")
        assert ui.offered_commands() == {
            (one.name, one.does) for one in working(place) if one.name != "commands"
        }


def test_all_keys_of_a_command_are_bound_to_it() -> None:
    bound = {
        (binding.key, binding.action)
        for place in Place
        for binding in bindings(place)
        if isinstance(binding, Binding)
    }
    actions = {action for _, action in bound}
    assert {action_of(command) for command in COMMANDS if command.keys and not command.by_key} <= actions
    assert {f"own_query('{digit}')" for digit in "56789"} <= actions


async def test_types_and_alerts_stand_right_above_the_list_wherever_they_are_called() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press(ui, "e", "enter", "d", "B", "4", "B", "enter", "d", "4", "j", "d")
        assert ui.place() is Place.DIFFERENCE
        await press(ui, "B")
        assert ui.place() is Place.BOARD
        await press(ui, "q")
        assert ui.place() is Place.LOOKUP


async def test_a_step_with_nothing_to_go_to_says_so_and_stays() -> None:
    async with demo_app() as ui:
        await ui.wait_assessed()
        await press(ui, "B", "w", "w")
        cursor = ui.cursor()
        await press(ui, "w")
        assert ui.cursor() == cursor
        assert ui.footer().startswith("No other type whose last run has a warning.")
