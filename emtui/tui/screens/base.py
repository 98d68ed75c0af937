"""Base of all screens: header line, problem line, body, footer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.content import Content
from textual.events import Event, Key
from textual.geometry import Offset
from textual.reactive import var
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from emtui import text_format
from emtui.keys.keymap import key_label, next_tab, opens_tab
from emtui.keys.tui_commands import FORM_SCOPES, TABS, CommandScope, Tab
from emtui.tui.context import AppContext
from emtui.tui.terminal.app_base import is_being_removed, unwatch
from emtui.tui.terminal.bindings import bindings_for, use_keymap
from emtui.tui.theme import ALERT_STYLE, BOLD
from emtui.tui.widgets.status_line import FooterLine
from emtui.tui.widgets.top_bar import BarContent, BarTab, DataAge, TopBar
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

if TYPE_CHECKING:
    from emtui.em.model import Log, Session
    from emtui.monitor.list_feed import ListState
    from emtui.tui.formatting.open_command import Location
    from emtui.tui.widgets.prompt import Prompt

NO_RUN = "No run to open."
NOT_CONNECTED = "Not connected. Log on first."
COMPACT_HEIGHT = 20
"""Below this many lines a screen has no blank lines."""
MIN_SIZE = (40, 10)
"""Columns and lines below which a screen is unreadable; screens are designed for 58x16 and more."""
MAX_TAB_KEY_CELLS = 6
"""The longest label of a key in the top bar, such as `ctrl+t`."""
REST_S = 0.15
"""Seconds without a move of the cursor after which the page shows what belongs to its row."""


class Requester(Protocol):
    """Sends the requests of a screen, such as a feed."""

    def refresh(self) -> bool:
        """Send the request now; false if it is already running."""
        ...

    def stop(self) -> bool:
        """Cancel the running request; false if there is none."""
        ...


class BaseScreen(Screen[Any]):
    """A view with a header line, a problem line, a body and a footer."""

    SCOPE: ClassVar[CommandScope]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.EVERY_VIEW)
    AUTO_FOCUS = "VirtualList"

    zone: var[tzinfo] = var[tzinfo](UTC)
    problem: var[str] = var("")

    def __init__(self, ctx: AppContext, requester: Requester | None = None) -> None:
        """`requester` sends the requests for the content of this screen, if there are any."""
        super().__init__()
        self._requester = requester
        self.ctx = ctx
        use_keymap(self, ctx.keymap, CommandScope.EVERY_VIEW, self.SCOPE)
        self.set_reactive(BaseScreen.zone, ctx.clock.zone)
        self._message = ""
        self._has_several_messages = False
        self._rest_timer: Timer | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the screen can be drawn: mounted, not being removed, and the app is running."""
        return len(self.children) > 0 and self.app.is_running and not is_being_removed(self)

    def compose(self) -> ComposeResult:
        """Return header line, problem line, body and footer."""
        yield TopBar(id="top")
        yield Static(id="trouble", markup=False)
        yield from self.compose_body()
        yield FooterLine(id="foot")

    def compose_body(self) -> Iterable[Widget]:
        """Return the widgets between the problem line and the footer."""
        return ()

    def on_mount(self) -> None:
        """Subscribe to the list state and the time zone, and draw everything."""
        self.watch(self.app, "zone", self.set_zone, init=False)
        self.watch(self.app, "list_state", self._on_list_state, init=False)
        if self.is_ready:
            self.show_body()
        self.show_header()
        self.show_footer()

    def on_unmount(self) -> None:
        """Unsubscribe from the app, which would otherwise keep this screen and its data alive."""
        unwatch(self.app, self)

    def as_of(self) -> datetime | None:
        """When the server sent the displayed data."""
        return None

    def _on_list_state(self, before: ListState | None, state: ListState | None) -> None:
        if state is not None:
            self.handle_list_state(before, state)

    def handle_list_state(self, before: ListState | None, state: ListState) -> None:
        """Show what changed in the list state."""
        if before is None:
            return
        if state.is_paused is not before.is_paused:
            self.set_paused(state.is_paused)
        if (
            state.health.freshness is not before.health.freshness
            or state.interval != before.interval
            or state.past_time != before.past_time
        ):
            self.show_header()
        if state.assessment is not before.assessment:
            self.handle_assessment()
            self.show_header()
        if state.resume_count > before.resume_count:
            self.handle_resume()

    def show_body(self) -> None:
        """Draw what depends on the assessment, the zone or the size; called again when one changes."""

    def handle_assessment(self) -> None:
        """Called when the list was assessed, or something was acknowledged."""
        if self.is_ready:
            self.show_body()

    def set_paused(self, _: bool) -> None:
        """Show in the header whether polling is paused."""
        self.show_header()

    def handle_resume(self) -> None:
        """Called after this computer was suspended or emtui was suspended: the displayed data may be old."""

    def call_after_rest(self, callback: Callable[[], object]) -> None:
        """Call back once no key has moved the cursor for a moment: a held key paints only the cursor."""
        if self._rest_timer is not None:
            self._rest_timer.stop()
        self._rest_timer = self.set_timer(REST_S, callback)

    def key_hint(self, name: str, meaning: str) -> str:
        """Format `r: refresh` for a command of this screen."""
        return self.ctx.keymap.hint(name, meaning, self.SCOPE)

    def position(self) -> str:
        """Cursor position, for the end of the footer."""
        return ""

    def say(self, text: str) -> None:
        """Show a message in the footer until the next key."""
        self._message, self._has_several_messages = text, False
        self.show_footer()

    def say_too(self, text: str) -> None:
        """Append a sentence to the message in the footer."""
        self._has_several_messages = bool(self._message)
        previous = (
            self._message
            if not self._message or self._message.endswith((".", "!", "?"))
            else f"{self._message}."
        )
        self._message = f"{previous} {text}".strip()
        self.show_footer()

    @property
    def has_secret_input(self) -> bool:
        """Whether a password may be typed on this screen."""
        return self.SCOPE in (CommandScope.LOGIN, CommandScope.CERTIFICATE)

    def idle_caret(self) -> Offset:
        """Position of the terminal's cursor while nothing has the focus: in the first list."""
        lines = next(iter(self.query(VirtualList)), None)
        return lines.caret() if lines is not None and lines.display else Offset(0, 0)

    def handle_user_activity(self) -> None:
        """Clear the message in the footer: a key was pressed."""
        if self._message:
            self.say("")

    def active_field(self) -> Input | None:
        """The open input field, which gets the keys even while something else has the focus."""
        prompt = self._active_prompt()
        return prompt.query_one("PromptInput", Input) if prompt else None

    def _active_prompt(self) -> Prompt | None:
        """The open prompt, the last one if there are several."""
        return cast("Prompt | None", next(reversed(self.query("Prompt.-open")), None))

    def restore_focus(self) -> None:
        """Focus the open input field, or the default widget without a focus; called before each key."""
        if isinstance(self.focused, Input):
            return
        if field := self.active_field():
            self.set_focus(field, from_app_focus=True)  # does not select its text
        elif self.focused is None:
            self.focus_default()

    def focus_default(self) -> None:
        """Focus the main widget of the screen."""
        self.set_focus(next((widget for widget in self.query(self.AUTO_FOCUS) if widget.focusable), None))

    def handle_unbound_key(self, key: str, character: str | None) -> None:
        """Tell where a key works that does not work here."""
        if self.SCOPE in FORM_SCOPES:
            return
        from emtui.tui.formatting.unbound_key_text import (  # noqa: PLC0415 - start-up time
            layout_text,
            other_screen_text,
        )

        if (text := other_screen_text(self.ctx.keymap, key)) or (
            (text := layout_text(self.ctx.keymap, character)) and self.ctx.terminal.claim_layout_hint()
        ):
            self.say(text)

    def ignores_input_before_paint(self, event: Event) -> bool:  # noqa: ARG002 - subclasses look at it
        """Whether this input was typed before the screen was painted and must be ignored."""
        return False

    def is_low_bandwidth(self) -> bool:
        """Whether the connection to the terminal is slow."""
        return self.ctx.terminal.is_low_bandwidth

    @property
    def is_busy(self) -> bool:
        """Whether this screen is waiting for a response."""
        return False

    async def cancel_prompt(self) -> bool:
        """Close the open prompt and restore its text; false if none is open."""
        prompt = self._active_prompt()
        if prompt:
            await prompt.finish(accepted=False)
        return prompt is not None

    def action_stop(self) -> bool:
        """Cancel the running request; false if there is none."""
        if self._requester is None or not self._requester.stop():
            return False
        self.say(f"Canceled. {self.key_hint('refresh', 'refresh')}.")
        return True

    def watch_problem(self, problem: str) -> None:
        """Show the problem under the header until the next success or Esc."""
        if not self.is_ready:
            return
        line = self.query_one("#trouble", Static)
        line.display = bool(problem)
        line.update(Content.assemble(("! ", "bold $error"), (problem, "bold")))

    def set_zone(self, zone: tzinfo) -> None:
        """Show all times in this zone."""
        self.zone = zone

    def watch_zone(self) -> None:
        """Redraw all times."""
        if self.is_ready:
            self.show_body()
            self.show_header()

    def show_header(self) -> None:
        """Show mode, server and tabs; on the right the time of the last complete response."""
        if not self.is_ready:
            return
        columns, lines = self.app.size
        if columns < MIN_SIZE[0] or lines < MIN_SIZE[1]:
            self.query_one(TopBar).show([(f"Too small: {columns}x{lines}, minimum 58x16", BOLD)])
        else:
            self.query_one(TopBar).show_content(self.bar_content())

    def data_age(self) -> DataAge:
        """Polling state, time of the displayed data, and the zone; a tab is as old as the list."""
        feed, as_of, zone, now = self.ctx.list_feed, self.as_of(), self.zone, self.ctx.clock.now()
        if feed is None and as_of is None:
            return DataAge([], text_format.format_zone_offset(now, zone))
        from emtui.display_text import session_wording  # noqa: PLC0415 - start-up time
        from emtui.tui.formatting import session_text  # noqa: PLC0415 - the same

        past_time = self.ctx.list_state.past_time
        clock = session_wording.TimeContext(now, zone)
        if feed and not past_time and any(tab.scope is self.SCOPE for tab in TABS):
            return session_text.list_age(feed.state, clock)
        warnings: StyledSpans = [("PAUSED  ", BOLD)] if feed and feed.state.is_paused else []
        if feed and feed.state.is_lost:
            warnings.append(("NO DATA  ", ALERT_STYLE))
        elif feed and feed.state.is_stale:
            warnings.append(("STALE  ", ALERT_STYLE))
        if past_time:
            return DataAge([*warnings, (session_wording.past_time_text(past_time, zone), ALERT_STYLE)])
        if as_of is None:
            return DataAge(warnings, text_format.format_zone_offset(now, zone))
        return DataAge(warnings, session_wording.as_of_text(as_of, clock), is_data_time=True)

    def bar_content(self) -> BarContent:
        """What the top bar shows."""
        current = self.ctx.navigator.tab_of(self)
        return BarContent(
            *self.ctx.logon_service.identity(),
            self.data_age(),
            tuple(map(self._bar_tab, TABS)) if current and self.SCOPE not in FORM_SCOPES else (),
            current.name if current else "",
        )

    def _bar_tab(self, tab: Tab) -> BarTab:
        key, assessment = self._tab_label(tab), self.ctx.assessment
        is_counted = tab.scope is CommandScope.ATTENTION
        return BarTab(
            tab.scope.name,
            tab.labels,
            key if tab.scope is self.SCOPE or opens_tab(self.SCOPE, tab) else "",
            text_format.cell_width(key),
            is_counted,
            len(assessment.new_findings) if assessment and is_counted else None,
        )

    def _tab_label(self, tab: Tab) -> str:
        """The label of the key that opens a tab; empty if it is too long for the bar."""
        label = key_label(self.ctx.keymap.tab_key(tab, self.SCOPE))
        return label if text_format.cell_width(label) <= MAX_TAB_KEY_CELLS else ""

    def on_top_bar_tab_clicked(self, event: TopBar.TabClicked) -> None:
        """Open the clicked tab."""
        tab = next(tab for tab in TABS if tab.scope.name == event.name)
        self.app.call_later(self._open_tab, tab)  # as a key does, and not in a screen that it closes

    async def _open_tab(self, tab: Tab) -> None:
        if tab.scope is self.SCOPE or self.active_field():
            return
        if tab.command:
            await self.run_action(tab.command)
        else:
            await self.ctx.navigator.close_above_list()

    async def action_next_tab(self) -> None:
        """Open the next view of the top bar, as its key does; not while text is typed."""
        await self._walk_tabs(1)

    async def action_previous_tab(self) -> None:
        """Open the previous view of the top bar."""
        await self._walk_tabs(-1)

    async def _walk_tabs(self, step: int) -> None:
        current = self.ctx.navigator.tab_of(self)
        if current and self.SCOPE not in FORM_SCOPES:
            await self._open_tab(next_tab(current, step))

    def show_footer(self) -> None:
        """Show the current message, or the keys; on the right the position."""
        if not self.is_ready:
            return
        position, footer = self.position(), self.query_one(FooterLine)
        if self._message:
            footer.say(self._message, position, has_several_sentences=self._has_several_messages)
        else:
            footer.show_hints(self.hints(), position)

    def on_footer_line_hint_clicked(self, event: FooterLine.HintClicked) -> None:
        """Act as if the key of the clicked hint was pressed."""
        from emtui.keys.key_names import parse_key  # noqa: PLC0415 - start-up time: with the mouse only

        key = parse_key(event.key)
        self.app.post_message(
            Key(key, "\r" if key == "enter" else event.key if len(event.key) == 1 else None)
        )

    def hints(self) -> list[tuple[str, str]]:
        """Keys and labels of the footer; those of the prompt while it is open."""
        prompt = self._active_prompt()
        return self.ctx.keymap.footer_hints(prompt.SCOPE if prompt else self.SCOPE)

    def on_resize(self) -> None:
        """Redraw for the new size, without blank lines if it is small."""
        self.set_class(self.size.height < COMPACT_HEIGHT, "-short")
        if self.is_ready:
            self.show_body()
        self.show_header()
        self.show_footer()

    def action_refresh(self) -> None:
        """Send the request now, unless it is already running."""
        if self._requester is None:
            self.say("Nothing to refresh here.")
        elif not self._requester.refresh():
            self.say("Refresh already running (Esc: cancel).")

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Close this screen if it is active; quit if it is the only one.

        The check keeps a late Enter on a closed screen from closing the screen below.
        """
        if not self.is_active:
            return AwaitComplete()
        if self.ctx.navigator.views == [self]:
            self.quit()
            return AwaitComplete()
        if (run := self.current_run) and (log := self.current_log):
            self.ctx.history.add(run, log.events)
        return super().dismiss(result)

    def quit(self) -> None:
        """Quit after this message; keys that follow open no more screens."""
        self.ctx.navigator.close()
        self.call_later(self.run_action, "app.quit")

    def action_pause(self) -> None:
        """Pause or resume polling."""
        feed = self.ctx.list_feed
        if feed is None:
            self.say(NOT_CONNECTED)
            return
        feed.set_paused(not feed.state.is_paused)
        self.say(
            f"Polling paused. {self.key_hint('refresh', 'refresh once')}, {self.key_hint('pause', 'resume')}."
            if feed.state.is_paused
            else "Polling resumed."
        )

    def action_health(self) -> None:
        """Show the connection statistics."""
        if self.ctx.list_feed is None:
            self.say(NOT_CONNECTED)
        else:
            self.ctx.navigator.open_health()

    def action_copy(self) -> None:
        """Copy the row or line under the cursor."""
        self.say("Nothing to copy here.")

    def action_copy_command(self) -> None:
        """Copy the command that opens this view."""
        self.ctx.exporter.copy_open_command(self.ctx.navigator.location, self.SCOPE)

    def action_pager(self) -> None:
        """Show the view as plain text in the user's pager."""
        text = self.plain_text()
        if text:
            self.ctx.exporter.read_in_pager(text)
        else:
            self.say("No text to show here.")

    async def action_acknowledge(self) -> None:
        """Acknowledge the run or alert under the cursor, or undo that."""
        self.say("Nothing to acknowledge here: select a run or an alert.")

    def plain_text(self) -> Callable[[], str] | None:
        """A function that formats this view as plain text (called in a thread); None if there is no text."""
        return None

    @property
    def current_run(self) -> Session | None:
        """The run that this screen shows, or the one under the cursor."""
        return None

    @property
    def current_log(self) -> Log | None:
        """The log of `current_run`, if it was loaded."""
        return None

    def location(self, underlying: Location | None, /) -> Location | None:
        """What is displayed with this screen on top; `underlying` is what the screens below it display."""
        return underlying

    def action_compare(self) -> None:
        """Open the run under the cursor, compared with the last successful one."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session_compared(run)

    def action_compare_with(self) -> None:
        """Open the run under the cursor, compared with a run that the user picks."""
        navigator = self.ctx.navigator
        if run := self._run_to_open():
            navigator.pick_run(run, None, lambda other: navigator.open_session_compared(run, other))

    def action_details(self) -> None:
        """Open all details of the run under the cursor."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session_raw(run, xml=False)

    def _run_to_open(self) -> Session | None:
        """The run under the cursor; shows a message if there is none."""
        run = self.current_run
        if run is None:
            self.say(NO_RUN)
        return run

    async def action_query(self) -> None:
        """Go to the session list and edit the query."""
        await self.ctx.navigator.edit_query()

    async def action_types(self) -> None:
        """Open the overview of types."""
        await self.ctx.navigator.open_overview()

    async def action_timeline(self) -> None:
        """Open the timeline at the run under the cursor."""
        await self.ctx.navigator.open_timeline(self.current_run)

    async def action_alerts(self) -> None:
        """Open the list of alerts."""
        await self.ctx.navigator.open_attention()

    def action_report(self) -> None:
        """Open the reports: ticket, shift summary, bundle."""
        if self.ctx.list_feed and self.ctx.list_state.snapshot:
            self.ctx.navigator.open_report()
        else:
            self.say("Nothing to report yet: session list not loaded.")

    def action_toggle_times(self) -> None:
        """Toggle between clock times and elapsed times."""
        self.say("Elapsed times are available in the session list and in event logs.")

    def action_close(self) -> None:
        """Go back to the previous screen."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Escape: cancel the request, dismiss the problem, or go back."""
        if self.action_stop():
            return
        if self.problem:
            self.problem = ""
        elif not self.end_past_view():
            self.action_close()

    def end_past_view(self) -> bool:
        """Show the newest list again; false if it is shown already."""
        if not self.ctx.past_view().end():
            return False
        self.say("The newest list is shown again.")
        return True
