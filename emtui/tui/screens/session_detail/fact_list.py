"""Widget: the facts about a run, and its backup servers, beside the facts or as one of them."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.triage.backup_server_stats import BackupServerResult
from emtui.triage.finding_text import SERVERS_LABEL
from emtui.tui.formatting.session_columns import WIDE_CELLS
from emtui.tui.screens.session_detail.backup_server_rows import server_line, server_rows
from emtui.tui.screens.session_detail.fact_layout import allocate_lines
from emtui.tui.theme import FAINT, PLAIN
from emtui.tui.widgets.paragraph import wrap_and_cut
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

INDENT = " "
LABEL_CELLS = 13
"""Cells of a label, including the gap."""
MAX_LEFT_CELLS = 92
"""Cells of the facts that have servers beside them."""
COLUMN_GAP = "  "

Fact = tuple[str, str]
"""Label and text."""


class FactList(Widget):
    """Facts and servers in at most `max_lines` lines, as chosen by `allocate_lines`."""

    DEFAULT_CSS = "FactList { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: tuple[Fact, ...] = ()
        self._servers: tuple[BackupServerResult, ...] = ()
        self._max_lines = self._max_lines_per_fact = 0

    def show(
        self,
        facts: tuple[Fact, ...],
        servers: tuple[BackupServerResult, ...],
        max_lines: int,
        max_lines_per_fact: int,
    ) -> None:
        """Show these facts and servers in at most `max_lines` lines."""
        before = (self._facts, self._servers, self._max_lines, self._max_lines_per_fact)
        if (facts, servers, max_lines, max_lines_per_fact) != before:
            self._facts, self._servers = facts, servers
            self._max_lines, self._max_lines_per_fact = max_lines, max_lines_per_fact
            self.refresh(layout=True)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Number of lines needed."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        lines = self._lines(self.size.width)
        return render_strip(lines[y] if y < len(lines) else [], self.size.width)

    def _lines(self, width: int) -> list[StyledSpans]:
        return fact_lines(self._facts, self._servers, width, self._max_lines, self._max_lines_per_fact)


def fact_lines(
    facts: tuple[Fact, ...],
    servers: tuple[BackupServerResult, ...],
    width: int,
    max_lines: int,
    max_lines_per_fact: int,
) -> list[StyledSpans]:
    """Format facts and servers in at most `max_lines` lines of `width` cells."""
    if width < WIDE_CELLS:
        return _one_column(facts, servers, width, max_lines, max_lines_per_fact)
    others = tuple(fact for fact in facts if fact[0] != SERVERS_LABEL)
    left_cells = min(width * 57 // 100, MAX_LEFT_CELLS) if servers else width // 2
    if servers:
        left = _one_column(others, (), left_cells, max_lines, max_lines_per_fact)
        right = list(server_rows(servers, width - left_cells - len(COLUMN_GAP) - 1, max_lines))
    else:
        half = (len(others) + 1) // 2
        left = _one_column(others[:half], (), left_cells, max_lines, max_lines_per_fact)
        right = _one_column(others[half:], (), width - left_cells, max_lines, max_lines_per_fact)
    gap = COLUMN_GAP if servers else ""
    return [
        [
            *_pad(left[y] if y < len(left) else [], left_cells),
            (gap, PLAIN),
            *(right[y] if y < len(right) else []),
        ]
        for y in range(max(len(left), len(right)))
    ]


def _one_column(
    facts: tuple[Fact, ...],
    servers: tuple[BackupServerResult, ...],
    width: int,
    max_lines: int,
    max_lines_per_fact: int,
) -> list[StyledSpans]:
    room = max(width - LABEL_CELLS - len(INDENT), 1)
    needed_lines = [
        1 if label == SERVERS_LABEL else len(wrap_and_cut(text, room, max_lines_per_fact))
        for label, text in facts
    ]
    allocated = allocate_lines([label for label, _ in facts], needed_lines, max_lines)
    lines: list[StyledSpans] = []
    for (label, text), line_count in zip(facts, allocated, strict=True):
        if not line_count:
            continue
        texts: list[StyledSpans] = [[(part, PLAIN)] for part in wrap_and_cut(text, room, line_count)]
        if label == SERVERS_LABEL and servers:
            texts = [server_line(servers, room)]
        labels = [label, *[""] * (len(texts) - 1)]
        lines += [
            [(f"{INDENT}{shown:<{LABEL_CELLS}}", FAINT), *spans]
            for shown, spans in zip(labels, texts, strict=True)
        ]
    return lines


def _pad(spans: StyledSpans, width: int) -> StyledSpans:
    used = spans_width(spans)
    return [*spans, (" " * max(width - used, 0), PLAIN)]
