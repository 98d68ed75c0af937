"""One thing has one sentence and one number, wherever it stands, and a count says of what it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from made_runs import HOUR, MINUTE, NOON, run, series
from seats import NIGHT, Seat, seated

from emtui.em.model import Listing, Outcome
from emtui.local.connection import Connection
from emtui.monitor.recording.records import Look
from emtui.monitor.recording.replay import Replay
from emtui.tui.app import EmtuiApp
from emtui.tui.board import type_of
from emtui.tui.fold_row import tail
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.board import BoardRows
from emtui.tui.widgets.attention_lines import AttentionLines
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine

SIZES = [(58, 16), (80, 24), (120, 40)]
COUNT = re.compile(r"(?:^| )([\d,]+) of ([\d,]+) (runs?|types?|alerts?|events?|lines?)$")
BARE = re.compile(r"(?<![\d:])\d[\d,]*/\d|(?:^| )of [\d,]+(?: in|$|  )| of \d+(?=,| known)")


class Hands:
    """A clock that the server and this computer go by; it moves when it is told to."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return NIGHT + self.passed


def sentence(seat: Seat) -> str:
    """What stands below the rows, on one line."""
    shown = seat.page.query_one("#tail", Paragraph)
    return " ".join(shown.render_line(y).text.strip() for y in range(2)).strip()


def on_top(seat: Seat) -> list[str]:
    """The alerts above the list."""
    lines = seat.listing.query_one(AttentionLines)
    return [lines.render_line(y).text[2:].split("   ")[0].strip() for y in range(lines.size.height)]


async def later(seat: Seat, hands: Hands, by: timedelta) -> None:
    """So much later the list is asked for."""
    board, hands.passed = seat.listing.board, hands.passed + by
    await seat.press("r")
    await seat.until(lambda: not seat.listing.busy and seat.listing.board is not board)
    await seat.pilot.pause()


async def judged(seat: Seat) -> None:
    await seat.until(lambda: seat.listing.attention is not None)
    await seat.pilot.pause()


async def test_the_sentence_below_the_list_is_that_of_its_row_at_each_move_query_and_poll() -> None:
    hands = Hands()
    async with seated(now=hands) as seat:
        await judged(seat)
        for keys in (
            ("j",) * 12,
            ("G",),
            ("ctrl+u",),
            ("g",),
            ("1",),
            ("j",),
            ("0",),
            ("B", "q"),
            ("o",),
            ("O",),
            ("k",),
        ):
            for key in keys:
                await seat.press(key)
                await seat.until(lambda: not seat.listing.busy)
                if seat.app.screen is seat.listing:
                    assert sentence(seat) == now_of_row(seat), keys
        await seat.press("g")
        for _ in range(3):
            await later(seat, hands, timedelta(hours=1, minutes=37))
            assert sentence(seat) == now_of_row(seat)


def now_of_row(seat: Seat) -> str:
    row, snapshot = seat.listing.sessions.row_here, seat.listing.snapshot
    assert row
    assert snapshot
    return tail(row, seat.listing._clock(snapshot))  # noqa: SLF001 - by which clock the row is told


async def test_the_sentence_of_an_alert_is_the_one_above_the_list_as_time_goes_by_and_in_each_zone() -> None:
    hands = Hands()
    async with seated(now=hands) as seat:
        await judged(seat)
        await seat.press("F", "a")
        first = on_top(seat)[0]
        assert first.startswith("DatabaseMaintenance has run for 2h11m")
        assert sentence(seat).startswith(f"{first} (on ")
        await later(seat, hands, timedelta(minutes=7))
        assert on_top(seat)[0] != first
        assert sentence(seat).startswith(f"{on_top(seat)[0]} (on ")
        before = sentence(seat)
        seat.listing.tell_in(ZoneInfo("Asia/Kathmandu"))
        await seat.pilot.pause()
        assert sentence(seat) != before
        assert sentence(seat).startswith(f"{on_top(seat)[0]} (on ")


async def test_the_sentence_below_the_board_is_the_alert_of_its_type_and_what_its_newest_run_said() -> None:
    hands = Hands()
    async with seated(now=hands) as seat:
        await judged(seat)
        await seat.press("B")
        rows = seat.page.query_one(BoardRows)
        for place, row in enumerate(rows.things):
            assert rows.cursor == place
            found = seat.listing.findings_on(type_of(row))
            if found:
                assert sentence(seat).startswith(seat.listing.told(found[0])[:70])
            elif not isinstance(row, str):
                assert sentence(seat) == (row.newest.message or "")
            await seat.press("j")
        await seat.press("g", "j", "j", "j")
        kind = rows.selected
        assert kind
        for _ in range(4):
            await later(seat, hands, timedelta(hours=3))
            assert rows.selected
            assert type_of(rows.selected) == type_of(kind), "the cursor stays on its type"


