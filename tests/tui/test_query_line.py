"""The query line at work: completed, underlined, recalled, by a digit, and following what it rests on."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from seats import NIGHT, SERVER, Seat, a_view, seated

from emtui.demo.app import PASSWORD, USER
from emtui.em.model import Outcome, Session
from emtui.em.secret import Secret
from emtui.local.connection import Connection
from emtui.local.profiles import Stated
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.theme import NEW, WRONG
from emtui.tui.widgets.query_prompt import QueryPrompt
from emtui.tui.widgets.text_input import TextInput


def typed(seat: Seat) -> str:
    return seat.listing.query_one(TextInput).value


def underlined(seat: Seat) -> str:
    """What of the line in which one types is drawn as wrong."""
    strip = seat.listing.query_one(TextInput).render_line(0)
    return "".join(part.text for part in strip if part.style and part.style.underline and WRONG.underline)


async def test_tab_completes_keys_then_values_and_says_beforehand_what_it_gives() -> None:
    async with seated() as seat:
        await seat.press("slash", *"sta")
        assert seat.line("tally").startswith("Tab ›state:")
        await seat.press("tab")
        assert seat.line("tally").startswith("Tab ›running  success")
        await seat.press("tab", "tab", "tab")
        assert typed(seat) == "state:warning"
        await seat.press("shift+tab")
        assert typed(seat) == "state:success"
        await seat.press("comma", "f", "tab", "enter")
        assert seat.line("query").startswith("/ state:success,failed")
        outcomes = {session.outcome for session in seat.listing.sessions.rows}
        assert outcomes == {Outcome.SUCCESS, Outcome.FAILED}
        assert "02h failed" in seat.line("tally")


async def test_tab_knows_the_types_of_the_list_and_what_the_web_ui_calls_them() -> None:
    async with seated() as seat:
        await seat.press("slash", *"type", "colon", *"lic", "tab")
        assert typed(seat) == "type:LicAutoUpdate"
        await seat.press("ctrl+u", *"type", "colon", "quotation_mark", *"data c", "tab")
        assert typed(seat) == 'type:"Data Collection"'
        assert {session.type for session in seat.listing.sessions.rows} == {"CollectJob"}


async def test_what_cannot_go_on_is_underlined_with_its_reason_above_while_the_rows_stay() -> None:
    async with seated() as seat:
        await seat.press("slash", *"is", "colon", *"running")
        running = seat.listing.sessions.rows
        await seat.press("comma", *"bogus")
        assert underlined(seat) == "bogus"
        assert seat.line("tally").startswith(
            "! is: takes no 'bogus': running, unseen, unusual, stuck or known."
        )
        assert seat.listing.sessions.rows == running
        await seat.press(*["backspace"] * 5)
        assert underlined(seat) == ""
        assert seat.line("tally").startswith("Tab ›running  unseen")


async def test_while_a_key_is_typed_the_rest_of_the_query_shows_its_runs() -> None:
    async with seated() as seat:
        await seat.press("slash", *"licauto ")
        rest = seat.listing.sessions.rows
        for key in (*"took", "colon", "greater_than_sign", "1"):
            await seat.press(key)
            assert seat.listing.sessions.rows == rest
        assert underlined(seat) == ""
        await seat.press("ctrl+u", *"took", "enter")
        assert seat.listing.sessions.count == 0
        assert seat.line("query").startswith("/ took ")


async def test_what_is_only_not_yet_whole_is_not_wrong_until_enter() -> None:
    async with seated() as seat:
        await seat.press("slash", *"is", "colon", *"unu")
        assert underlined(seat) == ""
        await seat.press("enter")
        assert underlined(seat) == "unu"
        assert "did you mean unusual?" in seat.line("tally")
        await seat.press("tab", "enter")
        assert seat.line("query").startswith("/ is:unusual")


async def test_beside_the_prompt_stands_how_many_match() -> None:
    async with seated() as seat:
        everything = len(seat.listing.sessions.rows)
        await seat.press("slash", *"licauto")
        found = len(seat.listing.sessions.rows)
        prompt = seat.listing.query_one(QueryPrompt)
        assert prompt.query_one("#found").render_line(0).text.strip() == f"{found:,} of {everything:,} runs"


async def test_kept_queries_come_back_with_up_and_what_was_typed_with_down() -> None:
    async with seated() as seat:
        for text in ("licauto", "collect"):
            await seat.press("slash", "ctrl+u", *text, "enter")
        await seat.press("slash", "ctrl+u", *"bs0", "up")
        assert typed(seat) == "collect"
        await seat.press("up")
        assert typed(seat) == "licauto"
        await seat.press("up")
        assert "no earlier query" in seat.line("foot")
        await seat.press("down", "down")
        assert typed(seat) == "bs0"
        await seat.press("ctrl+u")
        assert typed(seat) == ""
        await seat.press("escape")
        assert seat.listing.query_now.text == "collect"


async def test_3_shows_what_nobody_has_seen_and_follows_it() -> None:
    async with seated() as seat:
        await seat.press("3")
        assert seat.listing.sessions.count == 0
        assert "that you have not seen" in "\n".join(seat.lines())
        new = [session.uid for session in listed(seat)[:2]]
        seat.listing.sessions.marks = dict.fromkeys(new, NEW)
        await seat.pilot.pause()
        assert [session.uid for session in seat.listing.sessions.rows] == new
        seat.listing.sessions.marks = {}
        await seat.pilot.pause()
        assert seat.listing.sessions.count == 0


def listed(seat: Seat) -> tuple[Session, ...]:
    """All runs, whatever the query."""
    assert seat.listing.snapshot
    return seat.listing.snapshot.sessions


async def test_what_is_stuck_is_found_as_soon_as_it_is_known_what_is_usual() -> None:
    async with seated(start=a_view(query="is:stuck"), wait=False) as seat:
        await seat.until(lambda: bool(seat.listing.sessions.rows))
        assert {session.type for session in seat.listing.sessions.rows} == {"DatabaseMaintenance"}


async def test_what_is_marked_as_known_is_found_at_once() -> None:
    async with seated(start=a_view(query="is:known"), wait=False) as seat:
        await seat.until(lambda: seat.listing.board is not None)
        assert seat.listing.sessions.count == 0
        await seat.press("1", "m", "enter")
        await seat.until(lambda: bool(seat.listing.known))
        marked = seat.listing.sessions.selected
        await seat.press("slash", "ctrl+u", *"is", "colon", *"known", "enter")
        assert marked in seat.listing.sessions.rows
        await seat.press("m")
        await seat.until(lambda: seat.listing.sessions.count == 0)


async def test_a_query_that_rests_on_nothing_else_is_never_gone_through_again() -> None:
    async with seated(start=a_view(query="collect since:7d")) as seat:
        query = seat.listing.query_now
        seat.listing.sessions.marks = {listed(seat)[0].uid: NEW}
        await seat.press("r")
        await seat.until(lambda: seat.listing.board is not None and not seat.listing.busy)
        assert seat.listing.query_now is query


def with_queries(**queries: str) -> LaunchOptions:
    connection = Connection(server=SERVER, user=USER, password=Secret(PASSWORD))
    own = {digit.removeprefix("d"): Stated(text, Path("/etc/team.toml")) for digit, text in queries.items()}
    return LaunchOptions(connection, remember=False, at_once=False, now=lambda: NIGHT, zone=UTC, queries=own)


async def test_5_to_9_show_queries_of_ones_own_and_help_names_them() -> None:
    async with seated(start=with_queries(d5="type:CollectJob took:>2m", d6="stat:failed")) as seat:
        await seat.press("5")
        assert seat.line("query").startswith("/ type:CollectJob took:>2m")
        await seat.press("6")
        assert seat.line("foot").startswith("6: stat: is no key of a query: did you mean state:?")
        assert seat.listing.query_now.text == "type:CollectJob took:>2m"
        await seat.press("7")
        assert seat.line("foot").startswith('7 is yours to set: in config.toml, under [queries], 7 = "took')
        await seat.press("question_mark")
        assert isinstance(seat.page, TextScreen)
        assert "5                   type:CollectJob took:>2m" in seat.page.text


async def test_the_count_beside_the_prompt_is_of_runs_also_where_they_are_folded() -> None:
    async with seated() as seat:
        await seat.press("slash")
        assert seat.listing.sessions.count < seat.listing.sessions.found
        every = f"{seat.listing.sessions.found:,}"
        shown = "".join(seat.listing.query_one("#found").render_line(0).text.split())
        assert shown == f"{every}of{every}runs"


@pytest.mark.parametrize("key", ["tab", "up", "down"])
async def test_a_key_of_the_line_that_has_nothing_to_give_says_so(key: str) -> None:
    async with seated() as seat:
        await seat.press("slash", *"zzz", key)
        assert typed(seat) == "zzz"
        assert seat.line("foot").split()[0] in {"Nothing", "No"}
