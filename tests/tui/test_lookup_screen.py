"""The list at work: asking, waiting, stopping, filtering, going to what was named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest
from seats import NIGHT, WORLD, Seat, a_view, seated
from served import Demo, serve
from textual import events

from emtui.em.address import Trust, parse_server
from emtui.em.model import Outcome
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.tui.app import EmtuiApp
from emtui.tui.commands import COMMANDS
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.command_palette import CommandPalette
from emtui.tui.screens.detail import DetailScreen
from emtui.tui.screens.text_viewer import TextScreen


async def test_the_list_is_newest_first_with_its_counts_and_their_base() -> None:
    async with seated() as seat:
        starts = [session.started for session in seat.listing.sessions.rows if session.started]
        assert starts == sorted(starts, reverse=True)
        first = NIGHT.replace(hour=3, minute=0, second=0) - timedelta(days=1)
        of_the_day = [start for start in starts if start >= first]
        assert re.match(r"03h [·\d]{24} 02h failed  .* of \d+ runs( in 24h)?$", seat.line("tally"))
        assert re.search(rf" of {len(of_the_day)} runs( in 24h)?$", seat.line("tally"))
        await seat.until(lambda: seat.line("foot").endswith(f" 1 of {len(starts):,} runs"))
        assert seat.line("top").endswith("as of 02:14:30 +00:00  every 60 s")


async def test_a_query_filters_with_each_key_and_esc_takes_it_back() -> None:
    async with seated() as seat:
        everything = len(seat.listing.sessions.rows)
        await seat.press("slash", *"state", "colon", *"failed")
        assert {session.outcome for session in seat.listing.sessions.rows} == {Outcome.FAILED}
        await seat.press("escape")
        assert len(seat.listing.sessions.rows) == everything
        await seat.press("slash", *"licauto", "enter")
        assert {session.type for session in seat.listing.sessions.rows} == {"LicAutoUpdate"}
        assert seat.line("query").startswith("/ licauto")
        assert seat.line("query").endswith(f"of {everything:,} runs")
        await seat.press("escape")
        assert len(seat.listing.sessions.rows) == everything


async def test_the_next_match_of_a_query_is_the_next_row() -> None:
    async with seated() as seat:
        await seat.press("slash", *"catalog", "enter", "n", "n")
        await seat.until(lambda: " 3 of " in seat.line("foot"))
        await seat.press("N")
        await seat.until(lambda: " 2 of " in seat.line("foot"))


async def test_a_query_that_cannot_be_read_says_why_is_not_lost_and_hides_nothing() -> None:
    async with seated() as seat:
        await seat.press("slash", *"state", "colon", *"fialed", "enter")
        assert "'fialed' is not a state: did you mean failed?" in seat.line("tally")
        assert seat.app.focused
        assert getattr(seat.app.focused, "value", None) == "state:fialed"
        await seat.press("escape")
        assert seat.listing.query_now.empty
        assert seat.app.focused is seat.listing.sessions


async def test_asking_again_keeps_selection_scroll_query_and_order() -> None:
    async with seated(start=a_view(query="type:CollectJob", order="started")) as seat:
        await seat.press("ctrl+d", "ctrl+d", "down", "down")
        listed = seat.listing.sessions
        before = (
            listed.selected,
            listed.top,
            listed.cursor,
            seat.listing.query_now.text,
            seat.listing.order.text,
        )
        first = seat.listing.as_of()
        await seat.press("r")
        await seat.until(lambda: seat.listing.as_of() != first and not seat.listing.progress)
        after = (
            listed.selected,
            listed.top,
            listed.cursor,
            seat.listing.query_now.text,
            seat.listing.order.text,
        )
        assert after == before


@pytest.fixture
def slow_demo() -> Iterator[Demo]:
    """A server that takes its time over every 64 KiB."""
    yield from serve("--seed", "1", "--play", "slow=0.3")


async def test_a_list_on_its_way_shows_bytes_and_rows_answers_keys_and_stops_at_esc(slow_demo: Demo) -> None:
    trust = Trust(pin=slow_demo.sha256)
    server = parse_server(slow_demo.url)
    connection = Connection(None, server, slow_demo.user, trust, password=Secret(slow_demo.password))
    app = EmtuiApp(LaunchOptions(connection, remember=False))
    async with app.run_test(size=(80, 23)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and " rows" in seat.listing.progress)
        assert re.fullmatch(
            r"asking \S+ since [\d:]{8}, [\d.]+ [kM]B of 3\.\d MB, [\d,]+ rows", seat.listing.progress
        )
        assert "Esc stops" in "\n".join(seat.lines())
        await seat.press("question_mark")
        assert isinstance(seat.page, TextScreen)
        await seat.press("q", "escape")
        await seat.until(lambda: not seat.listing.busy)
        assert seat.listing.snapshot is None
        assert "r asks again" in seat.line("foot")
        await app.client.close() if app.client else None


async def test_references_become_whole_while_one_looks_on() -> None:
    async with seated("references", wait=False) as seat:
        await seat.until(lambda: seat.listing.snapshot is not None)
        assert seat.listing.snapshot
        said, named = seat.line("tally"), len(seat.listing.snapshot.references)
        assert re.search(r"(?:^| )26 runs(?: in 24h)?  ", said), said
        assert re.search(rf"  {named} (?:runs known by name only|by name only)(?:  |$)", said), said
        assert not seat.listing.progress or said.endswith(f"  {seat.listing.progress}  Esc stops"), said
        await seat.until(lambda: not seat.listing.busy)
        assert seat.listing.snapshot.references == ()
        assert seat.listing.sessions.rows[0].type is not None


async def test_what_is_wrong_with_a_query_is_not_cut_for_how_far_an_answer_has_come() -> None:
    async with seated() as seat:
        await seat.press("slash", *"state", "colon", *"completedwarninx")
        wrong = "! 'completedwarninx' is not a state: did you mean CompletedWarning?"
        for progress in ("asking for each run: 12 of 987", ""):
            seat.listing.progress = progress
            assert seat.line("tally") == wrong


async def test_enter_opens_with_the_focus_on_the_events_and_q_comes_back_to_the_same_row() -> None:
    async with seated() as seat:
        await seat.press("Z", "ctrl+d", "ctrl+d", "enter")
        before = (seat.listing.sessions.top, seat.listing.sessions.cursor)
        await seat.until(lambda: isinstance(seat.page, DetailScreen) and seat.page.log_read is not None)
        assert seat.app.focused is seat.page.query_one("#events")
        await seat.press("enter")
        assert isinstance(seat.page, TextScreen)
        await seat.press("escape", "escape")
        assert seat.app.screen is seat.listing
        assert (seat.listing.sessions.top, seat.listing.sessions.cursor) == before


@pytest.mark.parametrize(
    "form",
    [
        "{id}",
        "urn:veeam:SystemSession:{id}",
        "https://x/api/systemSessions/{id}",
        "<https://x/api/systemSessions/{id}>",
        '"urn:veeam:SystemSession:{id}",',
        "the run {id} failed at night",
    ],
)
@pytest.mark.parametrize("way", ["pasted", "typed", "at the start"])
async def test_an_id_in_any_form_opens_that_session(form: str, way: str) -> None:
    wanted = WORLD.sessions(NIGHT)[7]
    text = form.format(id=wanted.id.upper() if form == "{id}" else wanted.id)
    async with seated(start=a_view(target=text) if way == "at the start" else None) as seat:
        if way == "pasted":
            seat.app.post_message(events.Paste(text + "\n"))
        elif way == "typed":
            await seat.press("colon")
            assert isinstance(seat.page, CommandPalette)
            seat.app.post_message(events.Paste(text))
            await seat.pilot.pause()
            await seat.press("enter")
        await seat.until(lambda: isinstance(seat.page, DetailScreen))
        assert isinstance(seat.page, DetailScreen)
        assert seat.page.session.uid == wanted.uid
        assert seat.listing.sessions.selected
        assert seat.listing.sessions.selected.uid == wanted.uid


@pytest.mark.parametrize("way", ["pasted", "typed", "in the run"])
async def test_of_two_ids_none_is_opened_and_that_is_said(way: str) -> None:
    one, other = (WORLD.sessions(NIGHT)[number].id for number in (7, 8))
    async with seated() as seat:
        if way == "typed":
            await seat.press("colon")
        elif way == "in the run":
            await seat.press("slash", *"state:failed", "enter", "enter")
            await seat.until(lambda: isinstance(seat.page, DetailScreen))
        page = seat.page
        seat.app.post_message(events.Paste(f"{one}, {other}"))
        await seat.pilot.pause()
        if way == "typed":
            await seat.press("enter")
        await seat.until(lambda: "names 2 different sessions: give one of them." in seat.line("foot"))
        assert seat.page is (seat.listing if way == "typed" else page)


@pytest.mark.parametrize("form", ["message:{id}", "quarantine bs02?\r:leave it to storage\r{id}\r"])
async def test_a_pasted_query_with_a_key_stays_a_query_and_so_do_several_lines(form: str) -> None:
    text = form.format(id=WORLD.sessions(NIGHT)[7].id)
    async with seated() as seat:
        seat.app.post_message(events.Paste(text))
        await seat.until(lambda: getattr(seat.app.focused, "value", "") == " ".join(text.split()))
        assert seat.page is seat.listing


async def test_a_key_of_another_layout_is_answered_once_in_a_while() -> None:
    async with seated() as seat:
        await seat.press("й")
        assert seat.line("foot").startswith("й is not a command: switch to a Latin keyboard layout, or use")
        for key in ("down", "й", "ф"):
            await seat.press(key)
            assert "is not a command" not in seat.line("foot")
        await seat.press("enter")
        await seat.until(lambda: isinstance(seat.page, DetailScreen) or not seat.listing.sessions.fold)
        seat.app._layout_hint_at = None  # noqa: SLF001 - a minute later
        await seat.press("ω")
        assert seat.line("foot").startswith("ω is not a command")
        await seat.press("f1")
        await seat.until(lambda: isinstance(seat.page, TextScreen))


async def test_what_the_answer_to_another_layout_names_works() -> None:
    async with seated() as seat:
        for key in ("down", "up", "enter", "escape", "f5", "f1"):
            assert key in {key for command in COMMANDS for key in command.keys}
        await seat.press("f5")
        await seat.until(lambda: not seat.listing.busy)


@pytest.mark.parametrize("key", ["é", "ß", "µ", "²", "º", "€", "ő"])
async def test_keys_of_latin_layouts_are_not_said_to_be_others(key: str) -> None:
    async with seated() as seat:
        await seat.press(key)
        assert "is not a command" not in seat.line("foot")


async def test_what_names_no_session_is_one_sentence() -> None:
    async with seated() as seat:
        await seat.press("colon", *"nonesuch", "enter")
        assert "names no session" in seat.line("foot")
        assert seat.page is seat.listing


async def test_a_command_is_found_by_a_word_of_what_it_does() -> None:
    async with seated() as seat:
        await seat.press("colon", *"running", "enter")
        assert {session.outcome for session in seat.listing.sessions.rows} == {Outcome.RUNNING}
        await seat.press("colon", *"q", "enter")
        assert not seat.app.is_running or seat.app.return_code == 0


async def test_times_turn_to_utc_and_back_on_every_screen() -> None:
    async with seated() as seat:
        await seat.press("enter", "t")
        assert "UTC" in seat.line("foot")
        assert seat.listing.zone is UTC


async def test_the_list_tells_when_each_run_started_or_how_long_ago() -> None:
    async with seated() as seat:
        await seat.press("T")
        assert "Age" in seat.lines()[0]
        assert re.match(r"› . \w+ +\w+(  × \d+)? +[\dms.]+ ", seat.lines()[1])
        await seat.press("T")
        assert "Started" in seat.lines()[0]


async def test_only_some_events_are_shown_until_esc() -> None:
    async with seated() as seat:
        await seat.press("enter", "enter")
        await seat.until(lambda: isinstance(seat.page, DetailScreen) and seat.page.log_read is not None)
        await seat.press("ampersand", *"retrieving", "enter")
        assert seat.line("search").startswith("& retrieving")
        assert re.search(r" \d+ of \d+ events shown$", seat.line("search"))
        await seat.press("slash", *"bs02", "enter")
        assert re.match(r"& retrieving  / bs02 .* \d+ of \d+ shown match(?:es)?$", seat.line("search"))
        await seat.press("escape")
        assert seat.line("search").startswith("& retrieving  ")
        await seat.press("escape")
        assert seat.line("search").startswith("  server:")
        assert isinstance(seat.page, DetailScreen)


@pytest.mark.parametrize(
    ("key", "said"),
    [("T", "Only the list and the events"), ("y", "Copied"), ("question_mark", "A page to read")],
)
async def test_a_key_that_does_nothing_on_a_page_says_why(key: str, said: str) -> None:
    async with seated() as seat:
        await seat.press("question_mark", key)
        await seat.until(lambda: said in seat.line("foot") or "Not copied" in seat.line("foot"))


async def test_odd_rows_are_counted_and_cost_nobody_the_others() -> None:
    async with seated("odd-row") as seat:
        assert "2 runs not readable whole" in seat.line("tally")
        assert len(seat.listing.sessions.rows) == len(WORLD.sessions(NIGHT))


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "enter"), ("enter", "i"), ("colon",)])
async def test_hostile_text_reaches_no_line_of_any_screen(keys: tuple[str, ...]) -> None:
    async with seated("escape") as seat:
        for key in keys:
            await seat.press(key)
        await seat.pilot.pause(0.2)
        for widget in seat.page.query("*"):
            for strip in widget.render_lines(widget.size.region):
                assert not [char for char in strip.text if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
                assert not set(strip.text) & set("\u202e\u202d\u200b\u2066")
