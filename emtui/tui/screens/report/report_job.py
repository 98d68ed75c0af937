"""The reports on a run and on the list: requests what is missing, and keeps the texts.

Once begun they stay as of then: what comes later is another job. What cannot be had is left out, with the
reason. It knows nothing of screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from emtui import __version__
from emtui.em.background_thread import beside
from emtui.em.errors import EmError
from emtui.em.model import Log, Session
from emtui.em.server_address import Server
from emtui.em.session_source import Source
from emtui.handover.absolute_time_text import Zones
from emtui.handover.bundle import Received, Wire, bundle, name_of, name_of_shift
from emtui.handover.render_markdown import markdown
from emtui.handover.render_text import plain
from emtui.handover.run_report import Case, Origin
from emtui.handover.shift_summary import Shift, summary
from emtui.handover.ticket import ticket
from emtui.handover.withheld_fields import Withheld
from emtui.local.versions import versions
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.triage.acknowledgement_text import rows
from emtui.triage.diff_text import difference

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


@dataclass(frozen=True, slots=True)
class Report:
    """One of the reports: the key that selects it, what it is, and the ending of its file."""

    key: str
    name: str
    description: str
    suffix: str


TICKET = Report("1", "ticket, Markdown", "since when, where, what differs", ".md")
PLAIN_TICKET = Report("2", "ticket, plain", "the same for a mail or a chat", ".txt")
SHIFT = Report("3", "shift summary", "the last 12 hours in few lines", ".md")
BUNDLE = Report("4", "bundle", "a zip with all that is known", ".zip")


class ReportJob:
    """All reports on `run`, or only the shift summary if there is none.

    `log` is that of the run if it was read already; `command` opens it for anybody. `source` answers for the
    logon that there is when it is called. `mark` is DEMO or REPLAY.
    """

    def __init__(
        self,
        run: Session | None,
        log: Log | None,
        source: Callable[[], Source],
        history: HistoryCache,
        zones: Zones,
        *,
        mark: str = "",
        command: str = "",
    ) -> None:
        self.run = run
        self.origin: Origin | None = None
        """On whose answers the reports are based; `None` before `begin`."""
        self.texts: dict[Report, str] = {}
        self.is_stopped = False
        """Whether somebody gave up what was still missing."""
        self.on_text: Callable[[Report], object] = lambda _: None
        """Called when the text of a report is there."""
        self._source = source
        self._history = history
        self._zones = zones
        self._mark = mark
        self._known_log = log
        self._command = command
        self._case: Case | None = None

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that there are, or will be."""
        return (TICKET, PLAIN_TICKET, SHIFT, BUNDLE) if self.run else (SHIFT,)

    async def prepare(self, assessment: Assessment, health: FeedHealth) -> None:
        """Make all texts as of this assessment."""
        self.origin = origin = self._origin_of(assessment, health)
        tasks = [self._summarize(origin, assessment, health)]
        if self.run:
            case = Case(origin, self.run, self._known_log, command=self._command)
            tasks.append(self._explain(assessment, case))
        await asyncio.gather(*tasks)

    def _publish(self, report: Report, text: str) -> None:
        self.texts[report] = text
        self.on_text(report)

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

    async def _summarize(self, origin: Origin, assessment: Assessment, health: FeedHealth) -> None:
        lost = tuple((period.since, period.until, period.why) for period in health.lost_periods)
        statuses, findings = assessment.statuses, assessment.attention.findings
        shift = Shift(origin, assessment.sessions, statuses, findings, lost, assessment.acknowledged)
        withheld = self._withheld()
        self._publish(SHIFT, await beside(lambda: markdown(summary(shift), withheld.text)))

    async def _explain(self, assessment: Assessment, case: Case) -> None:
        """Request what a ticket needs, and write it."""
        explainer = Explainer(self._source(), self._history)
        self._case = case = await _complete(explainer, assessment, case)
        withheld = self._withheld()
        blocks = await beside(partial(ticket, case))
        self._publish(TICKET, await beside(partial(markdown, blocks, withheld.text)))
        self._publish(PLAIN_TICKET, await beside(partial(plain, blocks, withheld.text)))
        self._publish(BUNDLE, _BUNDLE_CONTENTS.format(name=self.file_stem(BUNDLE)))

    def file_stem(self, report: Report) -> str:
        """The name of its file without the ending, once its text is there."""
        if self.origin is None:
            raise RuntimeError("a file of a report that was not begun")
        if report is SHIFT or self._case is None:
            return name_of_shift(self.origin.now)
        return name_of(self._withheld().session(self._case.session))

    async def content(self, report: Report) -> bytes:
        """What is written into its file, once its text is there; for the bundle the XML is requested."""
        case = self._case
        if report is not BUNDLE or case is None:
            return self.texts[report].encode("utf-8", "replace")
        wire = await _fetch_xml(self._source(), case.session)
        withheld = self._withheld()
        return await beside(lambda: bundle(case, wire, versions(), withheld))


async def _complete(explainer: Explainer, assessment: Assessment, case: Case) -> Case:
    """The same case, with all that can be had: log, explanation, difference from the last successful run."""
    session, log, why = await explainer.complete(case.session, case.log)
    case = replace(case, session=session, log=log, why=why or case.why)
    run = await explainer.explain(assessment, session, case.events)
    if session.type:
        case = replace(case, explanation=run.explanation, logs=run.past_logs)
    case = await _with_difference(explainer, assessment, case)
    people = tuple(rows(session, run.acknowledged, run.notes, case.origin.teller))
    return replace(case, people=people, is_known=run.mark is not None)


async def _with_difference(explainer: Explainer, assessment: Assessment, case: Case) -> Case:
    """With what is different from the last successful run, if both logs can be had."""
    last = await explainer.last_successful(assessment, case.session)
    if last is None or case.log is None or not case.log:
        return case
    other, events = last
    now = case.origin.now
    found = await beside(lambda: difference(case.session, case.events, other, events, now, last_good=True))
    return replace(case, difference=found)


async def _fetch_xml(source: Source, session: Session) -> Wire:
    """What the server wrote about it, requested again, or why there is nothing of that."""
    try:
        found = Received(await source.session_xml(session.uid), await source.events_xml(session.uid))
    except EmError as problem:
        return Wire(None, str(problem), source.api)
    return Wire(found, api=source.api)
