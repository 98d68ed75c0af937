"""Builds the reports on a run and on the list: requests missing data and stores the texts.

A job reports the state of its start; later data needs a new job. Unavailable data is omitted, with the
reason. Independent of screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from emtui import __version__
from emtui.em.background_thread import run_in_thread
from emtui.em.errors import EmError
from emtui.em.model import Log, Session
from emtui.em.server_address import Server
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.blocks import Block
from emtui.handover.bundle import RawResponses, RawXml, build_bundle, bundle_name, shift_summary_name
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_text
from emtui.handover.run_report import ReportOrigin, RunReport
from emtui.handover.shift_summary import ShiftReport, summarize_shift
from emtui.handover.ticket import build_ticket
from emtui.handover.withheld_fields import ReportRedactor
from emtui.local.versions import installed_versions
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.acknowledgement_text import format_acknowledgement_rows
from emtui.triage.diff_text import compare_runs
from emtui.tui.screens.report.report_lines import format_report
from emtui.tui.widgets.styled_lines import StyledText, plain_lines

_BUNDLE_CONTENTS = """\
Enter saves {name}.zip
in the current directory (mode 0600, existing files are never overwritten).

ticket.md       the ticket
session.json, events.jsonl
                session and events as parsed by emtui
session.xml, events.xml
                as sent by the server; requested again for the bundle
comparison.txt  comparison with the last successful run, all lines
versions.txt, clocks.txt
                software versions; clock skew
manifest.txt    sizes and SHA-256 of the files, and what is not included:
                password, token, logon ID, your account, your profile
"""


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of report: its key, name, description and file suffix."""

    key: str
    name: str
    description: str
    suffix: str


TICKET = Report("1", "ticket, Markdown", "outcome, pauses, comparison, unknowns", ".md")
PLAIN_TICKET = Report("2", "ticket, plain text", "the same for mail or chat", ".txt")
SHIFT = Report("3", "shift summary", "the last 12 hours in a few lines", ".md")
BUNDLE = Report("4", "bundle", "zip with the ticket, all data and raw responses", ".zip")


