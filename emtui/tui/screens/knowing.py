"""A list of which some is known already: marks are made and taken away, and notes are at hand.

What is known is judged together with the list, beside the event loop; a mark holds at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.reactive import var

from emtui.em.address import Server
from emtui.em.model import Session
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.monitor.backoff import PollSchedule
from emtui.monitor.changes import Changes
from emtui.monitor.poller import TimeSource
from emtui.monitor.snapshot import Snapshot
from emtui.tui.context import AppContext
from emtui.tui.screens.watching import Watching

if TYPE_CHECKING:  # loaded once there is something to think about, as `triage` is
    from emtui.triage.finding import Finding
    from emtui.triage.known import Known, Mark
    from emtui.triage.standing import Standings
    from emtui.tui.notebook import Notebook


class Knowing(Watching):
    """A page with a list, and what is known of it."""

    board: var[Standings | None] = var(None)
    known: var[Known | None] = var(None)

    class Judged(Message):
        """It is known anew how each type stands, or what is known of that already."""

    def __init__(self, ctx: AppContext, client: Source, pace: PollSchedule, clocks: TimeSource) -> None:
        super().__init__(ctx, client, pace, clocks)
        self.notebook: Notebook | None = None

    def open_notebook(self) -> Notebook:
        """The notebook on the server of this list; of a demo or a recording one without a file."""
        from emtui.tui.notebook import Notebook

        if self.notebook is None:
            server = self.client.server
            kept = (
                server.ascii_authority if isinstance(server, Server) and self.ctx.options.remember else None
            )
            self.notebook = Notebook(kept)
        return self.notebook

    def spares(self, changes: Changes, run: Session) -> bool:
        """Whether nobody is to be told of this run, one of what is new: it is known."""
        return self.known is not None and self.known.spares(run, (*changes.added, *changes.changed))

    def mark_of(self, finding: Finding) -> Mark | None:
        """The mark that holds for a finding."""
        return self.known.of_finding(finding) if self.known else None

    async def make_known(self, mark: Mark) -> str:
        """It is known from now on; what was wrong with keeping that, if anything."""
        self.open_notebook().put(mark)
        return await self._think_again()

    async def forget(self, mark: Mark) -> str:
        """It is known no more; the same."""
        self.open_notebook().take(mark)
        return await self._think_again()

    async def _think_again(self) -> str:
        board, snapshot = self.board, self.snapshot
        if board and snapshot:
            known = await beside(partial(recall, self.open_notebook(), snapshot, board))
            if self.stands:
                self.show_known(known)
                self.post_message(self.Judged())
        return self.open_notebook().news()

    def show_known(self, known: Known) -> None:
        """Draw what is known apart from what is not."""
        self.known = self.sessions.known = known


def recall(notebook: Notebook, snapshot: Snapshot, board: Standings) -> Known:
    """What is known of a list; may wait for the disk."""
    return notebook.think(board, whole=not snapshot.references)
