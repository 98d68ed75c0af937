"""The reports of one report screen: has them built and stores their texts.

A job reports the state of its start; later data needs a new job. Independent of screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from emtui.em.background_thread import run_in_thread
from emtui.em.model import Log, Session
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.blocks import Block
from emtui.handover.bundle import bundle_name, shift_summary_name
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_text
from emtui.handover.run_report import ReportOrigin, RunReport
from emtui.handover.shift_summary import summarize_shift
from emtui.handover.ticket import build_ticket
from emtui.monitor.assessment import Assessment
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.report_builder import ReportBuilder
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
        self._builder: ReportBuilder | None = None
        self._run_report: RunReport | None = None

    @property
    def origin(self) -> ReportOrigin | None:
        """Server and list that the reports are based on; `None` before `prepare`."""
        return self._builder.origin if self._builder else None

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports of this job, ready or not."""
        return (TICKET, PLAIN_TICKET, SHIFT, BUNDLE) if self.run else (SHIFT,)

    async def prepare(self, assessment: Assessment, health: FeedHealth) -> None:
        """Build all texts from this assessment."""
        self._builder = builder = ReportBuilder(
            self._source, self._history, assessment, health, self._zones, mode_label=self._mode_label
        )
        tasks = [self._summarize(builder)]
        if self.run:
            run_report = RunReport(builder.origin, self.run, self._initial_log, command=self._command)
            tasks.append(self._complete_ticket(builder, run_report))
        await asyncio.gather(*tasks)

    def _publish(self, report: Report, text: str, preview: StyledText | None = None) -> None:
        self.texts[report] = text
        self.previews[report] = plain_lines(text.rstrip("\n")) if preview is None else preview
        self.on_report_ready(report)

    async def _publish_markdown(
        self, builder: ReportBuilder, report: Report, blocks: Sequence[Block]
    ) -> None:
        """Publish the blocks as Markdown, shown without its signs."""
        redactor = builder.redactor()
        text = await run_in_thread(partial(render_markdown, blocks, redactor.redact_text))
        preview = await run_in_thread(partial(format_report, blocks, redactor.redact_text))
        self._publish(report, text, preview)

    async def _summarize(self, builder: ReportBuilder) -> None:
        blocks = await run_in_thread(partial(summarize_shift, builder.shift_report()))
        await self._publish_markdown(builder, SHIFT, blocks)

    async def _complete_ticket(self, builder: ReportBuilder, run_report: RunReport) -> None:
        """Request the data of a ticket, and build ticket and bundle texts."""
        self._run_report = run_report = (await builder.complete(run_report)).report
        redactor = builder.redactor()
        blocks = await run_in_thread(partial(build_ticket, run_report))
        await self._publish_markdown(builder, TICKET, blocks)
        self._publish(PLAIN_TICKET, await run_in_thread(partial(render_text, blocks, redactor.redact_text)))
        self._publish(BUNDLE, _BUNDLE_CONTENTS.format(name=self.file_stem(BUNDLE)))

    def file_stem(self, report: Report) -> str:
        """File name without the suffix, once its text is ready."""
        if self._builder is None:
            raise RuntimeError("file name requested before the report was prepared")
        if report is SHIFT or self._run_report is None:
            return shift_summary_name(self._builder.origin.now)
        return bundle_name(self._builder.redactor().redact_session(self._run_report.session))

    async def build_content(self, report: Report) -> bytes:
        """Content of its file, once its text is ready; the bundle requests the XML."""
        if report is BUNDLE and self._builder and self._run_report:
            return await self._builder.bundle(self._run_report)
        return self.texts[report].encode("utf-8", "replace")
