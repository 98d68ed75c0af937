"""From screen to screen: the only one that pushes and pops them.

A `ScreenFactory` makes the screens, so that nothing here knows their classes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from textual.app import App
from textual.screen import Screen

from emtui.tui.commands import OF_SESSIONS, Place
from emtui.tui.launch_options import LaunchOptions

if TYPE_CHECKING:  # start-up time, here and in functions: loaded with the first list
    from emtui.em.errors import Untrusted
    from emtui.em.model import Log, Session, Uid
    from emtui.local.remembered_logon import InteractionNeededError, Offer, Pinned
    from emtui.monitor.assessment import Assessment
    from emtui.monitor.list_feed import ListFeed
    from emtui.monitor.session_feed import SessionFeed
    from emtui.query import Target
    from emtui.triage.findings import Finding
    from emtui.tui.formatting.open_command import Location

LIST_FIRST = "Nothing is known yet."
NOT_ASSESSED = "There is no list to think about yet."

AnyScreen: TypeAlias = Screen[Any]
Then: TypeAlias = "Callable[[Any], None] | Callable[[Any], Awaitable[None]] | None"


class View(Protocol):
    """What every screen of ours is to the navigator."""

    @property
    def PLACE(self) -> Place:  # noqa: N802 - a constant of each class
        """Which one it is."""

    def say(self, text: str) -> None:
        """Show one sentence until the next key."""

    def say_too(self, text: str) -> None:
        """Show one sentence more."""

    def show_top(self) -> None:
        """Draw the first line."""

    def location(self, below: Location | None, /) -> Location | None:
        """What is shown with it, above what is shown without it."""

    @property
    def run_here(self) -> Session | None:
        """The run that it is about, or that the cursor is on."""

    @property
    def log_here(self) -> Log | None:
        """The log of that run, where it was read."""


class ListView(View, Protocol):
    """The list of sessions, to the navigator."""

    def select(self, uid: Uid) -> bool:
        """Put the cursor on this session; false if it is not shown."""

    def narrow(self, text: str) -> None:
        """Show what matches this query, the first row on top."""

    def neighbour(self, session: Session, way: str) -> Session | None:
        """The run older, newer, or in the next or previous row."""

    def is_keyed(self, text: str) -> bool:
        """Whether this text is a query that names a field."""

    @property
    def is_free(self) -> bool:
        """Whether nobody is typing a query."""

    def offer(self, text: str) -> None:
        """Open the query line with this text."""

    async def action_query(self) -> None:
        """Open the query line with the query that the list has."""

    async def point_at(self, finding: Finding) -> None:
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

    def raw(self, feed: SessionFeed, *, xml: bool) -> AnyScreen:
        """What the server said of a session."""

    def run_picker(self, session: Session, runs: tuple[Session, ...], near: Session | None) -> AnyScreen:
        """The runs to compare one with."""

    def overview(self) -> AnyScreen:
        """One line per type."""

    def attention(self) -> AnyScreen:
        """All findings."""

    def report(self, session: Session | None, log: Log | None) -> AnyScreen:
        """Tickets, shift summary and bundle."""

    def text(self, title: str, text: str) -> AnyScreen:
        """A text to scroll in."""

    def keys(self, place: Place) -> AnyScreen:
        """The keys of a screen."""
        ...

    def health(self) -> AnyScreen:
        """How well the server is known."""
        ...

    def palette(self, place: Place) -> AnyScreen:
        """The commands by name."""

    def login(self, *, at_once: bool, failed: InteractionNeededError | None) -> AnyScreen:
        """Where somebody logs on."""

    def certificate(self, error: Untrusted, offer: Offer | None) -> AnyScreen:
        """A certificate that a person may trust."""


class Navigator:
    """Owns which screens are open; remembers the finding that `a` led to last."""

    def __init__(self, stack: App[int], options: LaunchOptions) -> None:
        self._stack = stack
        self._options = options
        self._target = options.target
        self._view = None if options.target else options.view
        self._finding: Finding | None = None
        self._feed: ListFeed | None = None

    def use(self, factory: ScreenFactory) -> None:
        """Make screens with this; called once, before the first one is shown."""
        self._make = factory

    @property
    def _assessment(self) -> Assessment | None:
        return self._feed.state.assessment if self._feed else None

    # --- what is open -------------------------------------------------------------

    @property
    def views(self) -> list[View]:
        """All screens of ours, the one that is shown last."""
        return [cast("View", screen) for screen in self._stack.screen_stack if hasattr(screen, "PLACE")]

    @property
    def view(self) -> View:
        """The screen that is shown; all are ours."""
        return cast("View", self._stack.screen_stack[-1])

    @property
    def list_view(self) -> ListView | None:
        """The list, if somebody is logged on."""
        lists = (cast("ListView", view) for view in self.views if view.PLACE is Place.LOOKUP)
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

    def _push(self, screen: AnyScreen, then: Then = None) -> None:
        """Show a screen above; call `then` with what it ends with."""
        self._stack.push_screen(screen, then)

    async def ask_to_trust(self, error: Untrusted, offer: Offer | None) -> Pinned | None:
        """Show a certificate until a person pins it or leaves."""
        return cast("Pinned | None", await self._stack.push_screen_wait(self._make.certificate(error, offer)))

    def show_list(self, feed: ListFeed) -> None:
        """The list that this feed has."""
        self._feed = feed
        self._push(self._make.session_list(feed))

    def show_login(self, *, at_once: bool = False, failed: InteractionNeededError | None = None) -> None:
        """The login; `at_once` it goes on with what is known, or with what `failed`."""
        self._push(self._make.login(at_once=at_once, failed=failed))

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
        self.view.show_top()

    def show_query(self, text: str) -> None:
        """The list with this query, and nothing above it."""
        if screen := self.list_view:
            screen.narrow(text)
            while not self.is_shown(screen):
                self._stack.pop_screen()

    def open_session(self, session: Session) -> None:
        """One session and its events."""
        self._open_feed(session)

    def _open_feed(self, session: Session) -> SessionFeed:
        feed = self._make.session_feed(session)
        self._push(self._make.session_detail(feed))
        return feed

    def _detail_of(self, session: Session) -> AnyScreen:
        return self._make.session_detail(self._make.session_feed(session))

    async def open_instead(self, session: Session, way: str) -> None:
        """Another session in place of the one that is shown; the list follows."""
        screen = self.list_view
        if screen is None or self.view.PLACE is not Place.DETAIL:
            return
        found = screen.neighbour(session, way)
        if found is None:
            self.view.say(f"There is no {way.replace('_', ' ')} in the list.")
        else:
            screen.select(found.uid)
            await self._stack.switch_screen(self._detail_of(found))

    def open_comparison(self, session: Session, other: Session | None = None) -> None:
        """One session, compared with another one: the last successful one, unless given."""
        self.compare(self._open_feed(session), other)

    def compare(self, feed: SessionFeed, other: Session | None = None) -> None:
        """The session that is open, compared with another one."""
        self._push(self._make.comparison(feed, other))

    def open_raw(self, session: Session, *, xml: bool) -> None:
        """One session, at what the server said of it."""
        self.show_raw(self._open_feed(session), xml=xml)

    def show_raw(self, feed: SessionFeed, *, xml: bool = False) -> None:
        """What the server said of the session that is open."""
        self._push(self._make.raw(feed, xml=xml))

    def pick_run(self, session: Session, near: Session | None, then: Callable[[Session], object]) -> None:
        """Let the person choose a run to compare this one with; where there is none, say so."""
        from emtui.em.model import Uid
        from emtui.query import ExactTarget

        assessment = self._assessment
        if assessment is None:
            self.view.say("The list has not been read yet.")
            return
        runs = tuple(run for run in assessment.runs_of(session.type) if run.uid != session.uid)
        if not runs:
            self.view.say(f"No other run of {session.type or 'its type'} is listed.")
            return

        def chosen(uid: str | None) -> None:
            if uid:
                then(self._find(ExactTarget(Uid(uid))))

        self._push(self._make.run_picker(session, runs, near), chosen)

    def open_report(self) -> None:
        """Reports about the run of the screen that is shown, or of the nearest one below that has one."""
        nearest = next((view for view in reversed(self.views) if view.run_here), None)
        run, log = (nearest.run_here, nearest.log_here) if nearest else (None, None)
        self._push(self._make.report(run, log))

    def open_text(self, title: str, text: str) -> None:
        """A text to scroll in."""
        self._push(self._make.text(title, text))

    def open_keys(self) -> None:
        """The keys of the screen that is shown."""
        self._push(self._make.keys(self.view.PLACE))

    def open_health(self) -> None:
        """How well the server is known."""
        self._push(self._make.health())

    def open_palette(self, then: Callable[[str | None], Awaitable[None]]) -> None:
        """The commands of the screen that is shown, by name; call `then` with what was typed."""
        self._push(self._make.palette(self.view.PLACE), then)

    async def open_overview(self) -> None:
        """One line per type."""
        await self._open_above_list(self._make.overview)

    async def open_attention(self) -> None:
        """All findings."""
        await self._open_above_list(self._make.attention)

    async def _open_above_list(self, make: Callable[[], AnyScreen]) -> None:
        """Show what is made of an assessment right above the list; before there is one, say so."""
        screen = self.list_view
        if screen is None or self._assessment is None:
            self.view.say(NOT_ASSESSED)
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
            self.view.say(LIST_FIRST)
            return
        was_last = assessment.is_last_finding(self._finding)
        finding = self._finding = assessment.next_finding(self._finding)
        if finding is None:
            self.view.say("Nothing needs you.")
            return
        await screen.point_at(finding)
        run = assessment.run_of(finding)
        while not self.is_shown(screen) and not (self.view.PLACE is Place.DETAIL and run):
            await self._stack.pop_screen()
        if run and not self.is_shown(screen):
            await self._stack.switch_screen(self._detail_of(run))
        if was_last:
            self.view.say_too("Continued from the first alert.")

    # --- by name --------------------------------------------------------------------

    def find(self, text: str) -> Session:
        """The session that this text names; raises `BadQuery`, `NoMatch` and `SeveralMatch`."""
        from emtui.query import target_in

        return self._find(target_in(text))

    def _find(self, target: Target) -> Session:
        """The session that is meant; one that the list does not have is known by its ID alone."""
        from emtui.em.model import Session
        from emtui.query import ExactTarget, find

        snapshot = self._feed.state.snapshot if self._feed else None
        if isinstance(target, ExactTarget):
            listed = snapshot.find(target.uid) if snapshot else None
            return listed or Session(target.uid, complete=False)
        return find(target, snapshot.sessions if snapshot else ())

    def go_to(self, text: str, compare: str | None = None, view: str | None = None) -> None:
        """Open the session that this text names, in this view or beside another one if told.

        Else say what is wrong.
        """
        from emtui.query import LAST_GOOD, BadQuery, NoMatch, SeveralMatch

        screen = self.list_view
        if screen is None:
            return
        try:
            session = self.find(text)
            other = self.find(compare) if compare and compare != LAST_GOOD else None
        except (BadQuery, NoMatch, SeveralMatch) as error:
            self.view.say(str(error))
            return
        screen.select(session.uid)
        if compare:
            self.open_comparison(session, other)
        elif view:
            self.open_raw(session, xml=view == "xml")
        else:
            self.open_session(session)

    def paste(self, text: str) -> None:
        """Open the run that a pasted text names; anything else is offered as a query.

        It names one if it is one line with one GUID, too, unless it is a query with a key, such as `id:`.
        A paste outside a field is never run as keys.
        """
        screen = self.list_view
        line = " ".join(text.split())
        several = len(text.strip().splitlines()) > 1
        if screen is None or not line or self.view.PLACE not in OF_SESSIONS:
            return
        from emtui.query import BadQuery, SeveralNamed, names_session, target_in

        if not names_session(line) and (several or screen.is_keyed(line)):
            self._offer(screen, line)
            return
        try:
            target_in(line)
        except SeveralNamed as error:
            self.view.say(str(error))
        except BadQuery:
            self._offer(screen, line)
        else:
            self.go_to(line)

    def _offer(self, screen: ListView, text: str) -> None:
        if self.is_shown(screen):
            screen.offer(text)
        else:
            self.view.say("What was pasted is no ID; on the list it would be a query.")

    # --- what emtui was started with ------------------------------------------------

    def open_target(self) -> None:
        """Open the session that emtui was started with, once."""
        target, self._target = self._target, None
        if target:
            self.go_to(target, self._options.compare, self._options.view)

    def open_first_view(self) -> None:
        """Open the screen above the list that emtui was started with, once, if nobody has gone elsewhere."""
        view, self._view = self._view, None
        if view and self.list_view and self.is_shown(self.list_view) and self.list_view.is_free:
            self._push(self._make.overview() if view == "types" else self._make.attention())
