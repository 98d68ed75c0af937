"""Runs emtui's screens in this process, and drives them like a user: keys in, painted text out.

The only test module that uses classes, attributes and private names of the screens, the widgets and the
application. Anything that a test reads or sets beyond keys and painted text is one method here, so that
internal changes affect this file and no test.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import count
from typing import Generic, Protocol, TypeVar, cast

import httpx
import pytest
from starlette.types import ASGIApp
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from emtui import text_format
from emtui.demo.asgi_app import PASSWORD, USER, DemoServerSettings, create_app
from emtui.demo.demo_options import parse_faults
from emtui.demo.world import SimulatedWorld
from emtui.display_text.assessment_text import finding_text
from emtui.display_text.list_text import progress_text
from emtui.em.client import Client
from emtui.em.errors import CertificateUntrustedError
from emtui.em.model import Event, Log, Session, Uid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.session_source import SessionSource
from emtui.keys.keymap import method_name_for
from emtui.keys.tui_commands import CommandScope, TuiCommand
from emtui.local.connection import Connection
from emtui.local.remembered_logon import RememberChoice
from emtui.monitor.assessment import Assessment
from emtui.monitor.clock_steps import ClockReading
from emtui.monitor.explainer import Explainer
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.list_poller import TimeSource
from emtui.monitor.poll_schedule import PollSchedule
from emtui.monitor.recording.recording_format import RecordedResponse
from emtui.monitor.recording.replay_source import ReplaySource
from emtui.monitor.session_feed import SessionFeed
from emtui.monitor.snapshot import Snapshot
from emtui.query import DEFAULT_SORT_ORDER, Query, SortOrder
from emtui.triage.diff_hunks import CollapsedLines
from emtui.triage.diff_text import RunDifference
from emtui.triage.grouping import ListRow
from emtui.triage.step_timing import StepHistory, Wait
from emtui.tui.app import EmtuiApp
from emtui.tui.formatting.command_matches import match_commands
from emtui.tui.formatting.log_model import EventLine
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.screens.attention.evidence_pane import EvidencePane
from emtui.tui.screens.attention.screen import AttentionScreen
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.command_palette import CommandList, CommandPaletteScreen
from emtui.tui.screens.comparison.diff_list import DiffList
from emtui.tui.screens.comparison.run_picker import RunPickerScreen, RunTable
from emtui.tui.screens.comparison.screen import ComparisonScreen
from emtui.tui.screens.documentation import DocumentationScreen
from emtui.tui.screens.login.certificate_screen import CertificateScreen
from emtui.tui.screens.login.labeled_input import LabeledInput
from emtui.tui.screens.login.remember_password import RememberPassword
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.screens.overview.screen import OverviewScreen
from emtui.tui.screens.overview.type_table import TypeTable
from emtui.tui.screens.raw_view import RawScreen
from emtui.tui.screens.report.screen import ReportScreen
from emtui.tui.screens.session_detail.event_log import EventLog
from emtui.tui.screens.session_detail.fact_list import FactList
from emtui.tui.screens.session_detail.screen import SessionDetailScreen
from emtui.tui.screens.session_list import screen
from emtui.tui.screens.session_list.attention_lines import AttentionLines
from emtui.tui.screens.session_list.preview_pane import PreviewPane
from emtui.tui.screens.session_list.query_bar import QueryInput
from emtui.tui.screens.session_list.screen import SessionListScreen
from emtui.tui.screens.session_list.session_table import SessionTable
from emtui.tui.screens.text_viewer import TextScreen
from emtui.tui.screens.theme_picker import ThemePickerScreen
from emtui.tui.screens.timeline.screen import TimelineScreen
from emtui.tui.terminal.frame_diff import Line, cells_of_strip
from emtui.tui.theme import CURSOR_MARK, INVALID_STYLE, THEMES
from emtui.tui.widgets.divider import Divider
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.prompt import PromptInput
from emtui.tui.widgets.status_line import FooterLine, StatusLine
from emtui.tui.widgets.text_input import TextInput
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.title_rule import TitleRule
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

NIGHT_TIME = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
SERVER = Server("em01.example.net")
WORLD = SimulatedWorld(1, NIGHT_TIME, 1000)
TIMEOUT = 30.0
"""Seconds after which waiting fails."""
_POSITION = re.compile(r"(?:^| )([\d,]+(?:–[\d,]+)? of [\d,]+ [a-z]+)$")
_SCREENS: dict[CommandScope, tuple[str, type[BaseScreen]]] = {
    CommandScope.SESSION_LIST: ("session_list", SessionListScreen),
    CommandScope.SESSION_DETAIL: ("session_detail", SessionDetailScreen),
    CommandScope.COMPARISON: ("comparison", ComparisonScreen),
    CommandScope.RUN_PICKER: ("run_picker", RunPickerScreen),
    CommandScope.THEME_PICKER: ("theme_picker", ThemePickerScreen),
    CommandScope.DOCUMENTATION: ("documentation", DocumentationScreen),
    CommandScope.OVERVIEW: ("overview", OverviewScreen),
    CommandScope.TIMELINE: ("timeline", TimelineScreen),
    CommandScope.ATTENTION: ("attention", AttentionScreen),
    CommandScope.REPORT: ("report", ReportScreen),
    CommandScope.TEXT_VIEWER: ("text_viewer", TextScreen),
    CommandScope.RAW_VIEW: ("raw_view", RawScreen),
    CommandScope.COMMAND_PALETTE: ("command_palette", CommandPaletteScreen),
    CommandScope.LOGIN: ("login", LoginScreen),
    CommandScope.CERTIFICATE: ("certificate", CertificateScreen),
}
_HANDLERS: dict[CommandScope, type] = {
    screen_index: screen for screen_index, (_, screen) in _SCREENS.items()
} | {
    CommandScope.NAVIGATION: VirtualList,
    CommandScope.PROMPT: PromptInput,
    CommandScope.QUERY_INPUT: QueryInput,
    CommandScope.EVERY_VIEW: BaseScreen,
    CommandScope.EVERYWHERE: EmtuiApp,
}
_WORKERS = {"compare", "xml", "build preview"}
"""Groups of the workers that end by themselves, and change what is shown then."""
WidgetT = TypeVar("WidgetT", bound=VirtualList)


class ManualClock(TimeSource, Protocol):
    """A clock that a test moves, for polling and for the detection of clock changes."""

    def read_all(self) -> ClockReading:
        """The wall clock, the monotonic one and the one that counts sleep."""


def first_match(commands: tuple[TuiCommand, ...], typed: str) -> str:
    """The name of the command that the palette selects for a typed text."""
    return match_commands(commands, typed)[0].name


def handles(command: TuiCommand) -> bool:
    """Whether the screen, widget or application of this command's scope has a method for it."""
    return hasattr(_HANDLERS[command.scope], method_name_for(command))


