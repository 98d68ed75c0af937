"""What needs somebody, all of it: one line per finding, its ground below, and the run that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.triage.attention import Finding, Grade
from emtui.triage.telling import calm
from emtui.tui.commands import Place, bindings
from emtui.tui.screens.page import Page
from emtui.tui.theme import BOLD, CURSOR, PLAIN, TROUBLE
from emtui.tui.widgets.lines import Lines, Pieces
from emtui.tui.widgets.oneline import OneLine
from emtui.tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:
    from emtui.tui.screens.lookup import LookupScreen


class FindingLines(Lines):
    """The sentences, worst first."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self._told: tuple[tuple[Finding, str], ...] = ()

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        return self._told[self.cursor][0] if self._told else None

    def show(self, told: tuple[tuple[Finding, str], ...]) -> None:
        """These from now on; the cursor stays on its line."""
        self._told = told
        self.renew(len(told), self.cursor, self.top)

    def row(self, place: int, width: int) -> Pieces:
        """One sentence, cut to the line; notes have no sign."""
        finding, sentence = self._told[place]
        sign = "  " if finding.grade is Grade.NOTE else "! "
        mark = CURSOR if place == self.cursor else " "
        return [(f"{mark} ", PLAIN), (sign, TROUBLE), (words.cut(sentence, width - 4), PLAIN)]


class FindingsScreen(Page):
    """All findings of the list beneath, kept up to date by it."""

    PLACE: ClassVar[Place] = Place.FINDINGS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FINDINGS)

    def __init__(self, listing: LookupScreen) -> None:
        super().__init__()
        self._list = listing

    def body(self) -> Iterable[Widget]:
        """A title, the findings, the whole sentence with its ground."""
        yield OneLine(id="title")
        yield FindingLines()
        yield Paragraph(2, id="tail")

    def on_mount(self) -> None:
        """Show them."""
        self.show_findings()

    def as_of(self) -> datetime | None:
        """When the list was complete that this rests on."""
        return self._list.snapshot.as_of if self._list.snapshot else None

    def show_findings(self) -> None:
        """As the list beneath knows them now."""
        attention = self._list.attention
        if not self.stands or attention is None:
            return
        lines = self.query_one(FindingLines)
        lines.empty = ("Nothing needs you.",)
        lines.show(tuple(zip(attention.findings, self._list.sentences, strict=True)))
        self.query_one("#title", OneLine).show([("Attention", BOLD)], [(calm(attention.calm), BOLD)])
        self.show_top()

    def watch_zone(self) -> None:
        """Other times in every sentence."""
        super().watch_zone()
        self.show_findings()

    def on_lines_moved(self) -> None:
        """The whole sentence, and what it rests on."""
        finding = self.query_one(FindingLines).selected
        self.query_one(Paragraph).show(self._list.told(finding) if finding else "")
        self.show_foot()

    def position(self) -> str:
        """`1/2`."""
        lines = self.query_one(FindingLines)
        return f"{lines.cursor + 1}/{lines.count}" if lines.count else ""

    def action_open(self) -> None:
        """The run that the finding is about."""
        finding = self.query_one(FindingLines).selected
        run = self._list.run_of(finding) if finding else None
        if run:
            self.emtui.open_session(run)
        else:
            self.say("There is no run to open.")

    def action_ask(self) -> None:
        """Ask for the list now."""
        self._list.action_ask()
