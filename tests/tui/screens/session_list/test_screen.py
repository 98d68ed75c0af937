"""The session list: requests, progress, cancel, filter, and opening sessions by ID."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest
from demo_server import RunningDemo, run_demo_server
from starlette.types import Receive, Scope, Send
from tui_driver import NIGHT_TIME, WORLD, TuiDriver, demo_app, demo_start, listing_app, running_app

from emtui.demo.asgi_app import DemoServerSettings, create_app
from emtui.demo.demo_options import parse_faults
from emtui.em.model import Outcome, Session, Uid
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.keys.tui_commands import COMMANDS
from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions


async def test_the_list_is_newest_first_with_its_counts() -> None:
    async with demo_app() as ui:
        starts = [session.started for session in ui.sessions() if session.started]
        assert starts == sorted(starts, reverse=True)
        first = NIGHT_TIME.replace(hour=3, minute=0, second=0) - timedelta(days=1)
        of_the_day = [start for start in starts if start >= first]
        assert re.match(r"03h│[▄█▲○►× ]{24}│now  .* of \d+ runs( in 24h)?$", ui.match_tally())
        assert re.search(rf" of {len(of_the_day)} runs( in 24h)?$", ui.match_tally())
        await ui.wait_for(lambda: ui.query_line().endswith(f" 1 of {len(starts):,} runs"))
        assert ui.top().endswith("as of 02:14:30 +00:00  every 60 s")


async def test_a_query_filters_with_each_key_and_esc_reverts_it() -> None:
    async with demo_app() as ui:
        everything = len(ui.sessions())
        await ui.press("slash", *"state", "colon", *"failed")
        assert {session.outcome for session in ui.sessions()} == {Outcome.FAILED}
        await ui.press("escape")
        assert len(ui.sessions()) == everything
        await ui.press("slash", *"licauto", "enter")
        assert {session.type for session in ui.sessions()} == {"LicAutoUpdate"}
        assert ui.query_line().startswith("Runs  /licauto ")
        assert ui.query_line().endswith(f"of {everything:,} runs")
        await ui.press("escape")
        assert len(ui.sessions()) == everything


async def test_the_next_match_of_a_query_is_the_next_row() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"catalog", "enter", "n", "n")
        await ui.wait_for(lambda: " 3 of " in ui.query_line())
        await ui.press("N")
        await ui.wait_for(lambda: " 2 of " in ui.query_line())


async def test_an_invalid_query_shows_its_error_is_kept_and_hides_nothing() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"state", "colon", *"fialed", "enter")
        assert "'fialed' is not a state: did you mean failed?" in ui.match_tally()
        assert ui.typed() == "state:fialed"
        await ui.press("escape")
        assert ui.query().is_empty
        assert ui.rows_have_focus()


async def test_a_refresh_keeps_selection_scroll_query_and_order() -> None:
    async with demo_app(start=demo_start(query="type:CollectJob", order="started")) as ui:
        await ui.press("ctrl+d", "ctrl+d", "down", "down")
        before, first = list_view_state(ui), ui.top()
        await ui.press("r")
        await ui.wait_for(lambda: ui.top() != first and not ui.progress())
        assert list_view_state(ui) == before


def list_view_state(ui: TuiDriver) -> tuple[object, ...]:
    """Selection, scroll, query and order of the list."""
    return ui.selected(), ui.window_top(), ui.cursor(), ui.query().text, ui.order().text


@pytest.fixture
def slow_demo() -> Iterator[RunningDemo]:
    """A server that sends 64 KiB at a time with pauses."""
    yield from run_demo_server("--seed", "1", "--play", "slow=0.3")


async def test_a_loading_list_shows_progress_reacts_to_keys_and_is_canceled_by_esc(
    slow_demo: RunningDemo,
) -> None:
    trust = Trust(pin=slow_demo.sha256)
    server = parse_server(slow_demo.url)
    connection = Connection(None, server, slow_demo.user, trust, password=Secret(slow_demo.password))
    async with running_app(LaunchOptions(connection, remember=False)) as ui:
        await ui.wait_for(lambda: " rows" in ui.progress())
        assert re.fullmatch(
            r"loading from \S+ since [\d:]{8}, [\d.]+ [kM]B of 3\.\d MB, [\d,]+ rows", ui.progress()
        )
        assert "Esc: cancel" in ui.empty_text()
        await ui.press("question_mark")
        assert ui.screen_name() == "text_viewer"
        await ui.press("q", "escape")
        await ui.wait_for(lambda: not ui.is_polling())
        assert ui.snapshot() is None
        assert "Canceled. r: refresh." in ui.footer()


async def test_references_are_completed_while_the_list_is_shown() -> None:
    demo = create_app(DemoServerSettings(WORLD, lambda: NIGHT_TIME, parse_faults(["references"])))
    is_checked, at_once = asyncio.Event(), iter(range(3))

    async def delayed_after_three_answers(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and re.search(r"/[0-9a-f-]{36}$", scope["path"])
            and next(at_once, None) is None
        ):
            await is_checked.wait()
        await demo(scope, receive, send)

    async with listing_app(delayed_after_three_answers, now=lambda: NIGHT_TIME) as ui:
        await ui.wait_for(lambda: ui.snapshot() is not None and bool(ui.progress()))
        snapshot = ui.snapshot()
        assert snapshot
        counts_text, reference_count = ui.match_tally(), len(snapshot.references)
        assert re.search(r"(?:^| )26 runs(?: in 24h)?  ", counts_text), counts_text
        assert re.search(rf"  {reference_count} (?:runs without details|no details)(?:  |$)", counts_text), (
            counts_text
        )
        assert counts_text.endswith(f"  {ui.progress()}  Esc: cancel"), counts_text
        is_checked.set()
        await ui.wait_for(lambda: not ui.is_polling())
        snapshot = ui.snapshot()
        assert snapshot
        assert snapshot.references == ()
        assert ui.sessions()[0].type is not None


async def test_a_query_error_is_not_cut_for_progress() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"state", "colon", *"completedwarninx")
        wrong = "! 'completedwarninx' is not a state: did you mean CompletedWarning?"
        for progress in ("loading run details: 12 of 987", ""):
            ui.show_progress(progress)
            assert ui.match_tally() == wrong


async def test_enter_opens_with_the_focus_on_the_events_and_q_comes_back_to_the_same_row() -> None:
    async with demo_app() as ui:
        await ui.press("Z", "ctrl+d", "ctrl+d")
        before = (ui.window_top(), ui.cursor())
        await ui.press("enter")
        await ui.wait_for(lambda: ui.screen_name() == "session_detail" and ui.log() is not None)
        assert ui.rows_have_focus()
        await ui.press("enter")
        assert ui.screen_name() == "text_viewer"
        await ui.press("escape", "escape")
        assert ui.screen_name() == "session_list"
        assert (ui.window_top(), ui.cursor()) == before


def uid_of(session: Session | None) -> Uid | None:
    return session.uid if session else None


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
    wanted = WORLD.sessions(NIGHT_TIME)[7]
    text = form.format(id=wanted.id.upper() if form == "{id}" else wanted.id)
    async with demo_app(start=demo_start(target=text) if way == "at the start" else None) as ui:
        if way == "pasted":
            ui.paste(text + "\n")
        elif way == "typed":
            await ui.press("colon")
            assert ui.screen_name() == "command_palette"
            ui.paste(text)
            await ui.pause()
            await ui.press("enter")
        await ui.wait_for(lambda: ui.screen_name() == "session_detail")
        assert uid_of(ui.session()) == uid_of(ui.selected()) == wanted.uid


@pytest.mark.parametrize("way", ["pasted", "typed", "in the run"])
async def test_two_ids_open_nothing_and_show_a_message(way: str) -> None:
    one, other = (WORLD.sessions(NIGHT_TIME)[number].id for number in (7, 8))
    async with demo_app() as ui:
        if way == "typed":
            await ui.press("colon")
        elif way == "in the run":
            await ui.press("slash", *"state:failed", "enter", "enter")
            await ui.wait_for(lambda: ui.screen_name() == "session_detail")
        screen = ui.screen_name()
        ui.paste(f"{one}, {other}")
        await ui.pause()
        if way == "typed":
            await ui.press("enter")
        await ui.wait_for(
            lambda: "The text contains 2 different session IDs: use one of them." in ui.footer()
        )
        assert ui.screen_name() == ("session_list" if way == "typed" else screen)


@pytest.mark.parametrize("form", ["message:{id}", "quarantine bs02?\r:leave it to storage\r{id}\r"])
async def test_a_pasted_query_with_a_key_stays_a_query_and_so_do_several_lines(form: str) -> None:
    text = form.format(id=WORLD.sessions(NIGHT_TIME)[7].id)
    async with demo_app() as ui:
        ui.paste(text)
        await ui.wait_for(lambda: ui.typed() == " ".join(text.split()))
        assert ui.screen_name() == "session_list"


async def test_a_key_of_another_layout_shows_a_hint_once_in_a_while() -> None:
    async with demo_app() as ui:
        await ui.press("й")
        assert ui.footer().startswith("й is not a command: switch to a Latin keyboard layout, or use")
        for key in ("down", "й", "ф"):
            await ui.press(key)
            assert "is not a command" not in ui.footer()
        await ui.press("enter")
        await ui.wait_for(lambda: ui.screen_name() == "session_detail" or not ui.is_group())
        ui.forget_layout_hint()
        await ui.press("ω")
        assert ui.footer().startswith("ω is not a command")
        await ui.press("f1")
        await ui.wait_for(lambda: ui.screen_name() == "text_viewer")


async def test_the_keys_in_the_layout_hint_work() -> None:
    async with demo_app() as ui:
        for key in ("down", "up", "enter", "escape", "f5", "f1"):
            assert key in {key for command in COMMANDS for key in command.keys}
        await ui.press("f5")
        await ui.wait_for(lambda: not ui.is_polling())


@pytest.mark.parametrize("key", ["é", "ß", "µ", "²", "º", "€", "ő"])
async def test_keys_of_latin_layouts_show_no_layout_hint(key: str) -> None:
    async with demo_app() as ui:
        await ui.press(key)
        assert "is not a command" not in ui.footer()


async def test_an_unknown_session_is_one_sentence() -> None:
    async with demo_app() as ui:
        await ui.press("colon", *"nonesuch", "enter")
        assert "is not a session ID" in ui.footer()
        assert ui.screen_name() == "session_list"


async def test_a_command_is_found_by_a_word_of_its_description() -> None:
    async with demo_app() as ui:
        await ui.press("colon", *"running", "enter")
        assert {session.outcome for session in ui.sessions()} == {Outcome.RUNNING}
        await ui.press("colon", *"q", "enter")
        assert ui.has_ended()


async def test_times_switch_to_utc_and_back_on_every_screen() -> None:
    async with demo_app() as ui:
        await ui.press("enter", "t")
        assert "UTC" in ui.footer()
        assert ui.zone() is UTC


async def test_the_list_shows_start_times_or_ages() -> None:
    async with demo_app() as ui:
        await ui.press("T")
        assert "Age" in ui.heading()
        assert re.match(r"▌ . [\w ]+? +\w+ +[\dms.]+ ", ui.rows()[0])
        await ui.press("T")
        assert "Started" in ui.heading()


async def test_only_some_events_are_shown_until_esc() -> None:
    async with demo_app() as ui:
        await ui.press("enter", "enter")
        await ui.wait_for(lambda: ui.screen_name() == "session_detail" and ui.log() is not None)
        await ui.press("ampersand", *"retrieving", "enter")
        assert ui.search() == "Log  3 of 13 events shown  & retrieving"
        await ui.press("slash", *"bs02", "enter")
        assert ui.search() == "Log  1 of 3 shown matches  & retrieving  / bs02  1 of 1"
        await ui.press("escape")
        assert ui.search() == "Log  3 of 13 events shown  & retrieving"
        await ui.press("escape")
        assert ui.search().startswith("Log  13 events ─")
        assert ui.screen_name() == "session_detail"


@pytest.mark.parametrize(
    ("key", "expected"),
    [("T", "Elapsed times are available"), ("y", "Copied"), ("question_mark", "PgDn/PgUp: page down/up")],
)
async def test_an_unavailable_key_tells_why(key: str, expected: str) -> None:
    async with demo_app() as ui:
        await ui.press("question_mark", key)
        await ui.wait_for(lambda: expected in ui.footer() or "Not copied" in ui.footer())


async def test_unreadable_rows_are_counted_and_the_others_are_listed() -> None:
    async with demo_app("odd-row") as ui:
        assert "2 runs not fully readable" in ui.match_tally()
        assert len(ui.sessions()) == len(WORLD.sessions(NIGHT_TIME))


@pytest.mark.parametrize("keys", [(), ("enter",), ("enter", "enter"), ("enter", "i"), ("colon",)])
async def test_hostile_text_reaches_no_line_of_any_screen(keys: tuple[str, ...]) -> None:
    async with demo_app("escape") as ui:
        for key in keys:
            await ui.press(key)
        await ui.pause(0.2)
        for line in ui.lines():
            assert not [char for char in line if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
            assert not set(line) & set("\u202e\u202d\u200b\u2066")