class RowsDriver(ABC):
    """Reads a list of one-line rows with a cursor and a window."""

    @property
    @abstractmethod
    def _rows(self) -> VirtualList:
        """The list widget."""

    def heading(self) -> str:
        """The column titles."""
        return _painted(self._rows)[0]

    def rows(self) -> list[str]:
        """The visible rows as painted, or the text shown instead of rows."""
        return [line for line in _painted(self._rows)[self._rows.HEADING_LINES :] if line]

    def empty_text(self) -> str:
        """The text shown instead of rows, on one line; empty if there are rows."""
        return "" if self._rows.count else " ".join(line.strip() for line in self.rows())

    def cursor_row(self) -> str:
        """The row under the cursor, as painted."""
        rows = self._rows
        return rows.render_line(rows.cursor - rows.top + rows.HEADING_LINES).text.rstrip()

    def cursor_strip(self) -> Strip:
        """The row under the cursor, as painted, with its styles."""
        return self._rows.render_line(self._rows.cursor - self._rows.top + self._rows.HEADING_LINES)

    def cursor(self) -> int:
        """The number of the row under the cursor, from 0."""
        return self._rows.cursor

    def window_top(self) -> int:
        """The number of the first row in the window, from 0."""
        return self._rows.top

    def cursor_line(self) -> int:
        """The line of the window with the cursor, from 0."""
        return self.cursor() - self.window_top()

    def row_count(self) -> int:
        """The number of rows, including those outside the window."""
        return self._rows.count

    def marks(self) -> list[str]:
        """The sign before each row in the window: `+` new, `~` changed, `?` stale, or a blank."""
        return [row[1:2] for row in self.rows()]

    def width(self) -> int:
        """The width of a row in cells."""
        return self._rows.size.width

    def strips(self) -> list[Strip]:
        """The lines as painted, with their styles, the heading first."""
        return [self._rows.render_line(y) for y in range(self._rows.size.height)]

    def count_drawn_rows(self) -> Callable[[], int]:
        """Return a function that returns the number of rows formatted since its last call."""
        drawn = 0
        rows, render = self._rows, self._rows.render_row

        def counted(row: int, width: int) -> StyledSpans:
            nonlocal drawn
            drawn += 1
            return render(row, width)

        def since() -> int:
            nonlocal drawn
            before, drawn = drawn, 0
            return before

        rows.render_row = counted  # type: ignore[method-assign] # it counts
        return since

    def count_painted_rows(self) -> Callable[[], int]:
        """Return a function that returns the number of lines painted from now on."""
        painted = 0
        rows, paint = self._rows, self._rows.render_line

        def counted(y: int) -> Strip:
            nonlocal painted
            painted += 1
            return paint(y)

        rows.render_line = counted  # type: ignore[method-assign] # it counts
        return lambda: painted


