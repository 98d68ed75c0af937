"""What every screen has: who and where on the first line, trouble under it, keys on the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.content import Content
from textual.events import Event
from textual.geometry import Offset
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from emtui import text_format
from emtui.tui.commands import (
    FORM_SCOPES,
    CommandScope,
    bindings_for,
    find_session_command,
    footer_hints,
    is_non_latin_key,
    key_label,
)
from emtui.tui.context import AppContext
from emtui.tui.terminal.app_base import is_being_removed, unwatch
from emtui.tui.theme import ALERT_STYLE, BOLD, CURSOR_STYLE, PLAIN
from emtui.tui.widgets.status_line import FooterLine, StatusLine
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList

if TYPE_CHECKING:
    from emtui.em.model import Log, Session
    from emtui.monitor.list_feed import ListState
    from emtui.tui.formatting.open_command import Location
    from emtui.tui.widgets.prompt import Prompt

NO_RUN = "There is no run to open."
COMPACT_HEIGHT = 20
"""Below this many lines a screen has no blank ones."""
MIN_SIZE = (40, 10)
"""Below so many columns or lines nothing can be read any more; 58×16 is what everything is made for."""
LAYOUT_HINT = (
    "switch to a Latin keyboard layout, or use the arrow keys, Enter, Esc, F1 (help), F5 (refresh);"
    " ctrl+c twice leaves."
)
HINT_SPACING = 2
"""Blanks between two hints of the footer."""


class Requester(Protocol):
    """What makes requests, such as a feed."""

    def refresh(self) -> bool:
        """Request it now; false if it is requested already."""
        ...

    def stop(self) -> bool:
        """Give up what is requested; false if nothing is."""
        ...


class BaseScreen(Screen[Any]):
    """A view with a first line, a place for trouble, a body and a footer."""

    SCOPE: ClassVar[CommandScope]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.EVERY_VIEW)
    AUTO_FOCUS = "VirtualList"

    zone: var[tzinfo] = var[tzinfo](UTC)
    problem: var[str] = var("")

    def __init__(self, ctx: AppContext, requester: Requester | None = None) -> None:
        """`requests` makes the requests for what this screen shows."""
        super().__init__()
        self._requester = requester
        self.ctx = ctx
        self.set_reactive(BaseScreen.zone, ctx.clock.zone)
        self._message = ""
        self._has_several_messages = False

    @property
    def is_ready(self) -> bool:
        """Whether there is something to draw on: until the page is taken away, or the app ends."""
        return len(self.children) > 0 and self.app.is_running and not is_being_removed(self)

    def compose(self) -> ComposeResult:
        """First line, trouble, body, footer."""
        yield StatusLine(id="top")
        yield Static(id="trouble", markup=False)
        yield from self.compose_body()
        yield FooterLine(id="foot")

    def compose_body(self) -> Iterable[Widget]:
        """What this page is about."""
        return ()

    def on_mount(self) -> None:
        """Draw the lines around the body."""
        self.watch(self.app, "zone", self.set_zone, init=False)
        self.watch(self.app, "list_state", self._on_list_state, init=False)
        if self.is_ready:
            self.show_body()
        self.show_header()
        self.show_footer()

    def on_unmount(self) -> None:
        """Let the application go: else it would keep this page, and what was read for it."""
        unwatch(self.app, self)

    def as_of(self) -> datetime | None:
        """When the server said what this page shows."""
        return None

    def _on_list_state(self, before: ListState | None, state: ListState | None) -> None:
        if state is not None:
            self.handle_list_state(before, state)

    def handle_list_state(self, before: ListState | None, state: ListState) -> None:
        """The list is another, or is known otherwise: show what is another than before."""
        if before is None:
            return
        if state.is_paused is not before.is_paused:
            self.set_paused(state.is_paused)
        if state.health.freshness is not before.health.freshness:
            self.show_header()
        if state.assessment is not before.assessment:
            self.handle_assessment()
        if state.resume_count > before.resume_count:
            self.handle_resume()

    def show_body(self) -> None:
        """Draw what depends on the assessment, the zone or the size: at the start, and when one changes."""

    def handle_assessment(self) -> None:
        """Called when the list was assessed, or something was acknowledged."""
        if self.is_ready:
            self.show_body()

    def set_paused(self, _: bool) -> None:
        """Polling is paused, or goes on: the first line says so."""
        self.show_header()

    def handle_resume(self) -> None:
        """Called when this computer slept, or emtui was stopped: what the page shows may be old."""

    def position(self) -> str:
        """Where the cursor stands, for the end of the footer."""
        return ""

    def say(self, text: str) -> None:
        """One sentence in the footer, until the next key."""
        self._message, self._has_several_messages = text, False
        self.show_footer()

    def say_too(self, text: str) -> None:
        """One sentence more, after what is said already: neither takes the other away."""
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
        """Whether a password may be typed on this page."""
        return self.SCOPE in (CommandScope.LOGIN, CommandScope.CERTIFICATE)

    def idle_caret(self) -> Offset:
        """Where the terminal's cursor belongs while nothing has the focus: in the first list."""
        lines = next(iter(self.query(VirtualList)), None)
        return lines.caret() if lines is not None and lines.display else Offset(0, 0)

    def handle_user_activity(self) -> None:
        """A key was pressed: what was said has been read."""
        if self._message:
            self.say("")

    def active_field(self) -> Input | None:
        """The field that is open: whatever has the focus, keys are meant for it."""
        prompt = self._active_prompt()
        return prompt.query_one("PromptInput", Input) if prompt else None

    def _active_prompt(self) -> Prompt | None:
        """The line that one types in, the last one if there are several."""
        return cast("Prompt | None", next(reversed(self.query("Prompt.-open")), None))

    def restore_focus(self) -> None:
        """A field that is open has the focus before each key, and something always has it."""
        if isinstance(self.focused, Input):
            return
        if field := self.active_field():
            self.set_focus(field, from_app_focus=True)  # nothing of it is selected by that
        elif self.focused is None:
            self.focus_default()

    def focus_default(self) -> None:
        """The focus is nowhere: it belongs to what the page is about."""
        self.set_focus(next((widget for widget in self.query(self.AUTO_FOCUS) if widget.focusable), None))

    def handle_unbound_key(self, key: str, character: str | None) -> None:
        """Say where a key does something that does nothing here."""
        if self.SCOPE in FORM_SCOPES:
            return
        command = find_session_command(key)
        if command:
            self.say(f"{key_label(key)} does nothing here. {command.scope.value}: {command.description}.")
        elif character and is_non_latin_key(character) and self.ctx.terminal.claim_layout_hint():
            self.say(f"{character} is not a command: {LAYOUT_HINT}")

    def ignores_input_before_paint(self, event: Event) -> bool:  # noqa: ARG002 - subclasses look at it
        """Whether this input is older than what the page shows, and must not be used."""
        return False

    def is_low_bandwidth(self) -> bool:
        """Whether the line to the terminal wants care."""
        return self.ctx.terminal.is_low_bandwidth

    @property
    def is_busy(self) -> bool:
        """Whether this page is asking for something."""
        return False

    async def cancel_prompt(self) -> bool:
        """Close the line that one types in, as it was before; false if none is open."""
        prompt = self._active_prompt()
        if prompt:
            await prompt.finish(accepted=False)
        return prompt is not None

    def action_stop(self) -> bool:
        """Stop what is running; false if nothing is."""
        if self._requester is None or not self._requester.stop():
            return False
        self.say("Stopped. r asks again.")
        return True

    def watch_problem(self, problem: str) -> None:
        """A failure stays under the first line until the next success, or Esc."""
        if not self.is_ready:
            return
        line = self.query_one("#trouble", Static)
        line.display = bool(problem)
        line.update(Content.assemble(("! ", "bold $error"), (problem, "bold")))

    def set_zone(self, zone: tzinfo) -> None:
        """Show all times in this zone from now on."""
        self.zone = zone

    def watch_zone(self) -> None:
        """Other times everywhere."""
        if self.is_ready:
            self.show_body()
            self.show_header()

    def show_header(self) -> None:
        """Mark, profile, host and user; at the right the absolute time of the last complete answer."""
        if not self.is_ready:
            return
        columns, lines = self.app.size
        if columns < MIN_SIZE[0] or lines < MIN_SIZE[1]:
            self.query_one("#top", StatusLine).show(
                [(f"{columns}×{lines} is too small: 58×16 at least", BOLD)]
            )
        else:
            self.query_one("#top", StatusLine).show(self._identity_spans(), self.freshness_spans())

    def freshness_spans(self) -> StyledSpans:
        """How old what is shown is: the absolute time of the last complete answer; the zone in any case."""
        as_of, zone = self.as_of(), self.zone
        spans: StyledSpans = []
        if feed := self.ctx.list_feed:
            spans = [("PAUSED  ", BOLD)] if feed.state.is_paused else []
            if feed.state.is_lost:
                spans.append(("BLIND  ", ALERT_STYLE))
            elif feed.state.is_stale:
                spans.append(("STALE  ", ALERT_STYLE))
        if as_of:
            from emtui.tui.formatting import session_columns, session_text  # noqa: PLC0415 - start-up time

            clock = session_columns.TimeContext(self.ctx.clock.now(), zone)
            spans.append((session_text.as_of_text(as_of, clock), PLAIN))
        else:
            spans.append((text_format.format_zone_offset(self.ctx.clock.now(), zone), PLAIN))
        return spans

    def _identity_spans(self) -> StyledSpans:
        mode_label, profile, *rest = self.ctx.logon_service.identity()
        spans: StyledSpans = [(f" {mode_label} ", CURSOR_STYLE), ("  ", PLAIN)] if mode_label else []
        if profile:
            spans.append((f"{profile}  ", BOLD))
        return [*spans, ("  ".join(part for part in rest if part), PLAIN)]

    def show_footer(self) -> None:
        """What was just said, else the keys; at the right the position."""
        if not self.is_ready:
            return
        position, footer = self.position(), self.query_one(FooterLine)
        if self._message:
            footer.say(self._message, position, has_several_sentences=self._has_several_messages)
        else:
            footer.show_keys(self._hint_spans(text_format.cell_width(position)), position)

    def _hint_spans(self, reserved_cells: int) -> StyledSpans:
        """As many hints as fit whole."""
        spans: StyledSpans = []
        for key, label in fit_hints(self.hints(), self.size.width - reserved_cells):
            spans += [(f"{key} ", BOLD), (label, PLAIN), (" " * HINT_SPACING, PLAIN)]
        return spans[:-1]

    def hints(self) -> list[tuple[str, str]]:
        """Key and word, in their order; those of the prompt while it is open."""
        prompt = self._active_prompt()
        return footer_hints(prompt.SCOPE if prompt else self.SCOPE)

    def on_resize(self) -> None:
        """As many hints as now fit; no blank lines where there is little room."""
        self.set_class(self.size.height < COMPACT_HEIGHT, "-short")
        if self.is_ready:
            self.show_body()
        self.show_header()
        self.show_footer()

    def action_refresh(self) -> None:
        """Ask the server now, never twice at once."""
        if self._requester is None:
            self.say("Nothing on this page comes from the server.")
        elif not self._requester.refresh():
            self.say("Already asking; Esc stops it.")

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Go, but only once: a late Enter of a page that has gone would take away the one beneath.

        Behind the only page there is nothing: with it emtui ends.
        """
        if not self.is_active:
            return AwaitComplete()
        if self.ctx.navigator.views == [self]:
            self.call_later(self.run_action, "app.quit")
            return AwaitComplete()
        return super().dismiss(result)

    def action_pause(self) -> None:
        """Request nothing until the next p or r; or go on."""
        feed = self.ctx.list_feed
        if feed is None:
            self.say("Nothing is asked for yet.")
            return
        feed.set_paused(not feed.state.is_paused)
        self.say("Paused: r asks once, p goes on." if feed.state.is_paused else "Going on.")

    def action_health(self) -> None:
        """How well the server is known, and what requests cost it."""
        if self.ctx.list_feed is None:
            self.say("Nothing is known yet: log on first.")
        else:
            self.ctx.navigator.open_health()

    def action_copy(self) -> None:
        """Copy what the cursor stands on."""
        self.say("There is nothing to copy on this page.")

    def action_copy_command(self) -> None:
        """Copy the command that opens this view."""
        self.ctx.exporter.copy_open_command(self.ctx.navigator.location, self.SCOPE)

    def action_pager(self) -> None:
        """The view as plain text, in the person's own pager."""
        text = self.plain_text()
        if text:
            self.ctx.exporter.read_in_pager(text)
        else:
            self.say("There is no text to show on this page.")

    async def action_acknowledge(self) -> None:
        """Mark what the cursor stands on as known, or no more."""
        self.say("There is nothing to mark on this page: m is for runs and what needs you.")

    def plain_text(self) -> Callable[[], str] | None:
        """What makes a text of this view, in a thread; nothing where there is no text."""
        return None

    @property
    def current_run(self) -> Session | None:
        """The run that this page is about, or that the cursor stands on."""
        return None

    @property
    def current_log(self) -> Log | None:
        """The log of that run, where it was read."""
        return None

    def location(self, underlying: Location | None, /) -> Location | None:
        """What is shown with this screen, above what is shown without it."""
        return underlying

    def action_compare(self) -> None:
        """Open the run under the cursor, compared with the last successful one."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session_compared(run)

    def action_compare_with(self) -> None:
        """Open the run under the cursor, compared with one that is chosen."""
        navigator = self.ctx.navigator
        if run := self._run_to_open():
            navigator.pick_run(run, None, lambda other: navigator.open_session_compared(run, other))

    def action_details(self) -> None:
        """Open all details of the run under the cursor."""
        if run := self._run_to_open():
            self.ctx.navigator.open_session_raw(run, xml=False)

    def _run_to_open(self) -> Session | None:
        """The run under the cursor; where there is none, that is said."""
        run = self.current_run
        if run is None:
            self.say(NO_RUN)
        return run

    async def action_query(self) -> None:
        """Go to the list and filter it."""
        await self.ctx.navigator.edit_query()

    async def action_types(self) -> None:
        """One line per type."""
        await self.ctx.navigator.open_overview()

    async def action_alerts(self) -> None:
        """All alerts."""
        await self.ctx.navigator.open_attention()

    def action_report(self) -> None:
        """Open the reports: a ticket, a summary, a bundle."""
        if self.ctx.list_feed and self.ctx.list_state.snapshot:
            self.ctx.navigator.open_report()
        else:
            self.say("There is nothing to hand over before the list has come.")

    def action_toggle_times(self) -> None:
        """Times as clock, or as what has elapsed."""
        self.say("Only the list and the events show times in two ways.")

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Stop what is running, else take the trouble away, else go back."""
        if self.action_stop():
            return
        if self.problem:
            self.problem = ""
        else:
            self.action_close()


def fit_hints(hints: list[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """The hints that fit: the last two come first, then the others in their order."""

    def cells(hint: tuple[str, str]) -> int:
        return text_format.cell_width(" ".join(hint)) + HINT_SPACING

    last_hints = hints[-2:]
    room -= sum(map(cells, last_hints))
    for index, hint in enumerate(hints[:-2]):
        room -= cells(hint)
        if room < 0:
            return [*hints[:index], *last_hints]
    return hints
