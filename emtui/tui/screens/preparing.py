"""A page on which a ticket, a summary and a bundle are put together, from what is known now.

Once begun they stay as of then: what comes later is another hand-over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from textual import work

from emtui import __version__
from emtui.em.address import Server
from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.handover.bundle import bundle, name_of, name_of_shift
from emtui.handover.case import Case, Origin
from emtui.handover.dated import Zones
from emtui.handover.document import Block
from emtui.handover.markdown import markdown
from emtui.handover.plain import plain
from emtui.handover.shift import Shift, summary
from emtui.handover.ticket import ticket
from emtui.handover.withheld import Withheld
from emtui.local.versions import versions
from emtui.local.zone import SystemZone
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.monitor.snapshot import Snapshot
from emtui.tui.context import AppContext
from emtui.tui.screens.above import AboveTheList
from emtui.tui.services.report_builder import fetch_xml, fill_report
from emtui.tui.widgets.choice_list import Choice

TICKET = Choice("1", "ticket, Markdown", "since when, where, what differs")
PLAIN_TICKET = Choice("2", "ticket, plain", "the same for a mail or a chat")
SHIFT = Choice("3", "shift summary", "the last 12 hours in few lines")
BUNDLE = Choice("4", "bundle", "a zip with all that is known")
WAYS = (TICKET, PLAIN_TICKET, SHIFT, BUNDLE)

_IN_A_BUNDLE = """\
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
class Subject:
    """The run that is handed over, with its log if that was read already."""

    session: Session
    log: Log | None = None


class Preparing(AboveTheList):
    """Asks for what is missing and keeps what has become of it: one text for each way."""

    def __init__(self, ctx: AppContext, source: Source, subject: Subject | None) -> None:
        super().__init__(ctx)
        self.source = source
        self.subject = subject
        self.texts: dict[Choice, str] = {}
        self.begun: Origin | None = None
        """Whose answers it rests on, once there is a list that has been thought about."""
        self.stopped = False
        self._case: Case | None = None
        self._wish: tuple[Choice, Callable[[], object]] | None = None

    def show_chosen(self) -> None:
        """Draw what is known now."""

    def show_thoughts(self) -> None:
        """Begin as soon as the list has been thought about."""
        if not self.stands:
            return
        assessment = None if self.begun else self.assessment
        if assessment:
            self.begun = self._origin(assessment.snapshot)
            self._summarize(self._shift(self.begun, assessment))
            if self.subject:
                self._gather(self.begun, assessment, self.subject)
        self.show_chosen()

    def _origin(self, snapshot: Snapshot) -> Origin:
        health, server = self.ctx.list_state.health, self.source.server
        return Origin(
            str(server),
            server.authority if isinstance(server, Server) else str(server),
            self.ctx.options.mark or "",
            __version__,
            snapshot.as_of,
            snapshot.skew if health.skew is not None else None,
            Zones(self.ctx.options.zone or SystemZone(), self.ctx.logon.connection.servers_zone),
            health.lost_since,
        )

    def _shift(self, origin: Origin, assessment: Assessment) -> Shift:
        periods = self.ctx.list_state.health.lost_periods
        blind = tuple((one.since, one.until, one.why) for one in periods)
        statuses, findings = assessment.statuses, assessment.attention.findings
        return Shift(origin, assessment.sessions, statuses, findings, blind, assessment.acknowledged)

    def _withheld(self) -> Withheld:
        """Made anew each time: a logon may have been renewed meanwhile."""
        return Withheld(self.source.user)

    @work(group="gather", description="summarize the shift")
    async def _summarize(self, shift: Shift) -> None:
        withheld = self._withheld()
        self._is_there(SHIFT, await beside(lambda: markdown(summary(shift), withheld.text)))

    @work(group="gather", description="gather what a ticket needs")
    async def _gather(self, origin: Origin, assessment: Assessment, subject: Subject) -> None:
        command = self.ctx.exporter.command_for(subject.session)
        case = Case(origin, subject.session, subject.log, command=command)
        explainer = Explainer(self.source, self.ctx.history)
        self._case = case = await fill_report(explainer, assessment, case)
        withheld = self._withheld()
        told: tuple[Block, ...] = await beside(partial(ticket, case))
        self._is_there(TICKET, await beside(partial(markdown, told, withheld.text)))
        self._is_there(PLAIN_TICKET, await beside(partial(plain, told, withheld.text)))
        self._is_there(BUNDLE, _IN_A_BUNDLE.format(name=self.stem_of(BUNDLE)))

    def _is_there(self, way: Choice, text: str) -> None:
        """It can be read, and given away if that was wished for meanwhile."""
        self.texts[way] = text
        if not self.stands:
            return
        self.show_chosen()
        wish = self._wish
        if wish and wish[0] is way:
            self._wish = None
            wish[1]()

    def as_soon_as(self, way: Choice, what: Callable[[], object]) -> None:
        """Do it now, or once this is there; the last wish counts."""
        if way in self.texts:
            what()
        else:
            self._wish = (way, what)
            self.say("As soon as it is there. Esc stops.")

    def stem_of(self, way: Choice) -> str:
        """What a file of it is called, without its ending."""
        if way is not SHIFT and self._case:
            return name_of(self._withheld().session(self._case.session))
        return name_of_shift(self.begun.now if self.begun else self.ctx.clock.server_now)

    def as_of(self) -> datetime | None:
        """When the list was complete that this rests on, whatever has come since."""
        return self.begun.as_of if self.begun else super().as_of()

    async def bundled(self) -> bytes:
        """The bundle, for which the server is asked once more."""
        case = self._case
        if case is None:
            raise RuntimeError("a bundle was wished for before the run was known")
        wire = await fetch_xml(self.source, case.session)
        withheld = self._withheld()
        return await beside(lambda: bundle(case, wire, versions(), withheld))

    @property
    def busy(self) -> bool:
        """Whether something is still being put together or written."""
        return any(worker.group in {"gather", "write"} and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Stop asking or writing; false if nothing was."""
        if not self.busy:
            return False
        self._wish, self.stopped = None, True
        for group in ("gather", "write"):
            self.workers.cancel_group(self, group)
        self.say("Stopped.")
        self.show_chosen()
        return True