class TuiDriver(RowsDriver):
    """A user at emtui's screens."""

    def __init__(self, app: EmtuiApp, pilot: Pilot[int]) -> None:
        self._app = app
        self._pilot = pilot
        self.bells = 0
        """How often the terminal's bell rang."""
        app.bell = self._ring  # type: ignore[method-assign] # the terminal of a test has none

    def _ring(self) -> None:
        self.bells += 1

    # --- user actions -----------------------------------------------------

    async def press(self, *keys: str) -> None:
        """Press these keys, by Textual's names or as characters, and process their messages."""
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def press_each(self, *keys: str) -> None:
        """Press these keys, each after the work of the one before is done."""
        for key in keys:
            await self.press(key)
            await self.wait_idle()

    def paste(self, text: str) -> None:
        """Paste this text, as a terminal with bracketed paste sends it."""
        self.send(events.Paste(text))

    def send(self, event: Message) -> None:
        """Send an event, as the terminal's driver would."""
        self._app.post_message(event)

    async def resize(self, columns: int, lines: int) -> None:
        """Make the terminal this large."""
        await self._pilot.resize_terminal(columns, lines)
        await self._pilot.pause()

    # --- waiting ----------------------------------------------------------------

    async def pause(self, seconds: float | None = None) -> None:
        """Let this much time pass; without `seconds`, until all messages are processed."""
        await self._pilot.pause(seconds)

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until this is true; fail with the painted screen after a timeout."""
        try:
            async with asyncio.timeout(TIMEOUT):
                while not condition():
                    await self._pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError("timed out:\n" + "\n".join(self.lines())) from None
        await self._pilot.pause()

    async def wait_idle(self) -> None:
        """Wait until nothing is being requested, assessed, explained or filtered."""
        await self._pilot.pause()
        await self.wait_for(lambda: not self.is_busy())
        if self._list:
            await self._list.table.wait_idle()
        await self._pilot.pause()

    def is_busy(self) -> bool:
        """Whether any screen is requesting, assessing or explaining something."""
        feeds = (page.feed for page in self._screens if isinstance(page, SessionDetailScreen))
        if any(feed.state.is_requesting or feed.is_explaining for feed in feeds):
            return True
        if self._list and self._list.feed.is_assessing:
            return True
        return any(page.is_busy for page in self._screens) or any(
            worker.group in _WORKERS and not worker.is_finished for worker in self._app.workers
        )

    def is_requesting(self) -> bool:
        """Whether the current screen waits for the server."""
        return self._page.is_busy

    async def wait_listed(self, *, complete: bool = True) -> None:
        """Wait until the list has rows and, if `complete`, until its download is finished."""
        await self.wait_for(lambda: self._list is not None and self._list.is_ready)
        await self.wait_for(lambda: bool(self._listing.table.matching))
        if complete:
            await self.wait_for(lambda: not self.progress())

    async def wait_assessed(self) -> None:
        """Wait until the list is assessed."""
        await self.wait_for(lambda: self._list is not None and self._list.assessment is not None)

    async def wait_at(self, screen: str) -> None:
        """Wait until this screen is shown."""
        await self.wait_for(lambda: self.screen_name() == screen)

    # --- the current screen -----------------------------------------------

    @property
    def _page(self) -> BaseScreen:
        return self._app.current_screen

    @property
    def _list(self) -> SessionListScreen | None:
        return cast("SessionListScreen | None", self._app.navigator.list_view)

    @property
    def _listing(self) -> SessionListScreen:
        assert self._list is not None, "no list yet"
        return self._list

    @property
    def _rows(self) -> VirtualList:
        return self._page.query(VirtualList).first()

    @property
    def _screens(self) -> list[BaseScreen]:
        return [screen for screen in self._app.screen_stack if isinstance(screen, BaseScreen)]

    def screen_name(self) -> str:
        """Name of the current screen, such as `session_list` or `text_viewer`; empty between two screens."""
        return _SCREENS[self.screen_state()][0] if isinstance(self._app.screen, BaseScreen) else ""

    def screens(self) -> list[str]:
        """The names of all open screens, the current one last."""
        return [_SCREENS[page.SCOPE][0] for page in self._screens]

    def screen_state(self) -> CommandScope:
        """The command scope of the current screen."""
        return self._page.SCOPE

    def screen_identity(self) -> object:
        """Identity of the current screen: another one of the same kind differs."""
        return self._page

    def lines(self) -> list[str]:
        """The whole screen as painted."""
        compositor = self._app.screen._compositor  # noqa: SLF001 - what is painted, as text
        return [strip.text.rstrip() for strip in compositor.render_strips()]

    def cells(self) -> list[Line]:
        """The screen as it is sent to the terminal: the characters with their SGR codes."""
        compositor = self._app.screen._compositor  # noqa: SLF001 - what is painted
        capabilities = self._app._capabilities  # noqa: SLF001 - what the terminal of this app can show
        return [cells_of_strip(strip, capabilities) for strip in compositor.render_strips()]

    def _line(self, name: str, page: BaseScreen | None = None) -> str:
        return (page or self._page).query_one(f"#{name}", StatusLine).render_line(0).text.rstrip()

    def top(self) -> str:
        """The header line: server, user, and age of the data."""
        return self._line("top")

    def error_text(self) -> str:
        """The error below the header; empty if there is none."""
        text = self._page.query_one("#trouble", Static)
        return str(text.render()).removeprefix("! ") if text.display else ""

    def footer(self) -> str:
        """The footer: the current message, or else the keys; and the position."""
        return " ".join(line.strip() for line in _painted(self._page.query_one(FooterLine)))

    def position(self) -> str:
        """The position, such as `3 of 2,914 runs`; empty if there is none."""
        page = self._page
        is_list = isinstance(page, SessionListScreen)
        found = _POSITION.search(self._line("query", page).rstrip("─ ") if is_list else self.footer())
        return found[1] if found else ""

    def title(self) -> str:
        """The title line of the screen, if it has one, without the rule around it and the note."""
        return self._line("title").strip(" ─").split(" ──")[0]

    def title_note(self) -> str:
        """What stands at the right end of the title's rule."""
        found = re.search(r"─ ([^─]+) ─$", self._line("title"))
        return found[1] if found else ""

    def preview_title(self) -> str:
        """The line above the preview of a report: its name and the position in it."""
        return self._line("preview-title")

    def is_preview_beside(self) -> bool:
        """Whether the preview of a report is at the right of the choices, behind a line."""
        divider = self._page.query_one(Divider)
        shown = divider.display and divider.region.height == self._page.query_one(TextView).region.height
        return shown and self._page.query_one(TextView).region.x > divider.region.x > self._rows.region.x

    def head(self) -> str:
        """The title about the open run, without the rule and the path to it."""
        return self._line("head").strip(" ─").removeprefix("Runs › ")

    def compared_with(self) -> str:
        """The line about the other run of a comparison."""
        return self._line("with").strip()

    def search(self) -> str:
        """The title of the events with their number, search and filter, without the rule."""
        return self._line("search").strip(" ─")

    def match_tally(self) -> str:
        """The line with the counts; while a query is typed, the completion or the error."""
        return self._line("tally").strip(" ─")

    def preview(self) -> list[str]:
        """The lines of the preview as painted; none if it is not shown."""
        pane = self._page.query_one(PreviewPane)
        return _painted(pane) if pane.is_shown else []

    def shows_detail(self) -> bool:
        """Whether there are lines for the text about the selected row."""
        return self._page.query_one("#tail", Paragraph).display

    def count_painted_preview_lines(self) -> Callable[[], int]:
        """Return a function that returns the number of lines of the preview painted from now on."""
        painted = 0
        pane = self._page.query_one(PreviewPane)
        paint = pane.render_line

        def counted(y: int) -> Strip:
            nonlocal painted
            painted += 1
            return paint(y)

        pane.render_line = counted  # type: ignore[method-assign] # it counts
        return lambda: painted

    def set_low_bandwidth(self) -> None:
        """Treat the connection to the terminal as slow."""
        self._page.is_low_bandwidth = lambda: True  # type: ignore[method-assign] # as the screen asks

    def detail(self) -> str:
        """The text about the selected row below the rows, on one line."""
        shown = self._page.query_one("#tail", Paragraph)
        return " ".join(line.strip() for line in _painted(shown)).strip()

    def status_lines(self) -> list[str]:
        """All lines in emtui's own words, without rows and texts of the server."""
        shown = [*self._page.query(StatusLine), *self._page.query(AttentionLines)]
        return [line for widget in shown if widget.display for line in _painted(widget)]

    def text(self) -> str:
        """The full text of the text viewer; empty on other screens."""
        return self._page.text if isinstance(self._page, TextScreen | RawScreen) else ""

    def plain_text(self) -> str:
        """The view as text for a pager."""
        made = self._page.plain_text()
        assert made is not None, "this screen has no text"
        return made()

    def open_command(self) -> str:
        """The command that reopens the last view; empty before emtui has quit."""
        return self._app.open_command

    def theme(self) -> str:
        """The color theme in use."""
        return self._app.theme_name

    def registered_themes(self) -> set[str]:
        """The names of all themes that Textual knows."""
        return set(self._app.available_themes)

    def has_ended(self) -> bool:
        """Whether emtui has quit cleanly."""
        return not self._app.is_running or self._app.return_code == 0

    def runs_without_fault(self) -> bool:
        """Whether emtui is running without an internal error."""
        return self._app.is_running and self._app.fatal_error is None

    # --- rows -------------------------------------------------------------------

    def rows_have_focus(self) -> bool:
        """Whether keys move the cursor in the rows."""
        return self._app.focused is self._rows

    def cursor(self) -> int:
        """The number of the selected row, from 0; 0 on screens without rows."""
        return super().cursor() if self._page.query(VirtualList) else 0

    # --- fields -----------------------------------------------------------------

    def typed(self) -> str | None:
        """The text of the focused field; `None` without one."""
        field = self._app.focused
        return field.value if isinstance(field, Input) else None

    def underlined(self) -> str:
        """The part of the prompt that is painted as invalid."""
        strip = self._page.query_one("#prompt TextInput", TextInput).render_line(0)
        return "".join(
            part.text for part in strip if part.style and part.style.underline and INVALID_STYLE.underline
        )

    def is_prompting(self) -> bool:
        """Whether a prompt is open."""
        return bool(self._page.query("Prompt.-open"))

    def found_count(self) -> str:
        """The count beside the prompt."""
        return " ".join(self._line("found").split())

    def field_message(self, field: str) -> str:
        """The message below this login field: `server`, `user` or `password`."""
        return self._page.query_one(f"#{field}", LabeledInput).message_text

    def field_messages(self) -> str:
        """The message below all fields; empty on other screens."""
        return " ".join(field.message_text for field in self._page.query(LabeledInput))

    def focus_marks(self) -> list[str]:
        """The text after each mark of the focus on the login screen."""
        marked = (line.partition(CURSOR_MARK) for line in self.lines())
        return [after.split()[0] for _, mark, after in marked if mark]

    def colored(self, color: str) -> str:
        """The text painted in this color, such as `red`, on one line."""
        strips = self._app.screen._compositor.render_strips()  # noqa: SLF001 - what is painted, with its styles
        parts = (part for strip in strips for part in strip if part.style and part.style.color)
        found = (
            part.text for part in parts if part.style and part.style.color and part.style.color.name == color
        )
        return " ".join("".join(found).split())

    async def focus_field(self, field: str) -> None:
        """Press Tab until this field of the login has the focus."""
        entry = self._page.query_one(f"#{field} TextInput", TextInput)
        for _ in range(9):
            if not entry.has_focus:
                await self.press("tab")

    def offered_commands(self) -> set[tuple[str, str]]:
        """Name and description of each command that the palette offers."""
        offered = (one.command for one in self._page.query_one(CommandList).offered)
        return {(command.name, command.description) for command in offered}

    # --- the list of sessions -----------------------------------------------------

    def query_line(self) -> str:
        """The title of the list with the query and the position, without its rule at both ends."""
        return self._line("query").strip("─ ")

    def query(self) -> Query:
        """The query that the rows match."""
        return self._listing.current_query

    def order(self) -> SortOrder:
        """The order of the rows."""
        return self._listing.table.order

    def zone(self) -> tzinfo:
        """The displayed time zone."""
        return self._app.zone

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._list.snapshot if self._list else None

    def all_sessions(self) -> tuple[Session, ...]:
        """All sessions of the newest list, whatever the query."""
        assert self._listing.snapshot, "no list has come yet"
        return self._listing.snapshot.sessions

    def sessions(self) -> tuple[Session, ...]:
        """The sessions that the rows show, in their order; those that are grouped in one row, too."""
        return tuple(self._listing.table.matching)

    def selected(self) -> Session | None:
        """The session under the cursor of the list."""
        return self._listing.table.selected

    def session(self) -> Session | None:
        """The open or selected session of the current screen."""
        return self._page.current_run

    def nearest_session(self) -> Session | None:
        """The session of the topmost screen that has one."""
        views = reversed(self._app.navigator.views)
        return next((view.current_run for view in views if view.current_run), None)

    def picked(self) -> Session | None:
        """The session under the cursor of the list to compare with."""
        return self._page.query_one(RunTable).selected_item

    def row_value(self) -> ListRow | None:
        """The selected row: a session, or a group of successful ones."""
        return self._listing.table.selected_row

    def is_group(self) -> bool:
        """Whether the selected row is a group of sessions."""
        return self._listing.table.selected_group is not None

    def progress(self) -> str:
        """The progress of the list download; empty if there is none."""
        return self._list._progress_text if self._list else ""  # noqa: SLF001 - a part of a line

    def absence(self) -> str:
        """The line about what happened during an absence; empty if there is none."""
        shown = self._listing.query_one("#away", Static)
        return str(shown.render()) if shown.display else ""

    def evidence(self) -> list[str]:
        """The title and the lines of the evidence below the alerts."""
        page = self._page
        return [*_painted(page.query_one("#subject", TitleRule)), *_painted(page.query_one(EvidencePane))]

    def first_row_line(self) -> int:
        """The line of the screen on which the rows of the list begin."""
        return self._listing.table.region.y

    def alerts(self) -> list[str]:
        """The alerts above the list."""
        return _painted(self._listing.query_one(AttentionLines))

    @property
    def _assessment(self) -> Assessment:
        assert self._listing.assessment is not None, "the list is not assessed yet"
        return self._listing.assessment

    def alert_on(self, kind: str) -> str:
        """The worst alert about this type, with its evidence; empty if there is none."""
        found = self._assessment.worst_finding(kind)
        return finding_text(self._assessment, found, self._listing.zone) if found else ""

    def alert_types(self) -> list[str | None]:
        """The type of each alert, worst first, acknowledged ones last."""
        return [finding.type for finding in self._assessment.findings]

    def first_alert_session(self) -> Session | None:
        """The session of the first alert."""
        return self._assessment.run_of_finding(self._assessment.findings[0])

    def acknowledged_alerts(self) -> int:
        """How many of the alerts are acknowledged."""
        return self._assessment.acknowledged_count

    def next_due(self, kind: str) -> datetime | None:
        """When the next run of this type is due; `None` if unknown."""
        row = self._assessment.type_statuses.for_type(kind)
        return row.due.next_start if row and row.due else None

    def overview_rows(self) -> list[tuple[str, str | None]]:
        """Type and newest message of each overview row; `None` if it has not run."""
        rows = self._page.query_one(TypeTable).items
        return [(row.name, row.newest_run.message or "" if row.newest_run else None) for row in rows]

    # --- the opened session -------------------------------------------------------

    @property
    def _detail(self) -> SessionDetailScreen:
        return next(page for page in reversed(self._screens) if isinstance(page, SessionDetailScreen))

    def log(self) -> Log | None:
        """The log of the open session, once it is loaded."""
        return self._detail.feed.state.log

    def events(self) -> tuple[Event, ...]:
        """The events of the open session; empty before they are loaded."""
        log = self.log()
        return log.events if log else ()

    def facts(self) -> str:
        """The text about the open session above its events."""
        return "\n".join(_painted(self._detail.query_one(FactList)))

    def is_explained(self) -> bool:
        """Whether an explanation of the open session is shown."""
        return isinstance(self._page, SessionDetailScreen) and self._page.feed.state.explanation is not None

    def explains_servers(self) -> bool:
        """Whether the explanation names backup servers, which only the session's own log does."""
        explanation = self._detail.feed.state.explanation
        return explanation is not None and bool(explanation.servers)

    def waits(self) -> tuple[Wait, ...]:
        """The pauses of the open session."""
        return self._detail.feed.state.waits

    def slowest_wait(self) -> Wait | None:
        """The pause that exceeds its usual duration most, which only past logs show."""
        return self._detail.feed.state.worst

    # --- setting the stage --------------------------------------------------------

    async def log_on(self, client: Client, connection: Connection) -> None:
        """Log on with this client, as the login does after the server has accepted the password."""
        self._app.call_later(self._app.logon_service.log_on_as, client, connection, RememberChoice.NO)
        await self.wait_for(lambda: self._list is not None and self._list.is_ready)

    def connection(self) -> Connection:
        """The connection of the current logon."""
        return self._app.logon_service.connection

    async def open_from(self, source: SessionSource, session: Session) -> None:
        """Open this session, whose log comes from this source instead of the list's."""
        await self._app.push_screen(SessionDetailScreen(self._app.ctx, self._feed(source, session)))

    async def open_raw_from(self, source: SessionSource, session: Session) -> None:
        """Open the details of this session from this source, without loading its log."""
        await self._app.push_screen(RawScreen(self._app.ctx, self._feed(source, session)))

    def _feed(self, source: SessionSource, session: Session) -> SessionFeed:
        explainer = Explainer(source, self._app.ctx.history)
        return SessionFeed(source, session, explainer, now=self._app.clock.now)

    def source(self) -> SessionSource:
        """The source of the list."""
        return self._listing.feed.source

    def use_clock(self, clock: ManualClock) -> None:
        """Poll the list by this clock, which also reports sleep."""
        self._listing.feed.poller.clock = clock
        self._listing.feed.poller.read_clocks = clock.read_all
        self._listing.feed.on_user_activity()

    def check_clocks(self) -> None:
        """Compare the clocks now, as the detection of sleep does periodically."""
        self._listing.feed.poller.check_clocks()

    def health(self) -> FeedHealth:
        """The polling statistics."""
        return self._listing.feed.poller.health

    def poll(self) -> None:
        """Let the next poll be due now."""
        self._listing.feed.poller.refresh()

    async def poll_once(self) -> None:
        """Let the next poll be due now, and wait until its result is shown."""
        health = self.health()
        before = health.response_count + health.failure_count
        self.poll()

        def is_shown() -> bool:
            shown = self._listing._state.health  # noqa: SLF001 - what the screen was told
            return shown.response_count + shown.failure_count > before and not self._listing.is_busy

        await self.wait_for(is_shown)

    def is_polling(self) -> bool:
        """Whether the list, or a session that it only names, is being requested."""
        return self._listing.is_busy

    def is_stale(self) -> bool:
        """Whether the list is older than it should be, but not yet lost."""
        return self._listing.feed.state.is_stale

    def is_lost(self) -> bool:
        """Whether the connection counts as lost."""
        return self._listing.feed.state.is_lost

    def is_paused(self) -> bool:
        """Whether polling is paused."""
        return self._app.ctx.list_state.is_paused

    def show_progress(self, text: str) -> None:
        """Show this download progress of the list."""
        vars(screen)["progress_text"] = (lambda *_: text) if text else progress_text
        self._listing._show_tally()  # noqa: SLF001 - the line that it is in

    def record_titles(self) -> list[str]:
        """Record the terminal's titles from now on, the newest last."""
        titles: list[str] = []
        self._app.set_terminal_title = titles.append  # type: ignore[method-assign,assignment] # there is no terminal
        return titles

    def offer_keyring(self, name: str) -> None:
        """Let the login offer this keyring to remember the password in, whatever this computer has."""
        for worker in list(self._app.workers):
            if "keyring" in worker.description:
                worker.cancel()  # on a busy computer its keyring would be shown later
        remember = self._page.query_one(RememberPassword)
        remember.hide_keyring_opt_out()
        remember.show_keyring(name)
        remember.show_reading_problem("")

    def show_certificate(self, problem: CertificateUntrustedError) -> None:
        """Show the certificate of this error, to pin or reject."""
        self._app.push_screen(CertificateScreen(self._app.ctx, problem))

    def note_last_viewed(self) -> None:
        """Save when the list was last viewed, as emtui does every minute and at exit."""
        self._app.list_service.last_viewed.save()

    def forget_past_logs(self) -> None:
        """Drop the cached logs of past sessions."""
        self._app.ctx.history._logs.clear()  # noqa: SLF001 - as after a restart

    def forget_layout_hint(self) -> None:
        """Allow the hint about the keyboard layout again."""
        self._app._layout_hint_at = None  # noqa: SLF001 - a minute later

    def tick(self) -> None:
        """Fire the timer of the comparison, which updates the running step."""
        assert isinstance(self._page, ComparisonScreen)
        self._page._compare_open_step()  # noqa: SLF001 - what its timer does

    async def return_to_list(self) -> None:
        """Return to the list in its initial state: no query, newest first, grouped, first row."""
        listing = self._listing
        while self._app.screen is not listing:
            await self._app.pop_screen()
        await listing.cancel_prompt()
        self._app.ctx.past_view().end()
        self._app.ctx.settings.wraps_messages = self._app.ctx.settings.shows_clock_times = False
        listing.table.shows_age, listing.table.follow_top, listing.table.order = (
            False,
            True,
            DEFAULT_SORT_ORDER,
        )
        if self.is_paused():
            await self.press(self._app.keymap.find("pause").keys[0])
        await listing.action_filter("")
        await listing.table.set_grouped(True)
        listing.table.move_to(0)
        listing.handle_user_activity()
        await self.wait_for(lambda: not listing.is_busy)