async def test_the_message_below_the_board_is_that_of_the_run_that_the_sentence_is_about() -> None:
    canceled = run(NOON - HOUR, "LogExport", outcome=Outcome.CANCELED, message="Canceled by ops")
    failed = run(NOON - 2 * HOUR, "LogExport", outcome=Outcome.FAILED, message="no space")
    hangs = run(NOON - 3 * HOUR, "DatabaseMaintenance", outcome=Outcome.RUNNING)
    after_it = run(NOON - 2 * HOUR, "DatabaseMaintenance", message="done")
    good = [
        *series("LogExport", HOUR, NOON - 3 * HOUR),
        *series("DatabaseMaintenance", HOUR, NOON - 4 * HOUR),
        run(NOON - MINUTE, message="all went well"),
        *series("CollectJob", HOUR, NOON - HOUR - MINUTE),
    ]
    replay = Replay("night.jsonl", iter([Look(NOON, Listing((canceled, failed, hangs, after_it, *good)))]))
    start = LaunchOptions(
        Connection(), mark="REPLAY", remember=False, now=replay.now, replay=replay, zone=UTC
    )
    app = EmtuiApp(start)
    async with app.run_test(size=(120, 30)) as pilot:
        seat = Seat(app, pilot)
        await seat.until(lambda: app.lookup_screen is not None and seat.listing.attention is not None)
        await seat.press("B")
        rows, told = seat.page.query_one(BoardRows), {}
        for row in rows.things:
            told[type_of(row)] = sentence(seat)
            await seat.press("j")
        assert told["LogExport"].startswith("LogExport failed at 10:00")
        assert told["LogExport"].endswith(" · no space")
        assert told["DatabaseMaintenance"].startswith("DatabaseMaintenance has run for 3h")
        assert "done" not in told["DatabaseMaintenance"]
        assert told["CollectJob"] == "all went well"


async def test_the_board_and_the_alerts_name_the_same_types_in_the_same_order_with_the_same_base() -> None:
    async with seated() as seat:
        await judged(seat)
        await seat.press("B")
        rows = seat.page.query_one(BoardRows).things
        base = seat.line("title").removeprefix("Types").strip()
        await seat.press("q", "4")
        assert seat.line("title").removeprefix("Attention").strip() == base
        kinds = list(dict.fromkeys(finding.type for finding in seat.listing.findings))
        assert [type_of(row) for row in rows[: len(kinds)]] == kinds


async def test_m_on_the_board_marks_the_alert_of_the_type_and_takes_the_mark_away() -> None:
    async with seated() as seat:
        await judged(seat)
        await seat.press("B", "m", *"INC0012345", "enter")
        await seat.until(lambda: seat.listing.known_findings == 1)
        await seat.until(lambda: sentence(seat).startswith("known: INC0012345"))
        await seat.press("m")
        await seat.until(lambda: seat.listing.known_findings == 0)


@pytest.mark.parametrize("size", SIZES)
async def test_each_count_says_of_what_it_is_on_every_screen(size: tuple[int, int]) -> None:
    async with seated(size=size) as seat:
        await judged(seat)
        for keys, thing in (
            ((), "runs"),
            (("1",), "runs"),
            (("0", "a", "m", *"INC0012345", "enter"), "runs"),
            (("B",), "types"),
            (("q", "4"), "alerts"),
            (("q", "g", "e", "enter"), "events"),
            (("d",), "lines"),
            (("D",), "runs"),
            (("q", "q", "H"), ""),
            (("q", "exclamation_mark"), ""),
        ):
            for key in keys:
                await seat.press(key)
                await seat.until(lambda: not seat.page.busy and not seat.listing.busy)
            if thing:
                await seat.until(lambda: seat.page.position() != "")
            assert [line for line in painted(seat) if BARE.search(line)] == [], keys
            if thing:
                found = COUNT.search(seat.line("foot"))
                assert found, seat.line("foot")
                assert found[3].rstrip("s") == thing.rstrip("s")
                assert int(found[1].replace(",", "")) <= int(found[2].replace(",", ""))


def painted(seat: Seat) -> list[str]:
    """All lines of our own words: not the rows, which are the server's."""
    kinds = [*seat.page.query(StatusLine), *seat.page.query(AttentionLines)]
    return [
        strip.text.rstrip() for kind in kinds if kind.display for strip in kind.render_lines(kind.size.region)
    ]


async def test_a_query_and_a_wait_say_of_what_they_count() -> None:
    async with seated() as seat:
        await judged(seat)
        await seat.press("slash", *"collectjob", "enter")
        assert re.search(r" \d+ of 987 runs$", seat.line("query"))
        await seat.press("0", "e", "enter")
        await seat.until(lambda: not seat.page.busy)
        await seat.press("s")
        assert re.match(r"wait \d of \d: ", seat.line("foot"))
