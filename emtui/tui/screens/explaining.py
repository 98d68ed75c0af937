"""A run that is explained: is it new, since when, where it waited and how long it usually does.

It rests on the list beneath and on the logs of the last good runs, which are asked for
once, after the run itself has been shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from textual import work
from textual.reactive import var

from emtui.em.model import Event, Log, Outcome, Session
from emtui.em.threads import beside
from emtui.local.notes import Note, notes_on
from emtui.triage.explained import Explanation, explain, good_before
from emtui.triage.known import NOTHING_KNOWN
from emtui.triage.standing import Standings
from emtui.triage.steps import Wait, steps, waits
from emtui.triage.telling import SERVERS
from emtui.triage.telling_known import rows
from emtui.tui.screens.base import SHORT
from emtui.tui.screens.opened import OpenedRun
from emtui.tui.widgets.key_value_list import KeyValueList
from emtui.tui.widgets.server_table import ServerTable


@dataclass(frozen=True, slots=True)
class Ground:
    """What an explanation rests on, beside the logs of past runs."""

    board: Standings
    sessions: tuple[Session, ...]
    session: Session
    events: tuple[Event, ...]

    @property
    def good(self) -> list[Session]:
        """The last good runs before it, newest first."""
        row = self.board.of(self.session.type)
        return good_before(row.runs, self.session) if row else []


class Explaining(OpenedRun):
    """A page about one run, with what the list and past logs say of it."""

    explanation: var[Explanation | None] = var(None)
    _notes: tuple[Note, ...] = ()

    def show_search(self) -> None:
        """Draw the line above the events."""

    async def waits_of(self, session: Session, log: Log) -> tuple[Wait, ...]:
        """Where a run waited, as its own log says, against what is known to be usual there."""
        until = self._clock().now if session.running else None
        usual = self.explanation.usuals if self.explanation else {}
        return await beside(lambda: waits(steps(log.events, until), usual))

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
        ground = self._ground(session, log) if by_list else None
        return await beside(partial(_at_once, ground)) if ground else None

    def explain(self) -> None:
        """Explain it anew, if both its log and the list are there."""
        ground = self._ground(self.session, self.log_read) if self.log_read else None
        if ground:
            self._explain(ground)

    def explain_by_list(self) -> None:
        """Explain it by the list alone, as its log could not be had; what its log has told goes on."""
        ground = self._ground(self.session, Log(())) if self.log_read is None else None
        if ground:
            self._explain_by_list(ground)

    def _ground(self, session: Session, log: Log) -> Ground | None:
        listing = self.ctx.navigator.list_screen
        if not (listing and listing.board and listing.snapshot and session.type):
            return None
        board = listing.board.later(self._clock().now)
        return Ground(board, listing.snapshot.sessions, session, log.events)

    @work(exclusive=True, group="explain", description="explain a run")
    async def _explain(self, ground: Ground) -> None:
        """What past logs say as well, once they have come."""
        if self.explanation is None:
            notes = await self._notes_on(ground)
            self._show_if_of(ground, await beside(partial(_at_once, ground)), notes)
        past = await self.ctx.history.logs(self.client, ground.good)
        found = await beside(partial(_explained, ground, past))
        if self._show_if_of(ground, found, await self._notes_on(ground)):
            self.worst = found.worst

    @work(exclusive=True, group="explain", description="explain a run whose log is not there")
    async def _explain_by_list(self, ground: Ground) -> None:
        found = await beside(partial(_at_once, ground))
        self._show_if_of(ground, found, await self._notes_on(ground))

    async def _notes_on(self, ground: Ground) -> tuple[Note, ...]:
        """What the team has written about its message, or about one of its events."""
        listing = self.ctx.navigator.list_screen
        notes = listing.notebook.notes if listing and listing.notebook else ()
        return await beside(partial(notes_on, notes, ground.session, ground.events))

    def _show_if_of(self, ground: Ground, found: Explanation, notes: tuple[Note, ...]) -> bool:
        """Show it, unless the person has gone elsewhere, or the run is known better by now."""
        if not self.stands or ground.session is not self.session:
            return False
        self.explanation, self.waits, self._notes = found, found.waits, notes
        self.show_search()
        self.show_explanation()
        return True

    def show_explanation(self) -> None:
        """The facts beside its own, the first ones first; before them what people know of it."""
        listing = self.ctx.navigator.list_screen
        if self.explanation is None or listing is None or listing.board is None:
            return
        servers = self.explanation.servers
        room = head_room(self.size.height, len(servers))
        teller = listing.teller(listing.board)
        told = teller.explained(self.explanation)
        facts = tuple((label, text) for label, text in told if not (room.servers and label == SERVERS))
        people = rows(self.session, listing.known or NOTHING_KNOWN, self._notes, teller)
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


def _at_once(ground: Ground) -> Explanation:
    """Without past logs; a good run may have waited as ever, and then nothing will be said of that."""
    found = _explained(ground, [])
    return replace(found, waited=None) if ground.session.outcome is Outcome.SUCCESS else found


def _explained(ground: Ground, past: list[tuple[Event, ...]]) -> Explanation:
    return explain(ground.board, ground.sessions, ground.session, ground.events, past)