def _painted(widget: Widget) -> list[str]:
    return [strip.text.rstrip() for strip in widget.render_lines(widget.outer_size.region)]


# --- starting ---------------------------------------------------------------------


@asynccontextmanager
async def running_app(start: LaunchOptions, size: tuple[int, int] = (80, 23)) -> AsyncIterator[TuiDriver]:
    """The screens, started with these options."""
    app = EmtuiApp(start)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        while not app.screen_stack:  # noqa: ASYNC110 - the framework has no event for its first screen
            await asyncio.sleep(0.01)
        await pilot.pause()
        yield TuiDriver(app, pilot)
    if app.logon_service.client:
        await app.logon_service.client.close()


@asynccontextmanager
async def listing_app(
    demo: ASGIApp,
    start: LaunchOptions | None = None,
    *,
    now: Callable[[], datetime],
    size: tuple[int, int] = (80, 23),
) -> AsyncIterator[TuiDriver]:
    """The screens after a logon to this server; `now` is the client's clock."""
    start = start or demo_start(now)
    client = await Client.connect(
        SERVER,
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=ProxySettings(),
        transport=httpx.ASGITransport(demo),
        now=now,
    )
    async with running_app(start, size) as ui:
        await ui.log_on(client, start.connection)
        yield ui


@asynccontextmanager
async def demo_app(
    *faults: str,
    start: LaunchOptions | None = None,
    wait: bool = True,
    now: Callable[[], datetime] = lambda: NIGHT_TIME,
    size: tuple[int, int] = (80, 23),
) -> AsyncIterator[TuiDriver]:
    """The screens after a logon to the demo with these faults, at this time."""
    demo = create_app(DemoServerSettings(WORLD, now, parse_faults(list(faults))))
    start = start or demo_start(now=now)
    async with listing_app(demo, start, now=lambda: NIGHT_TIME, size=size) as ui:
        if wait:
            await ui.wait_listed()
        yield ui


