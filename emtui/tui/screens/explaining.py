"""A run that is explained: is it new, since when, where it waited and how long it usually does.

It rests on the list beneath and on the logs of the last good runs, which are asked for
once, after the run itself has been shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from textual import work
from textual.reactive import var

from emtui.em.model import Event, Session
from emtui.em.threads import beside
from emtui.local.notes import Note, notes_on
from emtui.triage.explained import Explanation, explain, good_before
from emtui.triage.known import NOTHING_KNOWN
from emtui.triage.standing import Standings
from emtui.triage.telling_known import rows
from emtui.tui.screens.opened import OpenedRun
from emtui.tui.widgets.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Known:
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

    def judged(self) -> None:
        """The list says something else now, or for the first time."""
        self.explain()

    def explain(self) -> None:
        """Explain it anew, if both its log and the list are there."""
        listing = self.emtui.lookup_screen
        if not (listing and listing.board and listing.snapshot and self.log_read and self.session.type):
            return
        self._explain(Known(listing.board, listing.snapshot.sessions, self.session, self.log_read.events))

    @work(exclusive=True, group="explain", description="explain a run")
    async def _explain(self, known: Known) -> None:
        past = await self.emtui.past.of(self.client, known.good)
        found = await beside(partial(_explained, known, past))
        listing = self.emtui.lookup_screen
        notes = listing.notebook.notes if listing and listing.notebook else ()
        fitting = await beside(partial(notes_on, notes, known.session, known.events))
        if self.stands and known.session is self.session:
            self.explanation, self._notes = found, fitting
            self.show_explanation()

    def show_explanation(self) -> None:
        """The facts beside its own, the first ones first; before them what people know of it."""
        listing = self.emtui.lookup_screen
        if self.explanation is None or listing is None or listing.board is None:
            return
        teller = listing.teller(listing.board)
        told = rows(self.session, listing.known or NOTHING_KNOWN, self._notes, teller)
        self.query_one(Pairs).show((*told, *teller.explained(self.explanation)))

    async def action_known(self) -> None:
        """Mark this run as known, or no more."""
        from emtui.tui.screens.marking import mark_run

        await mark_run(self, self.session)


def _explained(known: Known, past: list[tuple[Event, ...]]) -> Explanation:
    return explain(known.board, known.sessions, known.session, known.events, past)
