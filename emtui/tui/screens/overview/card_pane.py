"""The pane below the types: the card of the selected one, and its last runs."""

from __future__ import annotations

from emtui.display_text.session_wording import TimeContext
from emtui.monitor.type_histories import TypeHistory
from emtui.triage.baseline import Baselines
from emtui.triage.run_cells import RunCell
from emtui.tui.screens.overview.type_card import TypeCard, beside_runs, build_card, card_lines
from emtui.tui.widgets.lines_pane import LinesPane


class CardPane(LinesPane):
    """Draws the card of one type, as much of it as fits."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self._content: tuple[TypeHistory, TimeContext] | None = None
        self._selected: RunCell | None = None
        self._baselines: Baselines | None = None
        self._card: TypeCard | None = None

    def show(
        self,
        row: TypeHistory | None,
        clock: TimeContext,
        selected: RunCell | None,
        baselines: Baselines | None = None,
    ) -> None:
        """Show this type, with this cell set off, and which of its runs were longer than usual."""
        self._content, self._selected = (row, clock) if row else None, selected
        self._baselines = baselines
        self.lay_out()

    @property
    def cells(self) -> tuple[RunCell, ...]:
        """The cells of the card in the order of time."""
        return self._card.cells if self._card else ()

    def lay_out(self) -> None:
        """Build the card for the current size."""
        if self._content is None:
            self._card = None
            self.show_lines(())
            return
        row, clock = self._content
        width, height = self.size
        self._card = build_card(row, clock, width, height)
        lines = card_lines(self._card, clock, width, height, self._selected)
        runs = row.status.runs if row.status else ()
        self.show_lines(beside_runs(lines, runs, self._baselines, clock, width, height))
