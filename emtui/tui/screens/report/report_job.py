"""The reports on a run and on the list: requests what is missing, and keeps the texts.

Once begun they stay as of then: what comes later is another job. It knows nothing of screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from emtui import __version__
from emtui.em.address import Server
from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.handover.bundle import bundle, name_of, name_of_shift
from emtui.handover.case import Case, Origin
from emtui.handover.dated import Zones
from emtui.handover.markdown import markdown
from emtui.handover.plain import plain
from emtui.handover.shift import Shift, summary
from emtui.handover.ticket import ticket
from emtui.handover.withheld import Withheld
from emtui.local.versions import versions
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.tui.services.report_builder import fetch_xml, fill_report

_BUNDLE_CONTENTS = """\
Enter writes {name}.zip
into the folder that you stand in: yours alone (0600), never over another file.

ticket.md       the ticket
session.json, events.jsonl
                as emtui read them
session.xml, events.xml
                as the server writes them: it is asked for both once more
comparison.txt  every line against the last good run's
versions.txt, clocks.txt
                what emtui is made of; how far the clocks disagree
manifest.txt    sizes and SHA-256 of all that, and what was withheld:
                password, token, logon id, your account, your profile
"""


class Report(Enum):
    """One of the reports."""

    TICKET = "ticket, Markdown"
    PLAIN_TICKET = "ticket, plain"
    SHIFT = "shift summary"
    BUNDLE = "bundle"

    @property
    def suffix(self) -> str:
        """The ending of its file."""
        return _SUFFIXES[self]


_SUFFIXES = {Report.TICKET: ".md", Report.PLAIN_TICKET: ".txt", Report.SHIFT: ".md", Report.BUNDLE: ".zip"}


@dataclass(frozen=True, slots=True)
class ReportSubject:
    """The run that is reported, and its log if that was read already.

    `command` opens the run for anybody; there is none for a demo or a recording.
    """

    session: Session
    log: Log | None = None
    command: str = ""


class ReportJob:
    """All reports on `subject`, or only the shift summary if there is none.

    `source` answers for the logon that there is when it is called. `mark` is DEMO or REPLAY.
    """

    def __init__(
        self,
        subject: ReportSubject | None,
        source: Callable[[], Source],
        history: HistoryCache,
        zones: Zones,
        *,
        mark: str = "",
    ) -> None:
        self.subject = subject
        self.origin: Origin | None = None
        """On whose answers the reports are based; `None` before `begin`."""
        self.texts: dict[Report, str] = {}
        self.is_stopped = False
        """Whether somebody gave up what was still missing."""
        self._source = source
        self._history = history
        self._zones = zones
        self._mark = mark
        self._case: Case | None = None

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that there are, or will be."""
        return tuple(Report) if self.subject else (Report.SHIFT,)

    async def run(
        self, assessment: Assessment, health: FeedHealth, on_text: Callable[[Report], object]
    ) -> None:
        """Make all texts as of this assessment; `on_text` is called when one is there."""
        self.origin = origin = self._origin_of(assessment, health)

        def publish(report: Report, text: str) -> None:
            self.texts[report] = text
            on_text(report)

        tasks = [self._summarize(_shift(origin, assessment, health), publish)]
        if self.subject:
            tasks.append(self._explain(origin, assessment, self.subject, publish))
        await asyncio.gather(*tasks)

    def _origin_of(self, assessment: Assessment, health: FeedHealth) -> Origin:
        server, snapshot = self._source().server, assessment.snapshot
        return Origin(
            str(server),
            server.authority if isinstance(server, Server) else str(server),
            self._mark,
            __version__,
            snapshot.as_of,
            snapshot.skew if health.skew is not None else None,
            self._zones,
            health.lost_since,
        )

    def _withheld(self) -> Withheld:
        """Made anew each time: a logon may have been renewed meanwhile."""
        return Withheld(self._source().user)

    async def _summarize(self, shift: Shift, publish: Callable[[Report, str], object]) -> None:
        withheld = self._withheld()
        publish(Report.SHIFT, await beside(lambda: markdown(summary(shift), withheld.text)))

    async def _explain(
        self,
        origin: Origin,
        assessment: Assessment,
        subject: ReportSubject,
        publish: Callable[[Report, str], object],
    ) -> None:
        """Request what a ticket needs, and write it."""
        explainer = Explainer(self._source(), self._history)
        case = Case(origin, subject.session, subject.log, command=subject.command)
        self._case = case = await fill_report(explainer, assessment, case)
        withheld = self._withheld()
        blocks = await beside(partial(ticket, case))
        publish(Report.TICKET, await beside(partial(markdown, blocks, withheld.text)))
        publish(Report.PLAIN_TICKET, await beside(partial(plain, blocks, withheld.text)))
        publish(Report.BUNDLE, _BUNDLE_CONTENTS.format(name=self.file_stem(Report.BUNDLE)))

    def file_stem(self, report: Report) -> str:
        """The name of its file without the ending, once its text is there."""
        if self.origin is None:
            raise RuntimeError("a file of a report that was not begun")
        if report is Report.SHIFT or self._case is None:
            return name_of_shift(self.origin.now)
        return name_of(self._withheld().session(self._case.session))

    async def content(self, report: Report) -> bytes:
        """What is written into its file, once its text is there; for the bundle the XML is requested."""
        case = self._case
        if report is not Report.BUNDLE or case is None:
            return self.texts[report].encode("utf-8", "replace")
        wire = await fetch_xml(self._source(), case.session)
        withheld = self._withheld()
        return await beside(lambda: bundle(case, wire, versions(), withheld))


def _shift(origin: Origin, assessment: Assessment, health: FeedHealth) -> Shift:
    lost = tuple((period.since, period.until, period.why) for period in health.lost_periods)
    findings = assessment.attention.findings
    return Shift(origin, assessment.sessions, assessment.statuses, findings, lost, assessment.acknowledged)
