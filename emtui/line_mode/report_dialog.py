"""Reports by number: a ticket, a shift summary, or a bundle; printed, or saved to a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from emtui import text_format
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Log, Session
from emtui.em.server_address import Server
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.handover.blocks import Block, Redact
from emtui.handover.bundle import bundle_name, shift_summary_name
from emtui.handover.open_run_command import open_run_command
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_text
from emtui.handover.run_report import RunReport
from emtui.handover.shift_summary import summarize_shift
from emtui.handover.ticket import build_ticket
from emtui.line_mode.console import Console
from emtui.local import output_file
from emtui.monitor.assessment import Assessment
from emtui.monitor.browser_options import BrowserOptions
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.report_builder import ReportBuilder

TICKET, PLAIN_TICKET, SHIFT, BUNDLE = "1", "2", "3", "4"
RUN_CHOICES = (
    f"{TICKET}. ticket in Markdown",
    f"{PLAIN_TICKET}. ticket in plain text",
    f"{SHIFT}. shift summary of the last 12 hours",
    f"{BUNDLE}. bundle, a zip file with the ticket, all data and raw responses",
)
SHIFT_CHOICES = (RUN_CHOICES[2],)
SAVE_SUFFIX = "w"
QUESTION = f"Number, with {SAVE_SUFFIX} after it to save a file"

RenderBlocks = Callable[[Sequence[Block], Redact], str]


class ReportDialog:
    """Makes the reports on one run, or on the list alone, from the current assessment."""

    def __init__(
        self,
        console: Console,
        options: BrowserOptions,
        source: Callable[[], SessionSource],
        history: HistoryCache,
        zones: ReportZones,
    ) -> None:
        self._console = console
        self._options = options
        self._source = source
        self._history = history
        self._zones = zones

    async def run(
        self, assessment: Assessment, health: FeedHealth, session: Session | None, log: Log | None
    ) -> None:
        """Ask which report to make, and print or save it."""
        choices = RUN_CHOICES if session else SHIFT_CHOICES
        self._console.say(*choices)
        answer = await self._console.ask(QUESTION)
        number = answer.casefold().removesuffix(SAVE_SUFFIX)
        if not any(choice.startswith(f"{number}.") for choice in choices):
            self._console.say("No report made.")
            return
        builder = ReportBuilder(
            self._source, self._history, assessment, health, self._zones, mode_label=self._options.mark
        )
        if number == SHIFT or session is None:
            text = await self._shift_text(builder, is_saved=_is_saved(answer))
            await self._print_or_save(text, shift_summary_name(builder.origin.now), ".md", answer)
            return
        await self._report_run(builder, session, log, number, answer)

    async def _shift_text(self, builder: ReportBuilder, *, is_saved: bool) -> str:
        """The summary, in Markdown only if it is saved."""
        redact = builder.redactor().redact_text
        blocks = await run_in_thread(partial(summarize_shift, builder.shift_report()))
        return render_markdown(blocks, redact) if is_saved else render_text(blocks, redact)

    async def _report_run(
        self, builder: ReportBuilder, session: Session, log: Log | None, number: str, answer: str
    ) -> None:
        completed = await builder.complete(
            RunReport(builder.origin, session, log, command=self._command(session))
        )
        report, redactor = completed.report, builder.redactor()
        stem = bundle_name(redactor.redact_session(report.session))
        if number == BUNDLE:
            await self._save(await builder.bundle(report), stem, ".zip")
            return
        blocks = await run_in_thread(partial(build_ticket, report))
        render: RenderBlocks = render_text if number == PLAIN_TICKET else render_markdown
        suffix = ".txt" if number == PLAIN_TICKET else ".md"
        await self._print_or_save(render(blocks, redactor.redact_text), stem, suffix, answer)

    def _command(self, session: Session) -> str:
        """The command that opens this run for any user; empty in a demo or a replay."""
        server = self._source().server
        return (
            "" if self._options.mark or not isinstance(server, Server) else open_run_command(server, session)
        )

    async def _print_or_save(self, text: str, stem: str, suffix: str, answer: str) -> None:
        if _is_saved(answer):
            await self._save(text.encode("utf-8", "replace"), stem, suffix)
        else:
            self._console.say_text(text)

    async def _save(self, content: bytes, stem: str, suffix: str) -> None:
        """Save a new file in the current folder, or where that is possible."""
        folders = output_file.output_folders(include_state_folder=self._options.remember)
        try:
            written = await run_in_thread(
                partial(output_file.write_output_file, content, stem, suffix, folders)
            )
        except output_file.OutputFileNotWrittenError as problem:
            self._console.say(str(problem))
            return
        if written.fallback_reason:
            self._console.say(f"Not saved in the current directory: {written.fallback_reason}.")
        path, size = output_file.format_path(written.path), text_format.format_size(len(content))
        self._console.say(f"Saved: {path}, {size}.")


def _is_saved(answer: str) -> bool:
    """Whether the report is to be saved rather than printed."""
    return answer.casefold().endswith(SAVE_SUFFIX)
