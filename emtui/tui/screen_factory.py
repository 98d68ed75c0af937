"""Makes every screen. A new screen is registered here; it is loaded when it is first shown.

Imports stand inside the methods since each screen costs start-up time, and most are shown late or never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emtui.em.server_address import Server
from emtui.local.timezones import SystemZone
from emtui.tui.commands import Place
from emtui.tui.context import AppContext
from emtui.tui.services.navigator import AnyScreen
from emtui.tui.terminal.gc_tuning import young_generations_only

if TYPE_CHECKING:
    from emtui.em.errors import Untrusted
    from emtui.em.model import Log, Session
    from emtui.em.session_source import Source
    from emtui.local.remembered_logon import InteractionNeededError, Offer
    from emtui.monitor.list_feed import ListFeed
    from emtui.monitor.session_feed import SessionFeed
    from emtui.query import Order, Query


class Screens:
    """The screens of one application."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    def list_feed(self, source: Source, before: ListFeed | None) -> ListFeed:
        """What owns the list of this source; it goes on with the alerts of the feed `before`."""
        from emtui.local.knowledge_base import KnowledgeBase
        from emtui.monitor.backoff import PollSchedule
        from emtui.monitor.list_feed import ListFeed
        from emtui.monitor.poller import SystemTime

        options, clock, profile = self._ctx.options, self._ctx.clock, self._ctx.logon.connection.profile
        usual = PollSchedule(profile.interval) if profile and profile.interval else PollSchedule()
        server = source.server
        authority = server.ascii_authority if isinstance(server, Server) and options.remember else None
        return ListFeed(
            source,
            lambda: KnowledgeBase(authority),
            schedule=options.replay.pace if options.replay else usual,
            clock=options.replay or SystemTime(clock.now),
            zone=clock.servers_zone,
            shown_zone=clock.zone,
            alert_policy=before.alert_policy if before else None,
            reading=lambda is_first: young_generations_only(freeze=is_first),
        )

    def session_list(self, feed: ListFeed) -> AnyScreen:
        """The list."""
        from emtui.tui.screens.session_list.screen import SessionListScreen

        return SessionListScreen(self._ctx, feed, *self._query())

    def _query(self) -> tuple[Query, Order]:
        from emtui.query import DEFAULT_ORDER, Beyond, parse, parse_order

        options, clock = self._ctx.options, self._ctx.clock
        nothing_yet = Beyond(unseen=())
        query = parse(options.query, now=clock.now(), zone=clock.zone, beyond=nothing_yet, lenient=True)
        return query, parse_order(options.order) if options.order else DEFAULT_ORDER

    def _source(self) -> Source:
        source = self._ctx.logon.client
        if source is None:
            raise RuntimeError("nobody is logged on yet")
        return source

    def session_feed(self, session: Session) -> SessionFeed:
        """What is known of a session that is opened."""
        from emtui.monitor.explainer import Explainer
        from emtui.monitor.session_feed import SessionFeed

        ctx, source = self._ctx, self._source()
        explainer = Explainer(source, ctx.history)
        return SessionFeed(source, session, explainer, now=ctx.clock.now, speed=ctx.speed)

    def session_detail(self, feed: SessionFeed) -> AnyScreen:
        """One session and its events."""
        from emtui.tui.screens.session_detail.screen import SessionDetailScreen

        return SessionDetailScreen(self._ctx, feed)

    def comparison(self, feed: SessionFeed, other: Session | None) -> AnyScreen:
        """One session beside another one."""
        from emtui.tui.screens.comparison.screen import ComparisonScreen

        return ComparisonScreen(self._ctx, feed, other)

    def raw(self, feed: SessionFeed, *, xml: bool) -> AnyScreen:
        """What the server said of a session."""
        from emtui.tui.screens.raw_view import RawScreen

        return RawScreen(self._ctx, feed, xml=xml)

    def run_picker(self, session: Session, runs: tuple[Session, ...], near: Session | None) -> AnyScreen:
        """The runs to compare one with."""
        from emtui.tui.screens.comparison.run_picker import RunPickerScreen

        return RunPickerScreen(self._ctx, session, runs, near)

    def overview(self) -> AnyScreen:
        """One line per type."""
        from emtui.tui.screens.overview.screen import OverviewScreen

        return OverviewScreen(self._ctx)

    def attention(self) -> AnyScreen:
        """All findings."""
        from emtui.tui.screens.attention.screen import AttentionScreen

        return AttentionScreen(self._ctx)

    def report(self, session: Session | None, log: Log | None) -> AnyScreen:
        """Tickets, shift summary and bundle."""
        from emtui.handover.absolute_time_text import Zones
        from emtui.tui.screens.report.report_job import ReportJob
        from emtui.tui.screens.report.screen import ReportScreen

        ctx, options = self._ctx, self._ctx.options
        zones = Zones(options.zone or SystemZone(), ctx.logon.connection.servers_zone)
        command, mark = ctx.exporter.command_for(session) if session else "", options.mark or ""
        job = ReportJob(session, log, self._source, ctx.history, zones, mark=mark, command=command)
        return ReportScreen(ctx, job)

    def text(self, title: str, text: str) -> AnyScreen:
        """A text to scroll in."""
        from emtui.tui.screens.text_viewer import TextScreen

        return TextScreen(self._ctx, title, text)

    def keys(self, place: Place) -> AnyScreen:
        """The keys of a screen, and the queries on digits that the person has set."""
        from emtui.tui.formatting.key_help import manual

        own = {digit: str(stated.value) for digit, stated in self._ctx.options.queries.items()}
        return self.text(f"Keys: {place.value}", manual(place, own))

    def health(self) -> AnyScreen:
        """How well the server is known, and what requests cost it."""
        from emtui.tui.formatting.health_text import health
        from emtui.tui.formatting.session_columns import Clock

        ctx, logon = self._ctx, self._ctx.logon
        clock = Clock(ctx.clock.now(), ctx.clock.zone)
        text = health(ctx.list_state, logon.client, clock, logon.second_try_at)
        return self.text(f"Health of {logon.server_name}", text)

    def palette(self, place: Place) -> AnyScreen:
        """The commands by name."""
        from emtui.tui.screens.command_palette import CommandPalette

        return CommandPalette(self._ctx, place)

    def login(self, *, at_once: bool, failed: InteractionNeededError | None) -> AnyScreen:
        """Where somebody logs on."""
        from emtui.tui.screens.login.screen import LoginScreen

        return LoginScreen(self._ctx, at_once=at_once, failed=failed)

    def certificate(self, error: Untrusted, offer: Offer | None) -> AnyScreen:
        """A certificate that a person may trust."""
        from emtui.tui.screens.login.certificate_screen import CertificateScreen

        return CertificateScreen(self._ctx, error, offer)
