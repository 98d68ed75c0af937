"""The comparison screen: requests, growing logs, cancellation, and picking another run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send
from tui_driver import SERVER, TuiDriver, listing_app

from emtui.demo.asgi_app import DemoServerSettings, create_app
from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome, Session

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)


@dataclass
class GatedDemoApp:
    """A demo whose responses for some paths wait until the gate is open; records all requests."""

    demo: ASGIApp
    blocked_path: str = "no path"
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    requested_paths: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        self.requested_paths.append(path)
        if self.blocked_path in path:
            await self.is_open.wait()
        await self.demo(scope, receive, send)


@dataclass
class ComparisonNight:
    """The demo at a time that the test controls."""

    ui: TuiDriver
    gate: GatedDemoApp
    server_time: list[datetime]

    def newest(self, kind: str, outcome: Outcome) -> Session:
        rows = self.ui.all_sessions()
        return next(row for row in rows if row.type == kind and row.outcome is outcome)

    def successful_before(self, run: Session) -> Session:
        """The last successful run of the same type before this one."""
        rows = self.ui.all_sessions()
        older = rows[rows.index(run) + 1 :]
        return next(row for row in older if row.type == run.type and row.outcome is Outcome.SUCCESS)

    async def open(self, run: Session, *keys: str) -> None:
        """Open this run, then press these keys."""
        self.ui.paste(run.id)
        await self.ui.wait_at("session_detail")
        await self.ui.wait_idle()
        await self.ui.press_each(*keys)


@asynccontextmanager
async def comparison_night(at: datetime = NIGHT) -> AsyncIterator[ComparisonNight]:
    server_time = [at]
    gate = GatedDemoApp(
        create_app(DemoServerSettings(SimulatedWorld(1, NIGHT), clock=lambda: server_time[0]))
    )
    async with listing_app(gate, now=lambda: server_time[0]) as ui:
        await ui.wait_assessed()
        yield ComparisonNight(ui, gate, server_time)


async def test_d_compares_with_the_last_successful_run_and_d_again_shows_the_events() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "enter", "d")
        assert seen.ui.screen_name() == "comparison"
        assert seen.ui.compared_with().startswith(
            "with the last success, Sun 22 Nov 01:55:09, 15m17s earlier"
        )
        assert seen.ui.match_tally().startswith("4 new, 2 missing, none of 11 steps slower")
        assert seen.ui.match_tally().endswith("15 lines, other run: 13")
        assert seen.ui.cursor_row().startswith("▌-")
        await seen.ui.press_each("e")
        assert seen.ui.cursor_row().startswith("▌-")
        assert seen.ui.cursor_row().endswith("Collection finished")
        await seen.ui.press_each("e")
        assert "No difference below this line." in seen.ui.footer()
        await seen.ui.press_each("E", "enter")
        assert seen.ui.screen_name() == "text_viewer"
        await seen.ui.press_each("q", "d")
        assert seen.ui.screen_name() == "session_detail"


async def test_lines_are_searched_while_typing_and_n_wraps_around() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "d", "slash", *"BS03")
        assert "bs03" in seen.ui.cursor_row()
        first = seen.ui.position()
        await seen.ui.press_each("enter")
        assert seen.ui.match_tally().startswith("/ BS03")
        found = re.search(r"(\d+) of 17 lines match$", seen.ui.match_tally())
        assert found
        await seen.ui.press_each("n")
        assert "bs03" in seen.ui.cursor_row()
        assert seen.ui.position() != first
        for _ in range(int(found[1]) - 1):
            last = seen.ui.position()
            await seen.ui.press_each("n")
        assert seen.ui.position() == first
        await seen.ui.press_each("N")
        assert seen.ui.position() == last
        await seen.ui.press_each("escape")
        assert seen.ui.match_tally().startswith("4 new, 2 missing")
        await seen.ui.press_each("g", "n")
        assert seen.ui.cursor_row().startswith("▌-"), "the next difference, as there is no search"


async def test_a_search_without_a_match_is_reported_and_esc_restores_the_previous_search() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "d", "slash", *"nonesuch", "enter")
        assert seen.ui.footer().startswith("No match for “nonesuch”.")
        await seen.ui.press_each("n")
        assert seen.ui.footer().startswith("No match for “nonesuch”.")
        await seen.ui.press_each("slash", "ctrl+u", *"bs02", "escape")
        assert seen.ui.match_tally().startswith("/ nonesuch")
        await seen.ui.press_each("escape")
        assert seen.ui.screen_name() == "comparison"
        await seen.ui.press_each("escape")
        assert seen.ui.screen_name() == "session_detail"


async def test_before_the_lines_are_loaded_a_search_does_not_report_no_match() -> None:
    async with comparison_night() as seen:
        seen.gate.blocked_path = "/events"
        await seen.ui.press("e", "d")
        await seen.ui.wait_at("comparison")
        await seen.ui.press("slash", *"bs02", "enter", "n")
        await seen.ui.wait_for(lambda: seen.ui.footer().startswith("Nothing to search yet"))
        seen.gate.is_open.set()
        await seen.ui.wait_idle()
        await seen.ui.press_each("n")
        assert "bs02" in seen.ui.cursor_row()


async def test_d_on_the_list_opens_the_comparison_and_q_goes_back_through_the_events() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("d")
        assert seen.ui.head().startswith("CollectJob  ► running")
        assert seen.ui.compared_with().startswith("so far with the last success, Mon 23 Nov 01:55:01")
        await seen.ui.press_each("q")
        assert seen.ui.screen_name() == "session_detail"
        await seen.ui.press_each("q")
        assert seen.ui.screen_name() == "session_list"


async def test_each_log_is_requested_once_for_comparison_and_explanation() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e")
        failed = seen.ui.selected()
        assert failed
        good = seen.successful_before(failed)
        await seen.ui.press_each("d")
        await seen.ui.press_each("q", "d", "q", "d")
        assert sum(good.id in path for path in seen.gate.requested_paths) == 1


def line_count(night_app: ComparisonNight) -> int:
    """The number of lines, including collapsed ones."""
    match = re.search(r"of (\d+) lines$", night_app.ui.position())
    assert match
    return int(match[1])


async def test_a_running_run_is_followed_and_the_cursor_stays_on_its_line() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("d", "j")
        before, count = seen.ui.cursor_row(), line_count(seen)
        ahead = seen.ui.match_tally()
        assert "2 pending" in ahead
        seen.server_time[0] += timedelta(seconds=40)
        await seen.ui.press_each("r")
        assert seen.ui.match_tally() != ahead
        assert seen.ui.cursor_row() == before
        seen.server_time[0] += timedelta(minutes=10)
        await seen.ui.press_each("r")
        assert "pending" not in seen.ui.match_tally()
        assert seen.ui.compared_with().startswith("with the last success")
        assert seen.ui.cursor_row() == before
        assert line_count(seen) >= count


async def test_a_running_step_gets_longer_with_each_poll_without_events() -> None:
    async with comparison_night() as seen:
        await seen.open(seen.newest("DatabaseMaintenance", Outcome.RUNNING), "d")
        assert seen.ui.cursor_row().split()[:4] == ["▌", "2h11m", "▄█████████", "32s"]
        seen.server_time[0] += timedelta(hours=1)
        await seen.ui.press_each("r")
        seen.ui.tick()
        await seen.ui.wait_idle()
        assert seen.ui.cursor_row().split()[:4] == ["▌", "3h11m", "▄█████████", "32s"]


async def test_another_run_is_picked_from_a_list_starting_at_the_last_successful_one() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "enter", "D")
        assert seen.ui.screen_name() == "run_picker"
        assert seen.ui.title().startswith("Compare CollectJob Sun 22 Nov 02:10:27 with:")
        await seen.ui.press_each("escape")
        assert seen.ui.screen_name() == "session_detail"
        await seen.ui.press_each("D", "down", "enter")
        assert seen.ui.compared_with().startswith(
            "with the run of Sun 22 Nov 01:40:01, success, 30m25s earlier"
        )
        await seen.ui.press_each("D", "up", "enter")
        assert seen.ui.compared_with().startswith("with the last success, Sun 22 Nov 01:55:09")


async def test_without_an_earlier_successful_run_another_one_can_be_picked() -> None:
    async with comparison_night() as seen:
        oldest = [row for row in seen.ui.all_sessions() if row.type == "LicenseRevoke"][-1]
        await seen.open(oldest, "d")
        assert (
            seen.ui.empty_text()
            == "No earlier successful run of LicenseRevoke is listed. D: choose another run"
        )
        await seen.ui.press_each("e", "s", "z", "y", "enter")
        assert seen.ui.screen_name() == "comparison"
        await seen.ui.press_each("D", "enter")
        assert "later" in seen.ui.compared_with()
        assert seen.ui.row_count() > 0


async def test_a_request_is_shown_and_escape_cancels_it() -> None:
    async with comparison_night() as seen:
        failed = seen.newest("CollectJob", Outcome.FAILED)
        await seen.open(failed)
        seen.gate.blocked_path = seen.successful_before(failed).id
        seen.ui.forget_past_logs()
        await seen.ui.press("d")
        await seen.ui.wait_for(seen.ui.is_requesting)
        assert seen.ui.empty_text() == f"Loading the events of the other run from {SERVER} … Esc: cancel"
        await seen.ui.press("escape")
        await seen.ui.wait_idle()
        assert "Canceled. r: refresh." in seen.ui.footer()
        assert (
            seen.ui.empty_text() == "The other run could not be compared. r: refresh, D: choose another run"
        )
        seen.gate.is_open.set()
        await seen.ui.press_each("r")
        assert seen.ui.row_count() > 0


async def test_an_outdated_response_is_discarded() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each(
            "e", "enter", "D", *["down"] * 8
        )  # older than the logs that the explanation has loaded
        slow = seen.ui.picked()
        assert slow
        assert slow.started
        seen.gate.blocked_path = slow.id
        await seen.ui.press("enter")
        await seen.ui.wait_for(lambda: seen.ui.screen_name() == "comparison" and seen.ui.is_requesting())
        await seen.ui.press("D", "up", "enter")
        await seen.ui.wait_for(lambda: seen.ui.screen_name() == "comparison" and seen.ui.row_count() > 0)
        seen.gate.is_open.set()
        await seen.ui.wait_idle()
        assert seen.ui.row_count() > 0
        assert f"{slow.started:%H:%M:%S}" not in seen.ui.compared_with()
        await seen.ui.press("Q")
        assert slow.id not in seen.ui.open_command()


async def test_the_open_command_names_both_runs_and_no_user() -> None:
    async with comparison_night() as seen:
        failed = seen.newest("CollectJob", Outcome.FAILED)
        await seen.open(failed, "d")
        good = seen.successful_before(failed)
        await seen.ui.press("Q")
        assert seen.ui.open_command() == f"emtui open --server {SERVER} {failed.id} --compare {good.id}"


async def test_a_goes_from_a_comparison_to_the_next_alert() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "d", "a")
        assert seen.ui.screen_name() == "session_detail"
        assert seen.ui.head().startswith("DatabaseMaintenance")
        assert "comparison" not in seen.ui.screens()


async def test_the_text_of_a_comparison_has_every_line_and_no_user() -> None:
    async with comparison_night() as seen:
        await seen.ui.press_each("e", "d")
        text = seen.ui.plain_text()
        lines = text.splitlines()
        assert lines[0].startswith(f"{SERVER}  as of 2026-11-23 02:12:04 +00:00")
        assert lines[1].startswith("CollectJob  failed  2026-11-22 02:10:27 +00:00")
        assert sum(line.startswith("+ ") for line in lines[6:]) == 4
        assert "ops" not in text