@asynccontextmanager
async def replay_app(
    records: Iterable[RecordedResponse],
    *,
    zone: tzinfo = UTC,
    query: str = "",
    size: tuple[int, int] = (120, 30),
) -> AsyncIterator[TuiDriver]:
    """The screens of a replay, once its first list is assessed."""
    replay = ReplaySource("night.jsonl", iter(records))
    start = LaunchOptions(
        Connection(), mark="REPLAY", remember=False, now=replay.now, replay=replay, zone=zone, query=query
    )
    async with running_app(start, size) as ui:
        await ui.wait_assessed()
        yield ui


def demo_start(now: Callable[[], datetime] | None = None, **changes: object) -> LaunchOptions:
    """Launch options for the demo server; each reading of the clock is a second later."""
    connection = Connection(server=SERVER, user=USER, password=Secret(PASSWORD))
    options = {"remember": False, "log_on_at_once": False, "now": now or fast_ticks(), "zone": UTC} | changes
    return LaunchOptions(connection, **options)  # type: ignore[arg-type] # as its fields are


def fast_ticks() -> Callable[[], datetime]:
    """Return a clock of which every reading is a second later."""
    seconds = count()
    return lambda: NIGHT_TIME + timedelta(seconds=next(seconds))


# --- widgets alone ------------------------------------------------------------------


