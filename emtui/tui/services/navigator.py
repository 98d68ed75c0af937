"""Navigation between screens: only the navigator pushes and pops them.

A `ScreenFactory` makes the screens, so that this module does not depend on their classes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from textual.app import App
from textual.screen import Screen

from emtui.keys.tui_commands import PALETTE_SCOPES, TABS, CommandScope
from emtui.tui.launch_options import LaunchOptions

if TYPE_CHECKING:  # startup time, here and in functions: loaded with the first list
    from emtui.em.errors import CertificateUntrustedError
    from emtui.em.model import Log, Session, Uid
    from emtui.local.doc_pages import DocumentationPage
    from emtui.local.remembered_logon import InteractionNeededError, PinnedCertificate, SaveProfileOffer
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed, ListState
    from emtui.monitor.session_feed import SessionFeed
    from emtui.query import SessionRef
    from emtui.triage.findings import Finding
    from emtui.tui.formatting.open_command import Location

NOT_LOADED_YET = "Session list not loaded yet."

AnyScreen: TypeAlias = Screen[Any]
ResultCallback: TypeAlias = "Callable[[Any], None] | Callable[[Any], Awaitable[None]] | None"


class View(Protocol):
    """A screen, as the navigator uses it."""

    @property
    def SCOPE(self) -> CommandScope:  # noqa: N802 - a constant of each class
        """The scope of its commands."""

    def say(self, text: str) -> None:
        """Show a message until the next key."""

    def say_too(self, text: str) -> None:
        """Show another message after the current one."""

    def show_header(self) -> None:
        """Redraw the header line."""

    def location(self, below: Location | None, /) -> Location | None:
        """The location of this screen; `below` is that of the screens under it."""

    @property
    def current_run(self) -> Session | None:
        """The open or selected run."""

    @property
    def current_log(self) -> Log | None:
        """The log of that run, if it was loaded."""


class ListView(View, Protocol):
    """The session list, as the navigator uses it."""

    def select(self, uid: Uid) -> bool:
        """Select this session; return False if it is not shown."""

    def set_query(self, text: str) -> None:
        """Filter the list by this query, and scroll to the top."""

    def neighbor(self, session: Session, direction: str) -> Session | None:
        """Return the run in this direction: `older`, `newer`, `next_row` or `previous_row`."""

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query with a key, such as `type:`."""

    @property
    def is_not_typing(self) -> bool:
        """Whether the query line is closed."""

    def offer_query(self, text: str) -> None:
        """Open the query line with this text."""

    async def action_query(self) -> None:
        """Open the query line with the current query."""

    async def select_finding(self, finding: Finding) -> None:
        """Select the run of a finding."""


class ScreenFactory(Protocol):
    """Creates the screens."""

    def session_list(self, feed: ListFeed) -> AnyScreen:
        """The session list."""

    def session_feed(self, session: Session) -> SessionFeed:
        """The feed of one opened session."""

    def session_detail(self, feed: SessionFeed) -> AnyScreen:
        """One session and its events."""

    def comparison(self, feed: SessionFeed, other: Session | None) -> AnyScreen:
        """Two sessions compared."""

    def raw_view(self, feed: SessionFeed, *, xml: bool) -> AnyScreen:
        """Details and XML of a session."""

    def run_picker(self, session: Session, runs: tuple[Session, ...], nearest: Session | None) -> AnyScreen:
        """A list of runs to compare with."""

    def theme_picker(self) -> AnyScreen:
        """The color themes to choose from."""

    def documentation(self) -> AnyScreen:
        """The pages of the documentation."""

    def documentation_page(self, page: DocumentationPage) -> AnyScreen:
        """One page of the documentation."""

    def overview(self) -> AnyScreen:
        """The types, one line each."""

    def timeline(self, session: Session | None) -> AnyScreen:
        """The runs of all types over time, with this run selected."""

    def attention(self) -> AnyScreen:
        """All alerts."""

    def report(self, session: Session | None, log: Log | None) -> AnyScreen:
        """Tickets, shift summary and bundle."""

    def text_viewer(self, title: str, text: str) -> AnyScreen:
        """A scrollable text."""

    def key_help(self, scope: CommandScope) -> AnyScreen:
        """The help page of a screen."""
        ...

    def health(self) -> AnyScreen:
        """The connection statistics."""
        ...

    def command_palette(self, scope: CommandScope) -> AnyScreen:
        """The command palette."""

    def login(self, *, immediately: bool, failed: InteractionNeededError | None) -> AnyScreen:
        """The login form."""

    def certificate(self, error: CertificateUntrustedError, offer: SaveProfileOffer | None) -> AnyScreen:
        """A certificate, to pin or to reject."""


