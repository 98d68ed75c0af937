"""Creates every screen. A new screen is registered here; its module is loaded when it is first shown.

Imports are inside the methods since each screen costs startup time, and most are shown late or never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emtui.em.server_address import Server
from emtui.keys.tui_commands import CommandScope
from emtui.local.timezones import SystemZone
from emtui.tui.context import AppContext
from emtui.tui.services.navigator import AnyScreen
from emtui.tui.terminal.gc_tuning import young_generations_only

if TYPE_CHECKING:
    from emtui.em.errors import CertificateUntrustedError
    from emtui.em.model import Log, Session
    from emtui.em.session_source import SessionSource
    from emtui.local.doc_pages import DocumentationPage
    from emtui.local.remembered_logon import InteractionNeededError, SaveProfileOffer
    from emtui.monitor.list_feed import ListFeed
    from emtui.monitor.session_feed import SessionFeed
    from emtui.query import Query, SortOrder


class EmtuiScreenFactory:
    """Creates the screens of one application."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    def list_feed(self, source: SessionSource, previous: ListFeed | None) -> ListFeed:
        """The feed of the session list of this source; it continues the alerts of the feed `previous`."""
        from emtui.local.knowledge_base import KnowledgeBase
        from emtui.monitor.list_feed import ListFeed
        from emtui.monitor.list_poller import SystemTime
        from emtui.monitor.poll_schedule import PollSchedule

        options, clock, profile = (
            self._ctx.options,
            self._ctx.clock,
            self._ctx.logon_service.connection.profile,
        )
        default_schedule = PollSchedule.for_profile(profile)
        server = source.server
        authority = server.ascii_authority if isinstance(server, Server) and options.remember else None
        return ListFeed(
            source,
            lambda: KnowledgeBase(authority),
            schedule=options.replay.schedule if options.replay else default_schedule,
            clock=options.replay or SystemTime(clock.now),
            server_zone=clock.server_zone,
            display_zone=clock.zone,
            alert_policy=previous.alert_policy if previous else None,
            read_context=lambda is_first: young_generations_only(freeze=is_first),
        )

    def session_list(self, feed: ListFeed) -> AnyScreen:
        """The session list."""
        from emtui.tui.screens.session_list.screen import SessionListScreen

        return SessionListScreen(self._ctx, feed, *self._initial_query_and_order())

    def _initial_query_and_order(self) -> tuple[Query, SortOrder]:
        from emtui.query import DEFAULT_SORT_ORDER, QueryContext, parse, parse_sort_order

        options, clock = self._ctx.options, self._ctx.clock
        context = QueryContext(unseen=())
        query = parse(options.query, now=clock.now(), zone=clock.zone, context=context, is_lenient=True)
        return query, parse_sort_order(options.order) if options.order else DEFAULT_SORT_ORDER

    def _current_source(self) -> SessionSource:
        source = self._ctx.logon_service.client
        if source is None:
            raise RuntimeError("not logged on")
        return source

    def session_feed(self, session: Session) -> SessionFeed:
        """The feed of one opened session."""
        from emtui.monitor.explainer import Explainer
        from emtui.monitor.session_feed import SessionFeed

        ctx, source = self._ctx, self._current_source()
        explainer = Explainer(source, ctx.history)
        run = self._newest(session)
        return SessionFeed(source, run, explainer, now=ctx.clock.now, speed=ctx.replay_speed)

    def _newest(self, session: Session) -> Session:
        """The session as last listed: its log is of today also if an earlier list is shown."""
        feed = self._ctx.list_feed
        snapshot = feed.state.snapshot if feed and self._ctx.list_state.past_time else None
        return (snapshot.find(session.uid) if snapshot else None) or session

    def session_detail(self, feed: SessionFeed) -> AnyScreen:
        """One session and its events."""
        from emtui.tui.screens.session_detail.screen import SessionDetailScreen

        return SessionDetailScreen(self._ctx, feed)

    def comparison(self, feed: SessionFeed, other: Session | None) -> AnyScreen:
        """Two sessions compared."""
        from emtui.tui.screens.comparison.screen import ComparisonScreen

        return ComparisonScreen(self._ctx, feed, other)

    def raw_view(self, feed: SessionFeed, *, xml: bool) -> AnyScreen:
        """Details and XML of a session."""
        from emtui.tui.screens.raw_view import RawScreen

        return RawScreen(self._ctx, feed, starts_with_xml=xml)

    def run_picker(self, session: Session, runs: tuple[Session, ...], nearest: Session | None) -> AnyScreen:
        """A list of runs to compare with."""
        from emtui.tui.screens.comparison.run_picker import RunPickerScreen

        return RunPickerScreen(self._ctx, session, runs, nearest)

    def theme_picker(self) -> AnyScreen:
        """The color themes to choose from."""
        from emtui.tui.screens.theme_picker import ThemePickerScreen

        return ThemePickerScreen(self._ctx)

    def documentation(self) -> AnyScreen:
        """The pages of the documentation."""
        from emtui.tui.screens.documentation import DocumentationScreen

        return DocumentationScreen(self._ctx)

    def documentation_page(self, page: DocumentationPage) -> AnyScreen:
        """One page of the documentation."""
        from emtui.local.doc_pages import read_page
        from emtui.tui.screens.text_viewer import TextScreen
        from emtui.tui.widgets.markdown_view import MarkdownView

        text = read_page(page.name)
        _title, _, body = text.partition("\n")  # the title is on the rule above
        return TextScreen(self._ctx, page.title, text, MarkdownView(body))

    def overview(self) -> AnyScreen:
        """The types, one line each."""
        from emtui.tui.screens.overview.screen import OverviewScreen

        return OverviewScreen(self._ctx)

    def timeline(self, session: Session | None) -> AnyScreen:
        """The runs of all types over time, with this run selected."""
        from emtui.tui.screens.timeline.screen import TimelineScreen

        return TimelineScreen(self._ctx, session)

    def attention(self) -> AnyScreen:
        """All alerts."""
        from emtui.tui.screens.attention.screen import AttentionScreen

        return AttentionScreen(self._ctx)

    def report(self, session: Session | None, log: Log | None) -> AnyScreen:
        """Tickets, shift summary and bundle."""
        from emtui.handover.absolute_time_text import ReportZones
        from emtui.tui.screens.report.report_job import ReportJob
        from emtui.tui.screens.report.screen import ReportScreen

        ctx, options = self._ctx, self._ctx.options
        zones = ReportZones(options.zone or SystemZone(), ctx.logon_service.connection.server_time_zone)
        command = ctx.exporter.command_for(session) if session else ""
        job = ReportJob(
            session,
            log,
            self._current_source,
            ctx.history,
            zones,
            mode_label=self._report_label(),
            command=command,
        )
        return ReportScreen(ctx, job)

    def _report_label(self) -> str:
        """DEMO or REPLAY, and the earlier time as of which the list is shown, if it is."""
        from emtui.display_text.session_wording import past_time_text

        past_time = self._ctx.list_state.past_time
        parts = [self._ctx.options.mark] if self._ctx.options.mark else []
        if past_time:
            parts.append(past_time_text(past_time, self._ctx.clock.zone))
        return ", ".join(parts)

    def text_viewer(self, title: str, text: str) -> AnyScreen:
        """A scrollable text."""
        from emtui.tui.screens.text_viewer import TextScreen

        return TextScreen(self._ctx, title, text)

    def key_help(self, scope: CommandScope) -> AnyScreen:
        """The keys of a screen, and the saved queries on digit keys."""
        from emtui.tui.formatting.key_help import help_sections, key_help_text
        from emtui.tui.screens.text_viewer import TextScreen
        from emtui.tui.widgets.key_columns import KeyColumns

        own_queries = {digit: str(setting.value) for digit, setting in self._ctx.options.own_queries.items()}
        keymap = self._ctx.keymap
        title, text = f"Keys: {scope.value}", key_help_text(scope, own_queries, keymap)
        return TextScreen(self._ctx, title, text, KeyColumns(help_sections(scope, own_queries, keymap)))

    def health(self) -> AnyScreen:
        """The connection statistics."""
        from emtui.display_text.health_text import health_text
        from emtui.display_text.session_wording import TimeContext

        ctx, logon = self._ctx, self._ctx.logon_service
        clock = TimeContext(ctx.clock.now(), ctx.clock.zone)
        text = health_text(ctx.list_state, logon.client, clock, logon.second_logon_at)
        return self.text_viewer(f"Statistics of {logon.server_name}", text)

    def command_palette(self, scope: CommandScope) -> AnyScreen:
        """The command palette."""
        from emtui.tui.screens.command_palette import CommandPaletteScreen

        return CommandPaletteScreen(self._ctx, scope)

    def login(self, *, immediately: bool, failed: InteractionNeededError | None) -> AnyScreen:
        """The login form."""
        from emtui.tui.screens.login.screen import LoginScreen

        return LoginScreen(self._ctx, log_on_at_once=immediately, failed_logon=failed)

    def certificate(self, error: CertificateUntrustedError, offer: SaveProfileOffer | None) -> AnyScreen:
        """A certificate, to pin or to reject."""
        from emtui.tui.screens.login.certificate_screen import CertificateScreen

        return CertificateScreen(self._ctx, error, offer)