class WidgetDriver(RowsDriver, Generic[WidgetT]):
    """A list widget alone on a screen."""

    def __init__(self, widget: WidgetT, pilot: Pilot[None]) -> None:
        self._widget = widget
        self._pilot = pilot

    @property
    def _rows(self) -> VirtualList:
        return self._widget

    async def pause(self) -> None:
        """Wait until all messages are processed."""
        await self._pilot.pause()

    async def resize(self, columns: int, lines: int) -> None:
        """Make the terminal this large."""
        await self._pilot.resize_terminal(columns, lines)
        await self._pilot.pause()

    def window_height(self) -> int:
        """The number of visible rows."""
        return self._widget.window_height

    def move_to(self, row: int, top: int | None = None) -> None:
        """Move the cursor to this row, and with `top` the window to that one."""
        self._widget.move_to(row, top=top)

    def move(self, command: str) -> None:
        """Run a navigation command, such as `page_down`."""
        getattr(self._widget, f"action_{command}")()

    def window_lines(self) -> list[str]:
        """The lines below the heading as painted, including empty ones."""
        return _painted(self._widget)[self._widget.HEADING_LINES :]


class UnhurriedTable(SessionTable):
    """A table that takes one step between two keys, however fast the computer is."""

    STEP_S = FIRST_STEP_S = 0.0


