"""A list that is thought about: what needs somebody, type by type, before any key is pressed.

The thinking goes on beside the event loop, after the list has been shown; a thought that
is overtaken by a later list is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import var

from emtui import words
from emtui.em.model import Session
from emtui.em.threads import beside
from emtui.monitor.snapshot import Snapshot
from emtui.tui.screens.knowing import Knowing, recall
from emtui.tui.widgets.attention_lines import AttentionLines

if TYPE_CHECKING:  # loaded once there is something to think about: the first picture does not wait for it
    from emtui.triage.attention import Attention
    from emtui.triage.finding import Finding
    from emtui.triage.known import Known, Mark
    from emtui.triage.standing import Standings
    from emtui.triage.telling import Teller
    from emtui.tui.notebook import Notebook


def _think(
    snapshot: Snapshot, notebook: Callable[[], Notebook], zones: tuple[tzinfo, tzinfo]
) -> tuple[Standings, Attention, Known]:
    """What is to be thought of a list; `zones` are the server's, and the one that is shown."""
    from emtui.triage.attention import judged
    from emtui.triage.standing import standings

    servers, shown = zones
    standing = standings(snapshot.sessions, snapshot.server_time, servers, snapshot.unlisted)
    return standing, judged(standing, shown), recall(notebook(), snapshot, standing)


def _get_ready() -> None:
    """Load what thinking takes: a page that waits for its list has time for that."""
    import emtui.triage.attention
    import emtui.triage.folds
    import emtui.triage.telling
    import emtui.tui.formatting.last_24h
    import emtui.tui.notebook  # noqa: F401 - each of these is used once there is a list


NOTE_CELLS = 60
"""Of a note, where the message that it is about stands beside it."""


class Judging(Knowing):
    """A page with a list, and what is to be thought of it."""

    attention: var[Attention | None] = var(None)

    def on_mount(self) -> None:
        """The first picture does not wait for what thinking takes, nor does the first list."""
        self.call_after_refresh(self._prepare)

    @work(group="prepare", description="get ready to think")
    async def _prepare(self) -> None:
        await beside(_get_ready)

    def judge(self) -> None:
        """Think about the list that is shown now."""
        if self.snapshot:
            self._judge(self.snapshot)

    @work(exclusive=True, group="judge", description="think about the list")
    async def _judge(self, snapshot: Snapshot) -> None:
        edition = self.notebook.edition if self.notebook else 0
        zones = self.ctx.clock.servers_zone, self.zone
        standing, attention, known = await beside(partial(_think, snapshot, self.open_notebook, zones))
        notebook = self.open_notebook()
        while edition != notebook.edition:  # a mark that was made meanwhile holds, too
            edition = notebook.edition
            known = await beside(partial(recall, notebook, snapshot, standing))
        if self.stands and snapshot is self.snapshot:
            self.board, self.attention = standing, attention
            if standing.baselines != self.sessions.baselines:
                self.sessions.baselines = standing.baselines
            self.show_known(known)
            self.post_message(self.Judged())
            if problem := notebook.news():
                self.ctx.navigator.view.say(problem)

    def show_known(self, known: Known) -> None:
        """What is known needs nobody any more."""
        super().show_known(known)
        self.show_attention()

    def show_attention(self) -> None:
        """The worst two findings that are not known, or on what ground nothing new needs anybody."""
        if self.attention is None or self.board is None:
            return
        from emtui.triage.telling import calm

        found, known = self.findings, self.known_findings
        more = [f"a: next of {words.counted(len(found), 'alert')}"] if len(found) > 1 else []
        counted = [f"{words.count(known)} known"] if known else []
        base = self.attention.calm
        alerts = [f"{words.counted(known, 'alert')} known"] if known else []
        rest = f"nothing {'new ' if known else ''}needs you: {', '.join([*alerts, calm(base)])}"
        sentences = self.sentences[: len(found) - known]
        self.query_one(AttentionLines).show(sentences, rest if base.types else "", ", ".join(more + counted))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What needs somebody, worst first; what is known already comes last."""
        found = self.attention.findings if self.attention else ()
        return tuple(sorted(found, key=lambda finding: self.mark_of(finding) is not None))

    @property
    def new_findings(self) -> tuple[Finding, ...]:
        """Those that nobody knows of yet."""
        return tuple(finding for finding in self.findings if self.mark_of(finding) is None)

    @property
    def known_findings(self) -> int:
        """How many of the findings are known: the last ones."""
        return len(self.findings) - len(self.new_findings)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Each finding in words, in their order."""
        return tuple(map(self.teller(self.board).finding, self.findings)) if self.board else ()

    def run_of(self, finding: Finding) -> Session | None:
        """The run that a finding is about."""
        from emtui.triage.about import run_of

        return run_of(finding, self.board) if self.board else None

    def next_finding(self, last: Finding | None) -> Finding | None:
        """The finding after this one; after the last, the first."""
        from emtui.triage.about import after

        return after(self.findings, last)

    def is_last_finding(self, finding: Finding | None) -> bool:
        """Whether this is the last of several."""
        from emtui.triage.about import place_of

        found = self.findings
        return len(found) > 1 and place_of(found, finding) == len(found) - 1

    def as_it_is_now(self, finding: Finding) -> Finding | None:
        """The same finding, as the latest list has it; nothing if it is over."""
        from emtui.triage.about import place_of

        found = self.findings
        place = place_of(found, finding)
        return None if place is None else found[place]

    def findings_on(self, kind: str) -> tuple[Finding, ...]:
        """Those about this type, worst first."""
        return tuple(finding for finding in self.findings if finding.type == kind)

    def told(self, finding: Finding) -> str:
        """The sentence and its ground; before them the note, if it is known."""
        if self.board is None:
            return ""
        from emtui.triage.telling import ground

        said = f"{self.teller(self.board).finding(finding)} ({ground(finding)})"
        return " · ".join(part for part in (self.told_known(self.mark_of(finding)), said) if part)

    def told_known(self, mark: Mark | None) -> str:
        """`known: INC0012345, until it succeeds`, a long note cut; nothing without a mark."""
        if mark is None or self.known is None or self.board is None:
            return ""
        from emtui.triage.telling_known import noted

        cut = replace(mark, note=words.cut(mark.note, NOTE_CELLS))
        return f"known: {noted(cut, self.known, self.teller(self.board))}"

    def teller(self, board: Standings) -> Teller:
        """Whoever puts what is thought into words, as of when it was thought."""
        from emtui.triage.telling import Teller

        return Teller(board.now, self.zone)
