"""A list that is assessed: what needs attention, type by type, before any key is pressed.

The assessment is made in a thread, after the list has been shown; one that is overtaken by a later
list is dropped. An acknowledgement holds at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.reactive import var

from emtui.em.address import Server
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.poller import TimeSource
from emtui.monitor.snapshot import Snapshot
from emtui.tui.context import AppContext
from emtui.tui.screens.watching import Watching
from emtui.tui.widgets.attention_lines import AttentionLines

if TYPE_CHECKING:  # start-up time, here and in functions: loaded once there is a list to assess
    from emtui.local.knowledge_base import KnowledgeBase
    from emtui.monitor.assessment import Assessment
    from emtui.triage.known import Known, Mark


def _assess(
    snapshot: Snapshot, open_base: Callable[[], KnowledgeBase], zones: tuple[tzinfo, tzinfo]
) -> Assessment:
    """Assess a list, and drop the acknowledgements that it shows to have ended; waits for the disk.

    `zones` are the server's, and the one that is shown.
    """
    from emtui.monitor.assessment import assess

    base = open_base()
    assessment = assess(snapshot, base.load(), *zones)
    base.save(assessment.ended)
    return assessment


def _reassess(assessment: Assessment, base: KnowledgeBase) -> Assessment:
    """The same after something was acknowledged; waits for the disk."""
    from emtui.monitor.assessment import reassess

    assessment = reassess(assessment, base.load())
    base.save(assessment.ended)
    return assessment


def _load_modules() -> None:
    """Load what an assessment takes: a page that waits for its list has time for that."""
    import emtui.local.knowledge_base
    import emtui.monitor.assessment
    import emtui.triage.grouping
    import emtui.tui.formatting.assessment_text
    import emtui.tui.formatting.last_24h  # noqa: F401 - each of these is used once there is a list


class Judging(Watching):
    """A page with a list, and what the list says."""

    assessment: var[Assessment | None] = var(None)

    class Judged(Message):
        """The assessment is another, or what is acknowledged of it."""

    def __init__(self, ctx: AppContext, client: Source, schedule: PollSchedule, clocks: TimeSource) -> None:
        super().__init__(ctx, client, schedule, clocks)
        self._knowledge_base: KnowledgeBase | None = None

    def open_knowledge_base(self) -> KnowledgeBase:
        """The knowledge base of this server; for a demo or a recording one without a file."""
        from emtui.local.knowledge_base import KnowledgeBase

        if self._knowledge_base is None:
            server = self.client.server
            kept = (
                server.ascii_authority if isinstance(server, Server) and self.ctx.options.remember else None
            )
            self._knowledge_base = KnowledgeBase(kept)
        return self._knowledge_base

    def on_mount(self) -> None:
        """The first picture does not wait for what an assessment takes, nor does the first list."""
        self.call_after_refresh(self._prepare)

    @work(group="prepare", description="load what an assessment takes")
    async def _prepare(self) -> None:
        await beside(_load_modules)

    def judge(self) -> None:
        """Assess the list that is shown now."""
        if self.snapshot:
            self._judge(self.snapshot)

    @work(exclusive=True, group="judge", description="assess the list")
    async def _judge(self, snapshot: Snapshot) -> None:
        revision = self._knowledge_base.revision if self._knowledge_base else 0
        zones = self.ctx.clock.servers_zone, self._shown_zone
        assessment = await beside(partial(_assess, snapshot, self.open_knowledge_base, zones))
        base = self.open_knowledge_base()
        while revision != base.revision:  # what was acknowledged meanwhile holds, too
            revision = base.revision
            assessment = await beside(partial(_reassess, assessment, base))
        if self.stands and snapshot is self.snapshot:
            if assessment.statuses.baselines != self.sessions.baselines:
                self.sessions.baselines = assessment.statuses.baselines
            self.show_assessment(assessment)
            if problem := self._new_problem():
                self.ctx.navigator.view.say(problem)

    async def acknowledge(self, mark: Mark) -> str:
        """It is acknowledged from now on; what was wrong with keeping that, if anything."""
        self.open_knowledge_base().acknowledge(mark.of, mark.parts)
        return await self._assess_again()

    async def unacknowledge(self, mark: Mark) -> str:
        """Remove the acknowledgement; the same."""
        self.open_knowledge_base().unacknowledge(mark.of)
        return await self._assess_again()

    async def _assess_again(self) -> str:
        if self.assessment and self.snapshot:
            assessment = await beside(partial(_reassess, self.assessment, self.open_knowledge_base()))
            if self.stands:
                self.show_assessment(assessment)
        return self._new_problem()

    def _new_problem(self) -> str:
        """What could not be read or kept and was not reported yet, in one line."""
        return " ".join(self.open_knowledge_base().new_problems("Marks hold only until emtui ends"))

    @property
    def acknowledged(self) -> Known | None:
        """What is acknowledged; `None` before the first assessment."""
        return self.assessment.acknowledged if self.assessment else None

    @property
    def _shown_zone(self) -> tzinfo:
        return self.zone

    def show_assessment(self, assessment: Assessment) -> None:
        """Draw what the list says; what is acknowledged needs attention no more."""
        self.assessment = assessment
        self.sessions.known = assessment.acknowledged
        self.show_attention()
        self.post_message(self.Judged())

    def show_attention(self) -> None:
        """The worst two findings that are not acknowledged, or why nothing new needs attention."""
        if self.assessment is None:
            return
        from emtui.tui.formatting.assessment_text import attention_summary

        summary = attention_summary(self.assessment, self._shown_zone)
        self.query_one(AttentionLines).show(summary.sentences, summary.calm, summary.counts)