class SessionTableDriver(WidgetDriver[SessionTable]):
    """The session table alone."""

    def show(self, snapshot: Snapshot) -> None:
        """Show a newer list."""
        self._widget.snapshot = snapshot

    def set_query(self, query: Query) -> None:
        """Set the query."""
        self._widget.session_query = query

    def set_order(self, order: SortOrder) -> None:
        """Set the sort order."""
        self._widget.order = order

    def set_marks(self, marks: Mapping[Uid, str]) -> None:
        """Mark sessions as new or changed; set this before their list is shown."""
        self._widget.unseen_glyphs = marks

    def set_following(self, *, wanted: bool = True, in_front: bool = True) -> None:
        """Set whether to stay at the newest run, and whether the list is the current screen."""
        self._widget.follow_top, self._widget.is_following = wanted, in_front

    async def wait_rows(self) -> None:
        """Wait until the rows are up to date."""
        await self._widget.wait_idle()

    def sessions(self) -> tuple[Session, ...]:
        """The matching sessions in order, including grouped ones."""
        return tuple(self._widget.matching)

    def match_count(self) -> int:
        """The number of matching sessions."""
        return self._widget.match_count

    def position(self) -> str:
        """The position, such as `3 of 2,914 runs`."""
        place = self._widget.place
        return text_format.format_position(*place, "run") if place else ""

    def selected(self) -> Session | None:
        """The selected session, once the rows are up to date."""
        return self._widget.selected

    def painted_selection(self) -> Session | None:
        """The selected session as painted now."""
        return self._widget.session_under_cursor

    def row_value(self) -> ListRow | None:
        """The selected row."""
        return self._widget.selected_row

    def is_group(self) -> bool:
        """Whether the selected row is a group of sessions."""
        return self._widget.selected_group is not None

    def can_group(self) -> bool:
        """Whether successful runs can be grouped in this query and order."""
        return self._widget.can_group

    async def group_all(self, *, groups: bool) -> None:
        """Group all successful runs, or none."""
        await self._widget.set_grouped(groups)

    async def toggle_group(self) -> bool:
        """Expand or collapse the group at the cursor; return False if there is none."""
        return await self._widget.toggle_group()

    def select(self, uid: Uid) -> bool:
        """Select this session; return False if it is not listed."""
        return self._widget.select(uid)

    async def select_next(self, wanted: Callable[[Session], bool], step: int) -> bool:
        """Select the next (or previous) such session; return False if there is none."""
        return await self._widget.select_next(wanted, step)

    def neighbor(self, uid: Uid, step: int) -> Session | None:
        """The session of the row after (or before) this one's."""
        return self._widget.neighbor(uid, step)

    def is_unusual(self, session: Session) -> bool:
        """Whether it is known to have taken unusually long."""
        return self._widget.is_unusual(session)

    def marked_in_window(self) -> set[Uid]:
        """The visible sessions that are new or changed."""
        return self._widget.visible_unseen_uids

    def new_above(self) -> int:
        """The number of new sessions above the window."""
        return self._widget.new_above_count


class EventLogDriver(WidgetDriver[EventLog]):
    """The event log alone."""

    def show(self, log: Log) -> None:
        """Show a longer log."""
        self._widget.session_log = log

    def show_history(self, history: StepHistory) -> None:
        """Show the steps against those of past successful runs."""
        self._widget.history = history

    def show_now(self, now: datetime) -> None:
        """Show how long the last step of a running session has lasted."""
        self._widget.until = now

    def filter(self, text: str) -> None:
        """Show only events that contain this text."""
        self._widget.filter_text = text

    def search(self, text: str) -> None:
        """Search for this text."""
        self._widget.search_text = text

    def set_clocks(self, *, clocks: bool) -> None:
        """Show the time of day in place of the offset."""
        self._widget.shows_clock_times = clocks

    def set_wrap(self, *, wraps: bool) -> None:
        """Wrap long lines, or cut them."""
        self._widget.wraps_messages = wraps

    def scroll_right(self, step: int) -> bool:
        """Scroll long lines right or back; return False if there is nothing more."""
        return self._widget.shift(step)

    def line(self) -> EventLine | None:
        """The line under the cursor."""
        return self._widget.line

    def has_selection(self) -> bool:
        """Whether a line is selected."""
        return self._widget.selected is not None

    def event_count(self) -> int:
        """The number of shown events."""
        return self._widget.shown_count

    def event_number(self) -> int:
        """The number of the event at the cursor, from 1."""
        return self._widget.ordinal

    def match_count(self) -> int:
        """The number of matches."""
        return len(self._widget.matches.line_indexes)

    def new_event_count(self) -> frozenset[int]:
        """The indexes of the unviewed events."""
        return self._widget.unseen_indexes

    def mark_seen(self) -> None:
        """Mark the visible events as viewed, as a key press does."""
        self._widget.mark_viewed()

    def go_to_match(self, step: int) -> bool:
        """Move to the next (or previous) match; return False if there is none."""
        self._widget.next_match(step)
        return bool(self._widget.match_position)

    async def go_to_line(self, wanted: Callable[[EventLine], bool], step: int) -> bool:
        """Move to the next (or previous) such line; return False if there is none."""
        return await self._widget.go_to_next(wanted, step)

    def go_to_event(self, index: int) -> bool:
        """Move to this event; return False if it is not shown."""
        return self._widget.go_to_event(index)


