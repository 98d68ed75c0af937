"""From screen to screen: the only one that pushes and pops them.

A `ScreenFactory` makes the screens, so that nothing here knows their classes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from textual.app import App
from textual.screen import Screen

from emtui.tui.commands import SESSION_SCOPES, CommandScope
from emtui.tui.launch_options import LaunchOptions

if TYPE_CHECKING:  # start-up time, here and in functions: loaded with the first list
    from emtui.em.errors import CertificateUntrustedError
    from emtui.em.model import Log, Session, Uid
    from emtui.local.remembered_logon import InteractionNeededError, PinnedCertificate, SaveProfileOffer
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed
    from emtui.monitor.session_feed import SessionFeed
    from emtui.query import SessionRef
    from emtui.triage.findings import Finding
    from emtui.tui.formatting.open_command import Location

NO_LIST_YET = "Nothing is known yet."
NOT_ASSESSED_YET = "There is no list to think about yet."

AnyScreen: TypeAlias = Screen[Any]
ResultCallback: TypeAlias = "Callable[[Any], None] | Callable[[Any], Awaitable[None]] | None"


class View(Protocol):
    """What every screen of ours is to the navigator."""

    @property
    def SCOPE(self) -> CommandScope:  # noqa: N802 - a constant of each class
        """Which one it is."""

    def say(self, text: str) -> None:
        """Show one sentence until the next key."""

    def say_too(self, text: str) -> None:
        """Show one sentence more."""

    def show_header(self) -> None:
        """Draw the first line."""

    def location(self, below: Location | None, /) -> Location | None:
        """What is shown with it, above what is shown without it."""

    @property
    def current_run(self) -> Session | None:
        """The run that it is about, or that the cursor is on."""

    @property
    def current_log(self) -> Log | None:
        """The log of that run, where it was read."""


class ListView(View, Protocol):
    """The list of sessions, to the navigator."""

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it is not shown."""

    def set_query(self, text: str) -> None:
        """Show what matches this query, the first row on top."""

    def neighbor(self, session: Session, direction: str) -> Session | None:
        """The run older, newer, or in the next or previous row."""

    def has_query_key(self, text: str) -> bool:
        """Whether this text is a query that names a field."""

    @property
    def is_not_typing(self) -> bool:
        """Whether nobody is typing a query."""

    def offer_query(self, text: str) -> None:
        """Open the query line with this text."""

    async def action_query(self) -> None:
        """Open the query line with the query that the list has."""

    async def select_finding(self, finding: Finding) -> None:
        """Put the cursor on the run that a finding is about."""


class ScreenFactory(Protocol):
    """Makes each screen, with what it needs of the application."""

    def session_list(self, feed: ListFeed) -> AnyScreen:
        """The list."""

    def session_feed(self, session: Session) -> SessionFeed:
        """What is known of a session that is opened."""

    def session_detail(self, feed: SessionFeed) -> AnyScreen:
        """One session and its events."""

    def comparison(self, feed: SessionFeed, other: Session | None) -> AnyScreen:
        """One session beside another one."""

    def raw_view(self, feed: SessionFeed, *, xml: bool) -> AnyScreen:
        """What the server said of a session."""

    def run_picker(self, session: Session, runs: tuple[Session, ...], nearest: Session | None) -> AnyScreen:
        """The runs to compare one with."""

    def overview(self) -> AnyScreen:
        """One line per type."""

    def attention(self) -> AnyScreen:
        """All findings."""

    def report(self, session: Session | None, log: Log | None) -> AnyScreen:
        """Tickets, shift summary and bundle."""

    def text_viewer(self, title: str, text: str) -> AnyScreen:
        """A text to scroll in."""

    def key_help(self, scope: CommandScope) -> AnyScreen:
        """The keys of a screen."""
        ...

    def health(self) -> AnyScreen:
        """How well the server is known."""
        ...

    def command_palette(self, scope: CommandScope) -> AnyScreen:
        """The commands by name."""

    def login(self, *, immediately: bool, failed: InteractionNeededError | None) -> AnyScreen:
        """Where somebody logs on."""

    def certificate(self, error: CertificateUntrustedError, offer: SaveProfileOffer | None) -> AnyScreen:
        """A certificate that a person may trust."""


