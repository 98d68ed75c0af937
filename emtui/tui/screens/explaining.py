"""A run that is explained: is it new, since when, where it waited and how long it usually does.

It rests on the list beneath and on the logs of the last good runs, which are asked for
once, after the run itself has been shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from textual import work
from textual.reactive import var

from emtui.em.model import Log, Session
from emtui.em.threads import beside
from emtui.local.notes import Note
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import ExplainedRun, Explainer, waits_of
from emtui.triage.explained import Explanation
from emtui.triage.steps import Wait
from emtui.triage.telling import SERVERS
from emtui.triage.telling_known import rows
from emtui.tui.formatting.assessment_text import formatter_for
from emtui.tui.screens.base import SHORT
from emtui.tui.screens.opened import OpenedRun
from emtui.tui.widgets.key_value_list import KeyValueList
from emtui.tui.widgets.server_table import ServerTable


class Explaining(OpenedRun):
    """A page about one run, with what the list and past logs say of it."""

    explanation: var[Explanation | None] = var(None)
    _notes: tuple[Note, ...] = ()

    def show_search(self) -> None:
        """Draw the line above the events."""

    @property
    def explainer(self) -> Explainer:
        """Explains this run, with the logs that any page has read."""
        return Explainer(self.client, self.ctx.history)

    async def waits_of(self, session: Session, log: Log) -> tuple[Wait, ...]:
        """Where a run waited, as its own log says, against what is known to be usual there."""
        now = self._clock().now
        return await beside(partial(waits_of, session, log.events, now, self.explanation))

    def judged(self) -> None:
        """The list says something else now, or for the first time."""
        if self.log_read is None and (self.trouble or self.explanation):
            self.explain_by_list()
        else:
            self.explain()

    async def thoughts_at_once(self, session: Session, log: Log) -> Explanation | None:
        """What the list and its own log say; they are shown together, so that the events need not move.

        Nothing where the list is not known yet, or more is known already than the list alone says.
        """
        by_list = self.explanation is None or self.log_read is None
        assessment = self._assessment_for(session) if by_list else None
        if assessment is None:
            return None
        now = self._clock().now
        run = await self.explainer.explain_from_list(assessment, session, log.events, now)
        return run.explanation

    def explain(self) -> None:
        """Explain it anew, if both its log and the list are there."""
        assessment = self._assessment_for(self.session)
        if assessment and self.log_read:
            self._explain(assessment, self.session, self.log_read)

    def explain_by_list(self) -> None:
        """Explain it by the list alone, as its log could not be had; what its log has told goes on."""
        assessment = self._assessment_for(self.session)
        if assessment and self.log_read is None:
            self._explain_by_list(assessment, self.session)

    def _assessment_for(self, session: Session) -> Assessment | None:
        """What the list says, if it can say anything about a run of this type."""
        listing = self.ctx.navigator.list_screen
        return listing.assessment if listing and session.type else None

    @work(exclusive=True, group="explain", description="explain a run")
    async def _explain(self, assessment: Assessment, session: Session, log: Log) -> None:
        """What past logs say as well, once they have come."""
        explainer, now = self.explainer, self._clock().now
        if self.explanation is None:
            self._show_if_current(await explainer.explain_from_list(assessment, session, log.events, now))
        run = await explainer.explain(assessment, session, log.events, now)
        if self._show_if_current(run):
            self.worst = run.explanation.worst

    @work(exclusive=True, group="explain", description="explain a run whose log is not there")
    async def _explain_by_list(self, assessment: Assessment, session: Session) -> None:
        now = self._clock().now
        self._show_if_current(await self.explainer.explain_from_list(assessment, session, (), now))

    def _show_if_current(self, run: ExplainedRun) -> bool:
        """Show it, unless the person has gone elsewhere, or the run is known better by now."""
        if not self.stands or run.session is not self.session:
            return False
        self.explanation, self.waits, self._notes = run.explanation, run.explanation.waits, run.notes
        self.show_search()
        self.show_explanation()
        return True

    def show_explanation(self) -> None:
        """The facts beside its own, the first ones first; before them what people know of it."""
        assessment = self._assessment_for(self.session)
        if self.explanation is None or assessment is None:
            return
        servers = self.explanation.servers
        room = head_room(self.size.height, len(servers))
        teller = formatter_for(assessment, self.zone)
        told = teller.explained(self.explanation)
        facts = tuple((label, text) for label, text in told if not (room.servers and label == SERVERS))
        people = rows(self.session, assessment.acknowledged, self._notes, teller)
        self.query_one(KeyValueList).show((*people, *facts), room.facts, room.each)
        self.query_one(ServerTable).show(servers, room.servers)

    async def action_known(self) -> None:
        """Mark this run as known, or no more."""
        from emtui.tui.screens.marking import mark_run

        await mark_run(self, self.session)

    def on_resize(self) -> None:
        """There is room for more, or for less."""
        if self.stands:
            self.show_explanation()


@dataclass(frozen=True, slots=True)
class HeadRoom:
    """Lines for facts, for each of them, and for a table of servers; with none those are one fact more."""

    facts: int
    each: int
    servers: int


def head_room(height: int, servers: int) -> HeadRoom:
    """A third of a screen of this height; the events have most of the rest."""
    if height < SHORT:
        return HeadRoom(3, 1, 0)
    table = min(servers, max(height // 5, 4))
    return HeadRoom(max(height // 3 - (table or 1), 4), 2, table)