class Navigator:
    """Owns the screen stack; remembers the alert last visited with `a`."""

    def __init__(
        self, app: App[int], options: LaunchOptions, shown_state: Callable[[], ListState | None]
    ) -> None:
        self._stack = app
        self._shown_state = shown_state
        self._options = options
        self._target = options.target
        self._first_view = None if options.target else options.view
        self._finding: Finding | None = None
        self._is_closed = False

    def use_factory(self, factory: ScreenFactory) -> None:
        """Set the factory; called once, before the first screen is shown."""
        self._factory = factory

    @property
    def _assessment(self) -> Assessment | None:
        state = self._shown_state()
        return state.assessment if state else None

    # --- open screens -------------------------------------------------------------

    @property
    def views(self) -> list[View]:
        """All open screens, the top one last."""
        return [cast("View", screen) for screen in self._stack.screen_stack if hasattr(screen, "SCOPE")]

    @property
    def current_view(self) -> View:
        """The screen on top."""
        return cast("View", self._stack.screen_stack[-1])

    @property
    def list_view(self) -> ListView | None:
        """The session list, if there is one."""
        lists = (cast("ListView", view) for view in self.views if view.SCOPE is CommandScope.SESSION_LIST)
        return next(lists, None)

    @property
    def location(self) -> Location | None:
        """The current view, for the command that opens it."""
        found: Location | None = None
        for view in self.views:
            found = view.location(found)
        return found

    def tab_of(self, view: object) -> CommandScope | None:
        """The tab that this screen belongs to: its own, or else the nearest one below it."""
        tabs = {tab.scope for tab in TABS}
        found: CommandScope | None = None
        for open_view in self.views:
            found = open_view.SCOPE if open_view.SCOPE in tabs else found
            if open_view is view:
                break
        return found

    def is_shown(self, view: object) -> bool:
        """Whether this is the screen on top."""
        return bool(self._stack.screen_stack) and self._stack.screen_stack[-1] is view

    # --- opening and closing ------------------------------------------------------

    def _push(self, screen: AnyScreen, on_result: ResultCallback = None) -> None:
        """Push a screen; call `on_result` with its result."""
        if not self._is_closed:
            self._stack.push_screen(screen, on_result)

    async def _replace(self, screen: AnyScreen) -> None:
        """Show a screen in place of the shown one."""
        if not self._is_closed:
            await self._stack.switch_screen(screen)

    def close(self) -> None:
        """Open no more screens: the application exits, and keys may still follow."""
        self._is_closed = True

    async def ask_to_trust_certificate(
        self, error: CertificateUntrustedError, offer: SaveProfileOffer | None
    ) -> PinnedCertificate | None:
        """Show a certificate; return the pin, or `None` if it was not trusted."""
        return cast(
            "PinnedCertificate | None",
            await self._stack.push_screen_wait(self._factory.certificate(error, offer)),
        )

    def show_list(self, feed: ListFeed) -> None:
        """Show the session list of this feed."""
        self._push(self._factory.session_list(feed))

    def show_login(self, *, immediately: bool = False, failed: InteractionNeededError | None = None) -> None:
        """Show the login form; `immediately` logs on with the saved data, or continues after `failed`."""
        self._push(self._factory.login(immediately=immediately, failed=failed))

    async def close_all(self) -> None:
        """Close all screens and drop the list."""
        while self.views and self.is_shown(self.views[-1]):
            await self._stack.pop_screen()

    async def close_above_list(self) -> None:
        """Close every screen above the list."""
        while self.views and self.list_view and not self.is_shown(self.list_view):
            await self._stack.pop_screen()

    def show_header(self) -> None:
        """Redraw the header line of the current screen."""
        self.current_view.show_header()

    def show_query(self, text: str) -> None:
        """Filter the list by this query, and close every screen above it."""
        if screen := self.list_view:
            screen.set_query(text)
            while not self.is_shown(screen):
                self._stack.pop_screen()

    def open_session(self, session: Session) -> None:
        """Open a session and its events."""
        self._open_feed(session)

    def _open_feed(self, session: Session) -> SessionFeed:
        feed = self._factory.session_feed(session)
        self._push(self._factory.session_detail(feed))
        return feed

    def _new_session_detail(self, session: Session) -> AnyScreen:
        return self._factory.session_detail(self._factory.session_feed(session))

    async def replace_session(self, session: Session, direction: str) -> None:
        """Replace the open session with its neighbor, and select that in the list."""
        screen = self.list_view
        if screen is None or self.current_view.SCOPE is not CommandScope.SESSION_DETAIL:
            return
        found = screen.neighbor(session, direction)
        if found is None:
            target = (
                direction.replace("_", " ") if direction.endswith("_row") else f"{direction} run of this type"
            )
            self.current_view.say(f"No {target} in the list.")
        else:
            screen.select(found.uid)
            await self._replace(self._new_session_detail(found))

    def open_session_compared(self, session: Session, other: Session | None = None) -> None:
        """Open a session compared with `other`, by default the last successful run."""
        self.open_comparison(self._open_feed(session), other)

    def open_comparison(self, feed: SessionFeed, other: Session | None = None) -> None:
        """Compare the open session with another one."""
        self._push(self._factory.comparison(feed, other))

    def open_session_raw(self, session: Session, *, xml: bool) -> None:
        """Open the details or the XML of a session."""
        self.open_raw_view(self._open_feed(session), xml=xml)

    def open_raw_view(self, feed: SessionFeed, *, xml: bool = False) -> None:
        """Open the details or the XML of the open session."""
        self._push(self._factory.raw_view(feed, xml=xml))

    def pick_run(
        self, session: Session, nearest: Session | None, on_picked: Callable[[Session], object]
    ) -> None:
        """Let the user choose a run to compare with; show a message if there is none."""
        from emtui.em.model import Uid
        from emtui.query import ExactSessionRef

        assessment = self._assessment
        if assessment is None:
            self.current_view.say(NOT_LOADED_YET)
            return
        runs = tuple(run for run in assessment.runs_of_type(session.type) if run.uid != session.uid)
        if not runs:
            self.current_view.say(f"No other run of {session.type or 'its type'} is listed.")
            return

        def on_result(uid: str | None) -> None:
            if uid:
                on_picked(self._find_target(ExactSessionRef(Uid(uid))))

        self._push(self._factory.run_picker(session, runs, nearest), on_result)

    def open_theme_picker(self, on_kept: Callable[[str], object]) -> None:
        """Let the user choose a color theme; call `on_kept` with its name unless the old one was restored."""

        def on_result(name: str | None) -> None:
            if name:
                on_kept(name)

        self._push(self._factory.theme_picker(), on_result)

    def open_documentation(self) -> None:
        """Open the list of pages of the documentation."""
        self._push(self._factory.documentation())

    def open_documentation_page(self, page: DocumentationPage) -> None:
        """Open one page of the documentation."""
        self._push(self._factory.documentation_page(page))

    def open_report(self) -> None:
        """Open the reports for the run of the topmost screen that has one."""
        nearest = next((view for view in reversed(self.views) if view.current_run), None)
        run, log = (nearest.current_run, nearest.current_log) if nearest else (None, None)
        self._push(self._factory.report(run, log))

    def open_text(self, title: str, text: str) -> None:
        """Open a scrollable text."""
        self._push(self._factory.text_viewer(title, text))

    def open_key_help(self) -> None:
        """Open the help page of the current screen."""
        self._push(self._factory.key_help(self.current_view.SCOPE))

    def open_health(self) -> None:
        """Open the connection statistics."""
        self._push(self._factory.health())

    def open_command_palette(self, on_command: Callable[[str | None], Awaitable[None]]) -> None:
        """Open the command palette of the current screen; call `on_command` with the typed text."""
        self._push(self._factory.command_palette(self.current_view.SCOPE), on_command)

    async def open_overview(self) -> None:
        """Open the types, one line each."""
        await self._open_above_list(self._factory.overview)

    async def open_timeline(self, session: Session | None = None) -> None:
        """Open the timeline with this run selected, else at the first type."""
        await self._open_above_list(lambda: self._factory.timeline(session))

    async def open_attention(self) -> None:
        """Open the list of alerts."""
        await self._open_above_list(self._factory.attention)

    async def _open_above_list(self, make: Callable[[], AnyScreen]) -> None:
        """Open a screen directly above the list; show a message while there is no assessment."""
        screen = self.list_view
        if screen is None or self._assessment is None:
            self.current_view.say(NOT_LOADED_YET)
            return
        while not self.is_shown(screen) and self.views[-2] is not screen:
            await self._stack.pop_screen()
        if self.is_shown(screen):
            self._push(make())
        else:
            await self._replace(make())

    async def edit_query(self) -> None:
        """Return to the list and open its query line."""
        if screen := self.list_view:
            await self.close_above_list()
            await screen.action_query()

    async def open_next_finding(self) -> None:
        """Go to the next alert: its row in the list, or its run if a session is open."""
        screen, assessment = self.list_view, self._assessment
        if screen is None or assessment is None:
            self.current_view.say(NOT_LOADED_YET)
            return
        is_wrapping = assessment.is_last_finding(self._finding)
        finding = self._finding = assessment.next_finding(self._finding)
        if finding is None:
            self.current_view.say("Nothing needs attention.")
            return
        await screen.select_finding(finding)
        run = assessment.run_of_finding(finding)
        while not self.is_shown(screen) and not (
            self.current_view.SCOPE is CommandScope.SESSION_DETAIL and run
        ):
            await self._stack.pop_screen()
        if run and not self.is_shown(screen):
            await self._replace(self._new_session_detail(run))
        if is_wrapping:
            self.current_view.say_too("Continued from the first alert.")

    # --- by name --------------------------------------------------------------------

    def find_session(self, text: str) -> Session:
        """Find the session that this text names.

        Raises `InvalidQueryError`, `NoMatchingSessionError` and `AmbiguousSessionError`.
        """
        from emtui.query import find_session_ref

        return self._find_target(find_session_ref(text))

    def _find_target(self, target: SessionRef) -> Session:
        """Find a session; one that is not listed has only its ID."""
        from emtui.em.model import Session
        from emtui.query import ExactSessionRef, find_session

        state = self._shown_state()
        snapshot = state.snapshot if state else None
        if isinstance(target, ExactSessionRef):
            listed = snapshot.find(target.uid) if snapshot else None
            return listed or Session(target.uid, is_complete=False)
        return find_session(target, snapshot.sessions if snapshot else ())

    def open_by_name(self, text: str, compare_with: str | None = None, view_name: str | None = None) -> None:
        """Open the session that this text names, optionally in a view or compared with another one.

        Shows a message if there is no such session.
        """
        from emtui.query import (
            LAST_SUCCESSFUL,
            AmbiguousSessionError,
            InvalidQueryError,
            NoMatchingSessionError,
        )

        screen = self.list_view
        if screen is None:
            return
        try:
            session = self.find_session(text)
            other = (
                self.find_session(compare_with) if compare_with and compare_with != LAST_SUCCESSFUL else None
            )
        except (InvalidQueryError, NoMatchingSessionError, AmbiguousSessionError) as error:
            self.current_view.say(str(error))
            return
        screen.select(session.uid)
        if compare_with:
            self.open_session_compared(session, other)
        elif view_name:
            self.open_session_raw(session, xml=view_name == "xml")
        else:
            self.open_session(session)

    def handle_paste(self, text: str) -> None:
        """Open the run that a pasted text names; offer any other text as a query.

        A line that contains one GUID names that run, unless it is a query with a key, such as `id:`.
        A paste outside a text field is never run as keys.
        """
        screen = self.list_view
        line = " ".join(text.split())
        has_several_lines = len(text.strip().splitlines()) > 1
        if screen is None or not line or self.current_view.SCOPE not in PALETTE_SCOPES:
            return
        from emtui.query import InvalidQueryError, SeveralSessionsNamedError, find_session_ref, is_session_ref

        if not is_session_ref(line) and (has_several_lines or screen.has_query_key(line)):
            self._offer_as_query(screen, line)
            return
        try:
            find_session_ref(line)
        except SeveralSessionsNamedError as error:
            self.current_view.say(str(error))
        except InvalidQueryError:
            self._offer_as_query(screen, line)
        else:
            self.open_by_name(line)

    def _offer_as_query(self, screen: ListView, text: str) -> None:
        if self.is_shown(screen):
            screen.offer_query(text)
        else:
            self.current_view.say("Pasted text is not a session ID.")

    # --- startup ------------------------------------------------

    def open_start_target(self) -> None:
        """Open the session given at startup, once."""
        target, self._target = self._target, None
        if target:
            self.open_by_name(target, self._options.compare_with, self._options.view)

    def open_first_view(self) -> None:
        """Open the view given at startup, once, unless the user has opened another screen meanwhile."""
        view, self._first_view = self._first_view, None
        if view and self.list_view and self.is_shown(self.list_view) and self.list_view.is_not_typing:
            self._push(self._first_screen(view))

    def _first_screen(self, view: str) -> AnyScreen:
        if view == "timeline":
            return self._factory.timeline(None)
        return self._factory.overview() if view == "types" else self._factory.attention()
