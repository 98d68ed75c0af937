"""What needs somebody, all of it: one line per finding, its ground below, and the run that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.em.model import Session
from emtui.triage.about import place_of
from emtui.triage.finding import Finding, Grade
from emtui.triage.telling import calm
from emtui.tui.commands import Place, bindings
from emtui.tui.formatting.assessment_text import finding_text, sentences
from emtui.tui.formatting.open_command import Location
from emtui.tui.formatting.outcome_style import KNOWN
from emtui.tui.screens.above import AboveTheList, titled
from emtui.tui.theme import CURSOR, FAINT, PLAIN, TROUBLE
from emtui.tui.widgets.paragraph import Paragraph
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import Pieces, VirtualList

if TYPE_CHECKING:
    from emtui.handover.dated import Dated
    from emtui.monitor.assessment import Assessment


class FindingLines(VirtualList):
    """The sentences, worst first."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self._told: tuple[tuple[Finding, str], ...] = ()
        self._known = 0

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        return self._told[self.cursor][0] if self._told else None

    def show(self, told: tuple[tuple[Finding, str], ...], known: int) -> bool:
        """These from now on, the last ones known; the cursor stays on its finding, else on its line.

        False if the finding under the cursor is none of them.
        """
        selected = self.selected
        here = place_of([finding for finding, _ in told], selected)
        self._told, self._known = told, known
        self.replace_rows(len(told), self.cursor if here is None else here, self.top)
        return selected is None or here is not None

    def render_row(self, place: int, width: int) -> Pieces:
        """One sentence, cut to the line; what is worth knowing has no sign, what is known another."""
        finding, sentence = self._told[place]
        mark = CURSOR if place == self.cursor else " "
        text = words.cut(sentence, width - 4)
        if place >= len(self._told) - self._known:
            return [(f"{mark} ", PLAIN), (f"{KNOWN} {text}", FAINT)]
        sign = "  " if finding.grade is Grade.NOTE else "! "
        return [(f"{mark} ", PLAIN), (sign, TROUBLE), (text, PLAIN)]


class FindingsScreen(AboveTheList):
    """All findings of the list beneath, kept up to date by it."""

    PLACE: ClassVar[Place] = Place.FINDINGS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FINDINGS)

    def body(self) -> Iterable[Widget]:
        """A title, the findings, the whole sentence with its ground."""
        yield StatusLine(id="title")
        yield FindingLines()
        yield Paragraph(2, id="tail")

    def location(self, below: Location | None, /) -> Location | None:
        """What needs attention, above the list."""
        return replace(below, view="attention", is_list=False) if below else None

    def show_thoughts(self) -> None:
        """As the list beneath knows them now."""
        assessment = self.assessment
        if not self.stands or assessment is None:
            return
        lines = self.query_one(FindingLines)
        lines.empty = ("Nothing needs you.",)
        known = assessment.acknowledged_findings
        told = sentences(assessment, self.zone)
        if not lines.show(tuple(zip(assessment.findings, told, strict=True)), known):
            then = "the next one is selected" if lines.count else "none is left"
            self.say(f"The selected alert is over; {then}.")
        marked = f"  {words.place(known, lines.count, 'alert')} known" if known else ""
        title = titled(f"Attention{marked}", calm(assessment.attention.calm), self.size.width)
        self.query_one("#title", StatusLine).show(*title)
        self.show_top()

    def on_virtual_list_cursor_moved(self) -> None:
        """The whole sentence, and what it rests on."""
        finding = self.query_one(FindingLines).selected
        text = ""
        if finding and self.assessment:
            text = finding_text(self.assessment, finding, self.zone)
        self.query_one(Paragraph).show(text)
        self.show_foot()

    def position(self) -> str:
        """`1 of 2 alerts`."""
        lines = self.query_one(FindingLines)
        return words.place(lines.cursor + 1, lines.count, "alert") if lines.count else ""

    @property
    def run_here(self) -> Session | None:
        """The run that the finding under the cursor is about."""
        finding = self.query_one(FindingLines).selected
        return self.assessment.run_of(finding) if finding and self.assessment else None

    async def action_known(self) -> None:
        """Mark the finding as known, or no more."""
        from emtui.tui.screens.marking import mark_finding

        await mark_finding(self, self.query_one(FindingLines).selected)

    def _dated(self, assessment: Assessment) -> Dated:
        """What puts findings into words with every time in full."""
        from emtui.handover.dated import Dated

        return Dated(assessment.statuses.now, self.zone)

    def action_copy(self) -> None:
        """The sentence under the cursor, with what it rests on."""
        finding, assessment = self.query_one(FindingLines).selected, self.assessment
        if finding is None or assessment is None:
            self.say("There is no line to copy.")
            return
        from emtui.tui.formatting.plain_findings import finding_line

        self.ctx.exporter.copy(finding_line(finding, assessment.acknowledged, self._dated(assessment)))

    def plain_text(self) -> Callable[[], str] | None:
        """All sentences, and how many types are well."""
        assessment = self.assessment
        if assessment is None:
            return None
        from emtui.tui.formatting.plain_findings import findings_text

        origin, formatter = self.ctx.exporter.origin(self.as_of()), self._dated(assessment)
        found, base = assessment.findings, calm(assessment.attention.calm)
        return lambda: findings_text(origin, found, base, assessment.acknowledged, formatter)

    def action_open(self) -> None:
        """The run that the finding is about."""
        run = self.run_here
        if run:
            self.ctx.navigator.open_session(run)
        else:
            self.say("There is no run to open.")
