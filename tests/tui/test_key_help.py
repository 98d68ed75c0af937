"""What the help says of a key is what the key does, on every screen: each is pressed there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from seats import Seat, seated
from textual.binding import Binding

from emtui.em.model import Outcome, Session
from emtui.lookup import DEFAULT_ORDER
from emtui.tui.commands import COMMANDS, Command, Place, bindings, keys_of, of, working
from emtui.tui.screens.board import BoardScreen
from emtui.tui.screens.choosing import ChoosingScreen
from emtui.tui.screens.command_palette import Choices, CommandPalette
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.screens.difference import DifferenceScreen
from emtui.tui.screens.findings import FindingsScreen
from emtui.tui.screens.handover import HandOverScreen
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.raw import RawPage
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.widgets.lines import Lines
from emtui.tui.widgets.status_line import Foot

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
    top: int
    run: Session | None
    foot: str
    prompt: bool

    @classmethod
    def of(cls, seat: Seat) -> Stand:
        page = seat.page
        lines = next(iter(page.query(Lines)), None)
        return cls(
            page,
            page.PLACE,
            lines.cursor if lines else 0,
            lines.top if lines else 0,
            page.run_here,
            " ".join(strip.text.strip() for strip in page.query_one(Foot).render_lines(page.size.region)),
            any(prompt.display for prompt in page.query("Prompt")),
        )


Effect: TypeAlias = Callable[[Stand, Stand, Seat], bool]


def opens(kind: type[object]) -> Effect:
    return lambda before, after, _: after.page is not before.page and isinstance(after.page, kind)


def opens_it(before: Stand, after: Stand, _: Seat) -> bool:
    """The run that the cursor stood on, whose page this is now."""
    return isinstance(after.page, DetailScreen) and before.run is not None and after.run == before.run


def opens_another(step: int) -> Effect:
    """The run before or after of the same type."""

    def opened(before: Stand, after: Stand, _: Seat) -> bool:
        here, there = before.run, after.run
        if here is None or there is None or here.started is None or there.started is None:
            return False
        return here.type == there.type and (there.started > here.started) == (step > 0) and here != there

    return opened


def says(text: str) -> Effect:
    return lambda _, after, __: re.search(text, after.foot) is not None


def hops(before: Stand, after: Stand, _: Seat) -> bool:
    """The cursor stands elsewhere, or it is said that there is nothing more that way."""
    return before.cursor != after.cursor or re.match(r"(No|There is no|Nothing new) ", after.foot) is not None


def hops_to(outcome: Outcome) -> Effect:
    def hopped(before: Stand, after: Stand, seat: Seat) -> bool:
        there = after.run is not None and after.run.outcome is outcome
        return hops(before, after, seat) and (there or before.cursor == after.cursor)

    return hopped


def prompts(_: Stand, after: Stand, __: Seat) -> bool:
    return after.prompt


def finds(text: str) -> Effect:
    return lambda _, __, seat: seat.listing.query_now.text == text


def chooses(number: int) -> Effect:
    return lambda _, after, __: after.cursor == number


def reads(heading: str) -> Effect:
    return lambda before, after, _: (
        after.page is not before.page and heading in getattr(after.page, "text", "")
    )


def closes(before: Stand, after: Stand, _: Seat) -> bool:
    return after.page is not before.page


def asks(before: Stand, after: Stand, _: Seat) -> bool:
    return after.page is before.page and not REFUSES.search(after.foot)


def alerts(_: Stand, after: Stand, seat: Seat) -> bool:
    """The run that the first alert is about, in the list or open."""
    run = seat.listing.run_of(seat.listing.findings[0])
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
    (Place.LOOKUP, "findings"): opens(FindingsScreen),
    (Place.LOOKUP, "own_query"): says("queries of your own|queries"),
    (Place.LOOKUP, "board"): opens(BoardScreen),
    (Place.LOOKUP, "difference"): opens(DifferenceScreen),
    (Place.LOOKUP, "order"): lambda _, __, seat: seat.listing.order.field == "duration_s",
    (Place.LOOKUP, "reverse"): lambda _, __, seat: not seat.listing.order.descending,
    (Place.LOOKUP, "fold_all"): says("row of its own"),
    (Place.LOOKUP, "stick"): says("stays selected"),
    (Place.LOOKUP, "elapsed"): says("How long ago each run started"),
    (Place.LOOKUP, "undo"): says("q leaves emtui"),
    (Place.DETAIL, "open"): opens(TextScreen),
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
    (Place.DETAIL, "next_row"): opens(DetailScreen),
    (Place.DETAIL, "previous_row"): opens(DetailScreen),
    (Place.DETAIL, "stick"): says("has ended"),
    (Place.DETAIL, "facts"): opens(RawPage),
    (Place.DETAIL, "wrap"): says("are wrapped"),
    (Place.DETAIL, "left"): says("begin"),
    (Place.DETAIL, "right"): asks,
    (Place.DETAIL, "difference"): opens(DifferenceScreen),
    (Place.DETAIL, "choose"): opens(ChoosingScreen),
    (Place.DETAIL, "elapsed"): says("time of each event"),
    (Place.DIFFERENCE, "events"): opens(DetailScreen),
    (Place.DIFFERENCE, "choose"): opens(ChoosingScreen),
    (Place.DIFFERENCE, "search"): prompts,
    (Place.DIFFERENCE, "next_match"): hops,
    (Place.DIFFERENCE, "previous_match"): hops,
    (Place.DIFFERENCE, "next_difference"): hops,
    (Place.DIFFERENCE, "previous_difference"): hops,
    (Place.DIFFERENCE, "next_slower"): hops,
    (Place.DIFFERENCE, "previous_slower"): hops,
    (Place.DIFFERENCE, "fold"): says("equal lines|All lines"),
    (Place.DIFFERENCE, "open"): opens(TextScreen),
    (Place.CHOICE, "open"): opens(DifferenceScreen),
    (Place.BOARD, "open"): opens_it,
    (Place.BOARD, "runs"): lambda before, _, seat: (
        before.run is not None and seat.listing.query_now.text == f"type:{before.run.type}"
    ),
    (Place.FINDINGS, "open"): opens_it,
    (Place.HANDOVER, "hand"): says("Copied"),
    (Place.HANDOVER, "ticket"): chooses(0),
    (Place.HANDOVER, "plain_ticket"): chooses(1),
    (Place.HANDOVER, "shift"): chooses(2),
    (Place.HANDOVER, "bundle"): chooses(3),
    (Place.HANDOVER, "write"): says("Written"),
    (Place.RAW, "raw"): lambda _, __, seat: isinstance(seat.page, RawPage) and not seat.page.shows_xml,
}
OF_EVERY_SCREEN: dict[str, Effect] = {
    "ask": asks,
    "pause": lambda _, after, seat: seat.app.paused and "Paused" in after.foot,
    "health": reads("Last collected"),
    "copy": says("Copied"),
    "copy_command": says("Copied"),
    "known": prompts,
    "hand_over": opens(HandOverScreen),
    "close": closes,
    "undo": closes,
    "attention": alerts,
    "clock": says("Times are"),
    "log_on": opens(LoginScreen),
    "stop": says(r"ctrl\+c again"),
    "commands": opens(CommandPalette),
    "help": reads("Everywhere"),
    "down": lambda before, after, _: after.cursor > before.cursor,
    "up": lambda before, after, _: after.cursor < before.cursor,
}
TURNS = {"page_down": 1, "half_down": 1, "bottom": 1, "page_up": -1, "half_up": -1, "top": -1}


def turns(before: Stand, after: Stand, seat: Seat, step: int) -> bool:
    """The cursor went that way; beside a preview that is what turns."""
    if isinstance(seat.page, HandOverScreen):
        return after.page is before.page
    return (after.cursor - before.cursor) * step > 0


async def home(seat: Seat) -> None:
    """Back to the list, as it was before any key."""
    listing = seat.listing
    while seat.app.screen is not listing:
        await seat.app.pop_screen()
    await seat.app.page.restore()
    seat.app.wraps = seat.app.clocks = False
    listing.sessions.ages, listing.sessions.sticks, listing.order = False, True, DEFAULT_ORDER
    if listing.follow.paused:
        await seat.press("p")
    await listing.action_show_all()
    await listing.sessions.fold_all(True)
    listing.sessions.go(0)
    listing.handle_user_activity()
    await seat.until(lambda: not listing.busy)


async def press(seat: Seat, *keys: str) -> None:
    """Each where the one before has led, and what it asks for has come."""
    for key in keys:
        await seat.press(key)
        await seat.until(lambda: not seat.page.busy and not seat.listing.busy)


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


def fulfils(place: Place, command: Command, before: Stand, after: Stand, seat: Seat) -> bool:
    if command.name in TURNS and command.place is Place.MOVING:
        return turns(before, after, seat, TURNS[command.name])
    effect = EFFECTS.get((place, command.name)) or OF_EVERY_SCREEN[command.name]
    return effect(before, after, seat)


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_each_key_of_a_screen_does_what_its_help_says(place: Place, pager: Path) -> None:
    async with seated() as seat:
        await seat.until(lambda: seat.listing.attention is not None)
        for command in (*working(place), *of(Place.MOVING)):
            told = f"{keys_of(command)}: {command.does}"
            if not command.keys or command.name in IN_A_TERMINAL or (place, command.name) in ENDS:
                continue
            await home(seat)
            if (place, command.name) == (Place.LOOKUP, "fold"):
                continue
            await press(seat, *WAY_TO[place])
            before = Stand.of(seat)
            assert before.place is place, told
            await press(seat, command.keys[0])
            if command.name == "read":
                await seat.until(lambda: pager.exists() and pager.stat().st_size > 0)
                pager.unlink()
                continue
            await seat.pilot.pause()
            after = Stand.of(seat)
            assert not REFUSES.search(after.foot), f"{told}\n{after.foot}"
            assert fulfils(place, command, before, after, seat), f"{told}\n{before}\n{after}"


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_a_key_that_the_help_does_not_name_says_so_and_does_nothing(place: Place) -> None:
    named = {command.name for command in working(place)}
    async with seated() as seat:
        await seat.until(lambda: seat.listing.attention is not None)
        await press(seat, *WAY_TO[place])
        for command in of(Place.VIEW, Place.EVERYWHERE):
            if command.name in named or not command.keys:
                continue
            before = Stand.of(seat)
            await press(seat, command.keys[0])
            after = Stand.of(seat)
            assert REFUSES.search(after.foot) or "q goes back" in after.foot, (
                f"{keys_of(command)}\n{after.foot}"
            )
            assert (after.page, after.cursor, after.prompt) == (before.page, before.cursor, before.prompt)


@pytest.mark.parametrize("place", list(WAY_TO))
async def test_the_help_names_a_command_without_a_key_where_a_name_can_be_typed(place: Place) -> None:
    async with seated() as seat:
        await seat.until(lambda: seat.listing.attention is not None)
        await press(seat, *WAY_TO[place], "question_mark")
        told = isinstance(seat.page, TextScreen) and ":mouse" in seat.page.text
        await press(seat, "q", "colon")
        assert told == isinstance(seat.page, CommandPalette)


@pytest.mark.parametrize(("place", "name"), sorted(ENDS, key=str))
async def test_the_keys_that_leave_emtui_do(place: Place, name: str) -> None:
    (command,) = [command for command in working(place) if command.name == name]
    assert command.does == "leave emtui"
    async with seated() as seat:
        await press(seat, *WAY_TO[place])
        await seat.pilot.press(command.keys[0])
        assert seat.app.way_back


async def test_enter_and_z_show_the_runs_of_a_fold_and_z_folds_them_again() -> None:
    async with seated() as seat:
        await seat.until(lambda: seat.listing.attention is not None)
        sessions = seat.listing.sessions
        for key in ("enter", "z"):
            await home(seat)
            while sessions.fold is None:
                await press(seat, "j")
            folded = sessions.count
            await press(seat, key)
            assert seat.app.screen is seat.listing
            assert sessions.count > folded
            await press(seat, "z")
            assert sessions.count == folded


@pytest.mark.parametrize("place", [Place.LOOKUP, Place.DETAIL, Place.DIFFERENCE])
async def test_the_palette_names_what_the_help_names_in_the_same_words(place: Place) -> None:
    async with seated() as seat:
        await press(seat, *WAY_TO[place], "colon")
        offered = {(command.name, command.does) for command in seat.page.query_one(Choices).commands}
        assert offered == {(one.name, one.does) for one in working(place) if one.name != "commands"}


def test_all_keys_of_a_command_are_bound_to_it() -> None:
    bound = {
        (binding.key, binding.action)
        for place in Place
        for binding in bindings(place)
        if isinstance(binding, Binding)
    }
    actions = {action for _, action in bound}
    assert {command.name for command in COMMANDS if command.keys and not command.by_key} <= actions
    assert {f"own_query('{digit}')" for digit in "56789"} <= actions
