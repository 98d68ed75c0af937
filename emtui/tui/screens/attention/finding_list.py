"""The findings, a line each, worst first; those that are acknowledged come last."""

from __future__ import annotations

from emtui import text_format
from emtui.triage.finding_navigation import place_of
from emtui.triage.findings import Finding, Grade
from emtui.tui.formatting.outcome_style import KNOWN
from emtui.tui.theme import CURSOR, FAINT, PLAIN, TROUBLE
from emtui.tui.widgets.virtual_list import Pieces, VirtualList


class FindingList(VirtualList):
    """A sentence for each finding."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self.findings: tuple[Finding, ...] = ()
        self._sentences: tuple[str, ...] = ()
        self._acknowledged = 0
        self.empty = ("Nothing needs you.",)

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        return self.findings[self.cursor] if self.findings else None

    def show(self, findings: tuple[Finding, ...], sentences: tuple[str, ...], acknowledged: int) -> bool:
        """Show these findings, of which the last ones are acknowledged.

        The cursor stays on its finding, else on its line: false if its finding is none of them.
        """
        selected = self.selected
        place = place_of(findings, selected)
        self.findings, self._sentences, self._acknowledged = findings, sentences, acknowledged
        self.replace_rows(len(findings), self.cursor if place is None else place, self.top)
        return selected is None or place is not None

    def render_row(self, place: int, width: int) -> Pieces:
        """One sentence, cut to the line; a note has no sign, an acknowledged finding another one."""
        mark = CURSOR if place == self.cursor else " "
        text = text_format.cut(self._sentences[place], width - 4)
        if place >= len(self.findings) - self._acknowledged:
            return [(f"{mark} ", PLAIN), (f"{KNOWN} {text}", FAINT)]
        sign = "  " if self.findings[place].grade is Grade.NOTE else "! "
        return [(f"{mark} ", PLAIN), (sign, TROUBLE), (text, PLAIN)]
