"""Builds reports on a run and on the list: requests what is missing and combines it.

One pipeline for the report screen and for `emtui ticket`, `bundle` and `shift`. Unavailable data is
omitted, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from emtui import __version__
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Session
from emtui.em.server_address import Server
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.bundle import RawResponses, RawXml, build_bundle
from emtui.handover.run_report import ReportOrigin, RunReport
from emtui.handover.shift_summary import DEFAULT_PERIOD, ShiftReport
from emtui.handover.withheld_fields import ReportRedactor
from emtui.local.versions import installed_versions
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import ExplainedRun, Explainer
from emtui.monitor.feed_health import FeedHealth, LostPeriod
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.acknowledgement_text import format_acknowledgement_rows
from emtui.triage.diff_text import compare_runs


@dataclass(frozen=True, slots=True)
class CompletedReport:
    """The report on a run with all available data, and the explanation that it is based on."""

    report: RunReport
    explained: ExplainedRun


class ReportBuilder:
    """Builds the reports that are based on one assessed list.

    `source` returns the source of the current logon, which may be renewed; `history` provides logs of past
    runs. `mode_label` is DEMO, REPLAY or empty. `health` is that of the connection when the list was
    assessed.
    """

    def __init__(
        self,
        source: Callable[[], SessionSource],
        history: HistoryCache,
        assessment: Assessment,
        health: FeedHealth,
        zones: ReportZones,
        *,
        mode_label: str = "",
    ) -> None:
        self._source = source
        self._history = history
        self._assessment = assessment
        self._lost_periods: Sequence[LostPeriod] = tuple(health.lost_periods)
        server, snapshot = source().server, assessment.snapshot
        self.origin = ReportOrigin(
            str(server),
            server.authority if isinstance(server, Server) else str(server),
            mode_label,
            __version__,
            snapshot.as_of,
            snapshot.skew if health.skew is not None else None,
            zones,
            health.lost_since,
        )
        """Server and list that the reports are based on."""

    def redactor(self) -> ReportRedactor:
        """Return a new redactor each time: the logon may have been renewed."""
        return ReportRedactor(self._source().user)

    def shift_report(self, period: timedelta = DEFAULT_PERIOD) -> ShiftReport:
        """The input of a summary of the last hours; requests nothing."""
        assessment = self._assessment
        return ShiftReport(
            self.origin,
            assessment.sessions,
            assessment.type_statuses,
            assessment.attention.findings,
            tuple((lost.since, lost.until, lost.reason) for lost in self._lost_periods),
            assessment.acknowledgements,
            period,
        )

    async def complete(self, run_report: RunReport) -> CompletedReport:
        """Add the available data: log, explanation, comparison with the last successful run."""
        explainer = Explainer(self._source(), self._history)
        session, log, reason = await explainer.complete_run(run_report.session, run_report.log)
        run_report = replace(
            run_report, session=session, log=log, missing_log_reason=reason or run_report.missing_log_reason
        )
        explained = await explainer.explain(self._assessment, session, run_report.events)
        if session.type:
            run_report = replace(
                run_report, explanation=explained.explanation, baseline_log_count=explained.past_log_count
            )
        run_report = await self._add_difference(explainer, run_report)
        acknowledgement_rows = tuple(
            format_acknowledgement_rows(
                session, explained.acknowledgements, explained.notes, run_report.origin.formatter
            )
        )
        report = replace(
            run_report,
            annotations=acknowledgement_rows,
            is_acknowledged=explained.acknowledgement is not None,
        )
        return CompletedReport(report, explained)

    async def _add_difference(self, explainer: Explainer, run_report: RunReport) -> RunReport:
        """Add the comparison with the last successful run if both logs are available."""
        last_successful = await explainer.find_last_successful(self._assessment, run_report.session)
        if last_successful is None or run_report.log is None or not run_report.log:
            return run_report
        other, events = last_successful
        now = run_report.origin.now
        diff = await run_in_thread(
            lambda: compare_runs(
                run_report.session, run_report.events, other, events, now, is_last_successful=True
            )
        )
        return replace(run_report, difference=diff)

    async def bundle(self, report: RunReport) -> bytes:
        """The bundle of a completed report; requests the XML."""
        responses = await _fetch_xml(self._source(), report.session)
        redactor = self.redactor()
        return await run_in_thread(lambda: build_bundle(report, responses, installed_versions(), redactor))


async def _fetch_xml(source: SessionSource, session: Session) -> RawResponses:
    """Request the raw XML, or return the reason why it is missing."""
    try:
        received = RawXml(await source.session_xml(session.uid), await source.events_xml(session.uid))
    except EmError as problem:
        return RawResponses(None, str(problem), source.api_versions)
    return RawResponses(received, api_versions=source.api_versions)
