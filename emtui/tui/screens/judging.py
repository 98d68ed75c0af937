"""A list that is thought about: what needs somebody, type by type, before any key is pressed.

The thinking goes on beside the event loop, after the list has been shown; a thought that
is overtaken by a later list is dropped.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.reactive import var

from emtui.em.model import Session
from emtui.em.threads import beside
from emtui.monitor.snapshot import Snapshot
from emtui.tui.screens.watching import Watching
from emtui.tui.widgets.attention_lines import AttentionLines

if TYPE_CHECKING:  # loaded once there is something to think about: the first picture does not wait for it
    from emtui.triage.attention import Attention, Finding
    from emtui.triage.standing import Standings
    from emtui.triage.telling import Teller


def _think(snapshot: Snapshot) -> tuple[Standings, Attention]:
    from emtui.triage.attention import judged
    from emtui.triage.standing import standings

    standing = standings(snapshot.sessions, snapshot.server_time)
    return standing, judged(standing)


class Judging(Watching):
    """A page with a list, and what is to be thought of it."""

    board: var[Standings | None] = var(None)
    attention: var[Attention | None] = var(None)

    class Judged(Message):
        """It is known anew how each type stands."""

    def judge(self) -> None:
        """Think about the list that is shown now."""
        if self.snapshot:
            self._judge(self.snapshot)

    @work(exclusive=True, group="judge", description="think about the list")
    async def _judge(self, snapshot: Snapshot) -> None:
        standing, attention = await beside(partial(_think, snapshot))
        if self.stands and snapshot is self.snapshot:
            self.board, self.attention = standing, attention
            usual = {row.type: row.baseline for row in standing.types if row.baseline}
            if usual != self.sessions.baselines:
                self.sessions.baselines = usual
            self.show_attention()
            self.post_message(self.Judged())

    def show_attention(self) -> None:
        """The worst two findings, or on what ground nothing needs anybody."""
        if self.attention is None or self.board is None:
            return
        from emtui.triage.telling import calm

        found = self.attention.findings
        more = f"a: next of {len(found)}" if len(found) > 1 else ""
        base = self.attention.calm
        rest = f"nothing needs you: {calm(base)}" if base.types else ""
        self.query_one(AttentionLines).show(self.sentences, rest, more)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each finding in words, worst first."""
        if self.attention is None or self.board is None:
            return ()
        return tuple(map(self.teller(self.board).finding, self.attention.findings))

    def run_of(self, finding: Finding) -> Session | None:
        """The run that a finding is about."""
        from emtui.triage.about import run_of

        return run_of(finding, self.board) if self.board else None

    def next_finding(self, last: Finding | None) -> Finding | None:
        """The finding after this one; after the last, the first."""
        from emtui.triage.about import after

        return after(self.attention.findings if self.attention else (), last)

    def told(self, finding: Finding) -> str:
        """The sentence and its ground."""
        if self.board is None:
            return ""
        from emtui.triage.telling import ground

        return f"{self.teller(self.board).finding(finding)} ({ground(finding)})"

    def teller(self, board: Standings) -> Teller:
        """Whoever puts what is thought into words, as of when it was thought."""
        from emtui.triage.telling import Teller

        return Teller(board.now, self.zone or self.emtui.zone)