class ComparisonDriver(WidgetDriver[DiffList]):
    """The comparison of two logs alone."""

    def show(self, difference: RunDifference | None) -> None:
        """Show another comparison."""
        self._widget.show(difference)

    def group(self, *, groups: bool) -> None:
        """Group equal lines far from a difference, or show each."""
        self._widget.set_grouping(groups)

    def is_group(self) -> bool:
        """Whether the selected row is a group of lines."""
        return isinstance(self._widget.selected, CollapsedLines)

    def line_count(self) -> int:
        """The number of lines, including grouped ones."""
        return len(self._widget.rows)

    def search(self, text: str) -> None:
        """Search for this text."""
        self._widget.search(text)

    def go_to_match(self, step: int) -> None:
        """Move to the next (or previous) match."""
        self._widget.next_match(step)

    def current_match(self) -> str:
        """The current match, such as `2 of 3`; empty if there is none."""
        return self._widget.match_position


class FooterDriver:
    """The footer alone."""

    def __init__(self, widget: FooterLine, pilot: Pilot[None]) -> None:
        self._widget = widget
        self._pilot = pilot

    async def show_message(self, message: str, position: str, *, several: bool = False) -> None:
        """Show a message; it may be several."""
        self._widget.say(message, position, has_several_sentences=several)
        await self._pilot.pause()

    def lines(self) -> list[str]:
        """The painted lines."""
        return _painted(self._widget)


class _WidgetHost(App[None]):
    """An app with only these widgets."""

    CSS = "FooterLine { height: auto; }"

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        """The widgets, from top to bottom."""
        yield from self._widgets


@asynccontextmanager
async def _running_widgets(size: tuple[int, int], *widgets: Widget) -> AsyncIterator[Pilot[None]]:
    async with _WidgetHost(*widgets).run_test(size=size, notifications=True, tooltips=True) as pilot:
        yield pilot


def _session_list() -> SessionTable:
    table = UnhurriedTable()
    table.zone = UTC
    return table


@asynccontextmanager
async def session_table(size: tuple[int, int], *, groups: bool = True) -> AsyncIterator[SessionTableDriver]:
    """The session table alone, in UTC, still empty."""
    widget = _session_list()
    async with _running_widgets(size, widget) as pilot:
        driver = SessionTableDriver(widget, pilot)
        if not groups:
            await driver.group_all(groups=False)
        yield driver


@asynccontextmanager
async def event_log(size: tuple[int, int], began: datetime) -> AsyncIterator[EventLogDriver]:
    """The event log alone, of a session that started then, in UTC."""
    widget = EventLog()
    widget.started, widget.zone = began, UTC
    async with _running_widgets(size, widget) as pilot:
        yield EventLogDriver(widget, pilot)


@asynccontextmanager
async def sessions_above_events(
    size: tuple[int, int],
) -> AsyncIterator[tuple[SessionTableDriver, EventLogDriver]]:
    """The session table, and the event log below it."""
    table, log = _session_list(), EventLog()
    log.zone = UTC
    async with _running_widgets(size, table, log) as pilot:
        yield SessionTableDriver(table, pilot), EventLogDriver(log, pilot)


@asynccontextmanager
async def comparison(difference: RunDifference, size: tuple[int, int]) -> AsyncIterator[ComparisonDriver]:
    """The comparison of two logs alone."""
    widget = DiffList()
    async with _running_widgets(size, widget) as pilot:
        widget.styles.height = size[1]
        await pilot.pause()
        driver = ComparisonDriver(widget, pilot)
        driver.show(difference)
        await pilot.pause()
        yield driver


@asynccontextmanager
async def footer(columns: int) -> AsyncIterator[FooterDriver]:
    """The footer alone, on a screen of this width."""
    widget = FooterLine()
    async with _running_widgets((columns, 12), widget) as pilot:
        yield FooterDriver(widget, pilot)


# --- settings before the start ---------------------------------------------------


def set_second_logon_delay(monkeypatch: pytest.MonkeyPatch, delay: timedelta) -> None:
    """Set the delay before a refused logon is tried once more."""
    monkeypatch.setattr("emtui.tui.services.logon_service.SECOND_LOGON_DELAY", delay)


def set_cursor_rest(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set how long the cursor must rest before what belongs to the selected row is shown."""
    monkeypatch.setattr("emtui.tui.screens.base.REST_S", seconds)
    monkeypatch.setattr("emtui.tui.screens.session_list.preview_pane.REST_S", seconds)


def poll_sessions_every(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set the poll interval of an open running session."""
    monkeypatch.setattr("emtui.monitor.session_poller.SCHEDULE", PollSchedule(interval=seconds))
    monkeypatch.setattr("emtui.monitor.session_poller.MIN_PAUSE_S", seconds)
