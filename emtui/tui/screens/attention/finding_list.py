"""The list of alerts: one line per finding, most severe first, acknowledged ones last."""

from __future__ import annotations

from emtui import text_format
from emtui.triage.finding_navigation import find_finding_index
from emtui.triage.findings import Finding, Urgency
from emtui.tui.formatting.outcome_style import ACKNOWLEDGED_GLYPH
from emtui.tui.theme import CURSOR_MARK, ERROR_STYLE, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList


class FindingList(VirtualList):
    """One sentence per finding."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self.findings: tuple[Finding, ...] = ()
        self._sentences: tuple[str, ...] = ()
        self._acknowledged_count = 0
        self.empty_lines = ("Nothing needs attention.",)

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        return self.findings[self.cursor] if self.findings else None

    def show(
        self, findings: tuple[Finding, ...], sentences: tuple[str, ...], acknowledged_count: int
    ) -> bool:
        """Show these findings; the last `acknowledged_count` are acknowledged.

        The cursor stays on its finding. False if that is gone; then the cursor stays on its line.
        """
        selected = self.selected
        index = find_finding_index(findings, selected)
        self.findings, self._sentences, self._acknowledged_count = findings, sentences, acknowledged_count
        self.replace_rows(len(findings), self.cursor if index is None else index, self.top)
        return selected is None or index is not None

    def render_row(self, row: int, width: int) -> StyledSpans:
        """The sentence, cut to the line; `k` before an acknowledged finding, no sign before a note."""
        cursor_mark = CURSOR_MARK if row == self.cursor else " "
        text = text_format.truncate(self._sentences[row], width - 4)
        if row >= len(self.findings) - self._acknowledged_count:
            return [(f"{cursor_mark} ", PLAIN), (f"{ACKNOWLEDGED_GLYPH} {text}", FAINT)]
        sign = "  " if self.findings[row].urgency is Urgency.NOTE else "! "
        return [(f"{cursor_mark} ", PLAIN), (sign, ERROR_STYLE), (text, PLAIN)]
