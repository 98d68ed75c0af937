"""The pane below the alerts: the evidence of one of them."""

from __future__ import annotations

from emtui.display_text.session_wording import TimeContext
from emtui.tui.screens.attention.evidence import Evidence, evidence_lines
from emtui.tui.widgets.lines_pane import LinesPane


class EvidencePane(LinesPane):
    """Draws as much of the evidence as fits."""

    def __init__(self) -> None:
        super().__init__(id="evidence")
        self._content: tuple[Evidence, TimeContext] | None = None

    def show(self, evidence: Evidence | None, clock: TimeContext) -> None:
        """Show this evidence, or nothing."""
        self._content = (evidence, clock) if evidence else None
        self.lay_out()

    def lay_out(self) -> None:
        """Format the evidence for the current size."""
        self.show_lines(evidence_lines(*self._content, *self.size) if self._content else ())