class ReportJob:
    """All reports on `run`, or only the shift summary without a run.

    `log` is that of the run if it is loaded already; `command` reopens the run. `source` returns the source
    of the current logon. `mode_label` is DEMO, REPLAY or empty.
    """

    def __init__(
        self,
        run: Session | None,
        log: Log | None,
        source: Callable[[], SessionSource],
        history: HistoryCache,
        zones: ReportZones,
        *,
        mode_label: str = "",
        command: str = "",
    ) -> None:
        self.run = run
        self.origin: ReportOrigin | None = None
        """Server and list that the reports are based on; `None` before `prepare`."""
        self.texts: dict[Report, str] = {}
        """What is copied, saved and paged."""
        self.previews: dict[Report, StyledText] = {}
        """What is read on the screen."""
        self.is_stopped = False
        """Whether the user canceled the preparation."""
        self.on_report_ready: Callable[[Report], object] = lambda _: None
        """Called when the text of a report is ready."""
        self._source = source
        self._history = history
        self._zones = zones
        self._mode_label = mode_label
        self._initial_log = log
        self._command = command
        self._run_report: RunReport | None = None

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports of this job, ready or not."""
        return (TICKET, PLAIN_TICKET, SHIFT, BUNDLE) if self.run else (SHIFT,)

    async def prepare(self, assessment: Assessment, health: FeedHealth) -> None:
        """Build all texts from this assessment."""
        self.origin = origin = self._build_origin(assessment, health)
        tasks = [self._summarize(origin, assessment, health)]
        if self.run:
            run_report = RunReport(origin, self.run, self._initial_log, command=self._command)
            tasks.append(self._complete_ticket(assessment, run_report))
        await asyncio.gather(*tasks)

    def _publish(self, report: Report, text: str, preview: StyledText | None = None) -> None:
        self.texts[report] = text
        self.previews[report] = plain_lines(text.rstrip("\n")) if preview is None else preview
        self.on_report_ready(report)

    async def _publish_markdown(self, report: Report, blocks: Sequence[Block]) -> None:
        """Publish the blocks as Markdown, shown without its signs."""
        redactor = self._redactor()
        text = await run_in_thread(partial(render_markdown, blocks, redactor.redact_text))
        preview = await run_in_thread(partial(format_report, blocks, redactor.redact_text))
        self._publish(report, text, preview)

    def _build_origin(self, assessment: Assessment, health: FeedHealth) -> ReportOrigin:
        server, snapshot = self._source().server, assessment.snapshot
        return ReportOrigin(
            str(server),
            server.authority if isinstance(server, Server) else str(server),
            self._mode_label,
            __version__,
            snapshot.as_of,
            snapshot.skew if health.skew is not None else None,
            self._zones,
            health.lost_since,
        )

    def _redactor(self) -> ReportRedactor:
        """Return a new redactor each time: the logon may have been renewed."""
        return ReportRedactor(self._source().user)

    async def _summarize(self, origin: ReportOrigin, assessment: Assessment, health: FeedHealth) -> None:
        outages = tuple((period.since, period.until, period.reason) for period in health.lost_periods)
        statuses, findings = assessment.type_statuses, assessment.attention.findings
        shift = ShiftReport(
            origin, assessment.sessions, statuses, findings, outages, assessment.acknowledgements
        )
        await self._publish_markdown(SHIFT, await run_in_thread(partial(summarize_shift, shift)))

    async def _complete_ticket(self, assessment: Assessment, run_report: RunReport) -> None:
        """Request the data of a ticket, and build ticket and bundle texts."""
        explainer = Explainer(self._source(), self._history)
        self._run_report = run_report = await _complete_run_report(explainer, assessment, run_report)
        redactor = self._redactor()
        blocks = await run_in_thread(partial(build_ticket, run_report))
        await self._publish_markdown(TICKET, blocks)
        self._publish(PLAIN_TICKET, await run_in_thread(partial(render_text, blocks, redactor.redact_text)))
        self._publish(BUNDLE, _BUNDLE_CONTENTS.format(name=self.file_stem(BUNDLE)))

    def file_stem(self, report: Report) -> str:
        """File name without the suffix, once its text is ready."""
        if self.origin is None:
            raise RuntimeError("file name requested before the report was prepared")
        if report is SHIFT or self._run_report is None:
            return shift_summary_name(self.origin.now)
        return bundle_name(self._redactor().redact_session(self._run_report.session))

    async def build_content(self, report: Report) -> bytes:
        """Content of its file, once its text is ready; the bundle requests the XML."""
        run_report = self._run_report
        if report is not BUNDLE or run_report is None:
            return self.texts[report].encode("utf-8", "replace")
        server_xml = await _fetch_xml(self._source(), run_report.session)
        redactor = self._redactor()
        return await run_in_thread(
            lambda: build_bundle(run_report, server_xml, installed_versions(), redactor)
        )


async def _complete_run_report(
    explainer: Explainer, assessment: Assessment, run_report: RunReport
) -> RunReport:
    """Add the available data: log, explanation, comparison with the last successful run."""
    session, log, reason = await explainer.complete_run(run_report.session, run_report.log)
    run_report = replace(
        run_report, session=session, log=log, missing_log_reason=reason or run_report.missing_log_reason
    )
    explained_run = await explainer.explain(assessment, session, run_report.events)
    if session.type:
        run_report = replace(
            run_report, explanation=explained_run.explanation, baseline_log_count=explained_run.past_log_count
        )
    run_report = await _add_difference(explainer, assessment, run_report)
    acknowledgement_rows = tuple(
        format_acknowledgement_rows(
            session, explained_run.acknowledgements, explained_run.notes, run_report.origin.formatter
        )
    )
    return replace(
        run_report,
        annotations=acknowledgement_rows,
        is_acknowledged=explained_run.acknowledgement is not None,
    )


async def _add_difference(explainer: Explainer, assessment: Assessment, run_report: RunReport) -> RunReport:
    """Add the comparison with the last successful run if both logs are available."""
    last_successful = await explainer.find_last_successful(assessment, run_report.session)
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


async def _fetch_xml(source: SessionSource, session: Session) -> RawResponses:
    """Request the raw XML, or return the reason why it is missing."""
    try:
        received = RawXml(await source.session_xml(session.uid), await source.events_xml(session.uid))
    except EmError as problem:
        return RawResponses(None, str(problem), source.api_versions)
    return RawResponses(received, api_versions=source.api_versions)
