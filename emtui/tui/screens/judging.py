"""A list that is thought about: what needs somebody, type by type, before any key is pressed.

The thinking goes on beside the event loop, after the list has been shown; a thought that
is overtaken by a later list is dropped.
"""

from __future__ import annotations

from functools import partial

from textual import work
from textual.message import Message
from textual.reactive import var

from emtui.em.model import Session
from emtui.em.threads import beside
from emtui.monitor.snapshot import Snapshot
from emtui.triage.attention import Attention, Finding, judged
from emtui.triage.runs import started
from emtui.triage.standing import Standings, standings
from emtui.triage.telling import Teller, calm, ground
from emtui.tui.screens.watching import Watching
from emtui.tui.widgets.attention_lines import AttentionLines


def _think(snapshot: Snapshot) -> tuple[Standings, Attention]:
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
        teller = Teller(self.board.now, self.zone or self.emtui.zone)
        return tuple(map(teller.finding, self.attention.findings))

    def run_of(self, finding: Finding) -> Session | None:
        """The run that a finding is about: the newest of its type, or of all."""
        rows = self.board.types if self.board else ()
        meant = getattr(finding, "session", None)
        if isinstance(meant, Session):
            return meant
        runs = [row.newest for row in rows if finding.type in {None, row.type}]
        return max(runs, key=started, default=None)

    def next_finding(self, after: Finding | None) -> Finding | None:
        """The finding after this one; after the last, the first."""
        found = self.attention.findings if self.attention else ()
        places = [place for place, one in enumerate(found) if after and _same(one, after)]
        return found[(places[0] + 1) % len(found) if places else 0] if found else None

    def told(self, finding: Finding) -> str:
        """The sentence and its ground."""
        if self.board is None:
            return ""
        teller = Teller(self.board.now, self.zone or self.emtui.zone)
        return f"{teller.finding(finding)} ({ground(finding)})"


def _same(one: Finding, other: Finding) -> bool:
    """Whether both say the same of the same type, perhaps at other times."""
    return (type(one), one.type) == (type(other), other.type)