class Navigator:
    """Owns which screens are open; remembers the finding that `a` led to last."""

    def __init__(self, app: App[int], options: LaunchOptions) -> None:
        self._stack = app
        self._options = options
        self._target = options.target
        self._first_view = None if options.target else options.view
        self._finding: Finding | None = None
        self._feed: ListFeed | None = None

    def use_factory(self, factory: ScreenFactory) -> None:
        """Make screens with this; called once, before the first one is shown."""
        self._factory = factory

    @property
    def _assessment(self) -> Assessment | None:
        return self._feed.state.assessment if self._feed else None

    # --- what is open -------------------------------------------------------------

    @property
    def views(self) -> list[View]:
        """All screens of ours, the one that is shown last."""
        return [cast("View", screen) for screen in self._stack.screen_stack if hasattr(screen, "SCOPE")]

    @property
    def current_view(self) -> View:
        """The screen that is shown; all are ours."""
        return cast("View", self._stack.screen_stack[-1])

    @property
    def list_view(self) -> ListView | None:
        """The list, if somebody is logged on."""
        lists = (cast("ListView", view) for view in self.views if view.SCOPE is CommandScope.SESSION_LIST)
        return next(lists, None)

    @property
    def location(self) -> Location | None:
        """What is shown, as a command can name it."""
        found: Location | None = None
        for view in self.views:
            found = view.location(found)
        return found

    def is_shown(self, view: object) -> bool:
        """Whether this is the screen that is shown."""
        return bool(self._stack.screen_stack) and self._stack.screen_stack[-1] is view

    # --- from screen to screen ------------------------------------------------------

    def _push(self, screen: AnyScreen, on_result: ResultCallback = None) -> None:
        """Show a screen above; call `then` with what it ends with."""
        self._stack.push_screen(screen, on_result)

    async def ask_to_trust_certificate(
        self, error: CertificateUntrustedError, offer: SaveProfileOffer | None
    ) -> PinnedCertificate | None:
        """Show a certificate until a person pins it or leaves."""
        return cast(
            "PinnedCertificate | None",
            await self._stack.push_screen_wait(self._factory.certificate(error, offer)),
        )

    def show_list(self, feed: ListFeed) -> None:
        """The list that this feed has."""
        self._feed = feed
        self._push(self._factory.session_list(feed))

    def show_login(self, *, immediately: bool = False, failed: InteractionNeededError | None = None) -> None:
        """The login; `immediately` it goes on with what is known, or with what `failed`."""
        self._push(self._factory.login(immediately=immediately, failed=failed))

    async def close_all(self) -> None:
        """Take away every screen of ours, and forget the list."""
        self._feed = None
        while self.views and self.is_shown(self.views[-1]):
            await self._stack.pop_screen()

    async def close_above_list(self) -> None:
        """Take away every screen above the list."""
        while self.views and self.list_view and not self.is_shown(self.list_view):
            await self._stack.pop_screen()

    def show_header(self) -> None:
        """Draw the first line of the screen that is shown."""
        self.current_view.show_header()

    def show_query(self, text: str) -> None:
        """The list with this query, and nothing above it."""
        if screen := self.list_view:
            screen.set_query(text)
            while not self.is_shown(screen):
                self._stack.pop_screen()

    def open_session(self, session: Session) -> None:
        """One session and its events."""
        self._open_feed(session)

    def _open_feed(self, session: Session) -> SessionFeed:
        feed = self._factory.session_feed(session)
        self._push(self._factory.session_detail(feed))
        return feed

    def _new_session_detail(self, session: Session) -> AnyScreen:
        return self._factory.session_detail(self._factory.session_feed(session))

    async def replace_session(self, session: Session, direction: str) -> None:
        """Another session in place of the one that is shown; the list follows."""
        screen = self.list_view
        if screen is None or self.current_view.SCOPE is not CommandScope.SESSION_DETAIL:
            return
        found = screen.neighbor(session, direction)
        if found is None:
            self.current_view.say(f"There is no {direction.replace('_', ' ')} in the list.")
        else:
            screen.select(found.uid)
            await self._stack.switch_screen(self._new_session_detail(found))

    def open_session_compared(self, session: Session, other: Session | None = None) -> None:
        """One session, compared with another one: the last successful one, unless given."""
        self.open_comparison(self._open_feed(session), other)

    def open_comparison(self, feed: SessionFeed, other: Session | None = None) -> None:
        """The session that is open, compared with another one."""
        self._push(self._factory.comparison(feed, other))

    def open_session_raw(self, session: Session, *, xml: bool) -> None:
        """One session, at what the server said of it."""
        self.open_raw_view(self._open_feed(session), xml=xml)

    def open_raw_view(self, feed: SessionFeed, *, xml: bool = False) -> None:
        """What the server said of the session that is open."""
        self._push(self._factory.raw_view(feed, xml=xml))

    def pick_run(
        self, session: Session, nearest: Session | None, on_picked: Callable[[Session], object]
    ) -> None:
        """Let the person choose a run to compare this one with; where there is none, say so."""
        from emtui.em.model import Uid
        from emtui.query import ExactSessionRef

        assessment = self._assessment
        if assessment is None:
            self.current_view.say("The list has not been read yet.")
            return
        runs = tuple(run for run in assessment.runs_of_type(session.type) if run.uid != session.uid)
        if not runs:
            self.current_view.say(f"No other run of {session.type or 'its type'} is listed.")
            return

        def on_result(uid: str | None) -> None:
            if uid:
                on_picked(self._find_target(ExactSessionRef(Uid(uid))))

        self._push(self._factory.run_picker(session, runs, nearest), on_result)

    def open_report(self) -> None:
        """Reports about the run of the screen that is shown, or of the nearest one below that has one."""
        nearest = next((view for view in reversed(self.views) if view.current_run), None)
        run, log = (nearest.current_run, nearest.current_log) if nearest else (None, None)
        self._push(self._factory.report(run, log))

    def open_text(self, title: str, text: str) -> None:
        """A text to scroll in."""
        self._push(self._factory.text_viewer(title, text))

    def open_key_help(self) -> None:
        """The keys of the screen that is shown."""
        self._push(self._factory.key_help(self.current_view.SCOPE))

    def open_health(self) -> None:
        """How well the server is known."""
        self._push(self._factory.health())

    def open_command_palette(self, on_command: Callable[[str | None], Awaitable[None]]) -> None:
        """The commands of the screen that is shown, by name; call `then` with what was typed."""
        self._push(self._factory.command_palette(self.current_view.SCOPE), on_command)

    async def open_overview(self) -> None:
        """One line per type."""
        await self._open_above_list(self._factory.overview)

    async def open_attention(self) -> None:
        """All findings."""
        await self._open_above_list(self._factory.attention)

    async def _open_above_list(self, make: Callable[[], AnyScreen]) -> None:
        """Show what is made of an assessment right above the list; before there is one, say so."""
        screen = self.list_view
        if screen is None or self._assessment is None:
            self.current_view.say(NOT_ASSESSED_YET)
            return
        while not self.is_shown(screen) and self.views[-2] is not screen:
            await self._stack.pop_screen()
        if self.is_shown(screen):
            await self._stack.push_screen(make())
        else:
            await self._stack.switch_screen(make())

    async def edit_query(self) -> None:
        """The list, with its query open to be typed."""
        if screen := self.list_view:
            await self.close_above_list()
            await screen.action_query()

    async def open_next_finding(self) -> None:
        """The next finding: its row in the list, or its run where one is open."""
        screen, assessment = self.list_view, self._assessment
        if screen is None or assessment is None:
            self.current_view.say(NO_LIST_YET)
            return
        is_wrapping = assessment.is_last_finding(self._finding)
        finding = self._finding = assessment.next_finding(self._finding)
        if finding is None:
            self.current_view.say("Nothing needs you.")
            return
        await screen.select_finding(finding)
        run = assessment.run_of_finding(finding)
        while not self.is_shown(screen) and not (
            self.current_view.SCOPE is CommandScope.SESSION_DETAIL and run
        ):
            await self._stack.pop_screen()
        if run and not self.is_shown(screen):
            await self._stack.switch_screen(self._new_session_detail(run))
        if is_wrapping:
            self.current_view.say_too("Continued from the first alert.")

    # --- by name --------------------------------------------------------------------

    def find_session(self, text: str) -> Session:
        """The session that this text names; raises `InvalidQueryError`, `NoMatchingSessionError` and `AmbiguousSessionError`."""
        from emtui.query import find_session_ref

        return self._find_target(find_session_ref(text))

    def _find_target(self, target: SessionRef) -> Session:
        """The session that is meant; one that the list does not have is known by its ID alone."""
        from emtui.em.model import Session
        from emtui.query import ExactSessionRef, find_session

        snapshot = self._feed.state.snapshot if self._feed else None
        if isinstance(target, ExactSessionRef):
            listed = snapshot.find(target.uid) if snapshot else None
            return listed or Session(target.uid, is_complete=False)
        return find_session(target, snapshot.sessions if snapshot else ())

    def open_by_name(self, text: str, compare_with: str | None = None, view_name: str | None = None) -> None:
        """Open the session that this text names, in this view or beside another one if told.

        Else say what is wrong.
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
        """Open the run that a pasted text names; anything else is offered as a query.

        It names one if it is one line with one GUID, too, unless it is a query with a key, such as `id:`.
        A paste outside a field is never run as keys.
        """
        screen = self.list_view
        line = " ".join(text.split())
        has_several_lines = len(text.strip().splitlines()) > 1
        if screen is None or not line or self.current_view.SCOPE not in SESSION_SCOPES:
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
            self.current_view.say("What was pasted is no ID; on the list it would be a query.")

    # --- what emtui was started with ------------------------------------------------

    def open_start_target(self) -> None:
        """Open the session that emtui was started with, once."""
        target, self._target = self._target, None
        if target:
            self.open_by_name(target, self._options.compare_with, self._options.view)

    def open_first_view(self) -> None:
        """Open the screen above the list that emtui was started with, once, if nobody has gone elsewhere."""
        view, self._first_view = self._first_view, None
        if view and self.list_view and self.is_shown(self.list_view) and self.list_view.is_not_typing:
            self._push(self._factory.overview() if view == "types" else self._factory.attention())
