"""Formats the backup servers of a collection run as rows: duration, usual duration, outcome.

Pure: takes server results and a width in cells, returns styled spans.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from emtui import text_format
from emtui.em.model import Outcome
from emtui.triage.backup_server_stats import BackupServerResult, ServerOutcome, sort_worst_first
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

DURATION_CELLS = 6
RESULT_CELLS = 13
"""Cells of `○ not reached`."""
MIN_HOST_CELLS = 6
MIN_MESSAGE_CELLS = 8
"""Minimum cells of a message; below, it is omitted."""
COLUMN_GAP = "  "
SERVER_OUTCOMES = {
    ServerOutcome.OK: Outcome.SUCCESS,
    ServerOutcome.FAILED: Outcome.FAILED,
    ServerOutcome.RUNNING: Outcome.RUNNING,
    ServerOutcome.NOT_REACHED: Outcome.CANCELED,
    ServerOutcome.UNKNOWN: Outcome.UNKNOWN,
}
"""Outcomes whose glyph and color a server result shares; none for pending servers."""


def server_rows(servers: Sequence[BackupServerResult], width: int, max_rows: int) -> tuple[StyledSpans, ...]:
    """Format the worst first, in at most `max_rows` rows; the last one counts the rest."""
    ordered = sort_worst_first(servers)
    shown_servers = ordered if len(ordered) <= max_rows else ordered[: max_rows - 1]
    usual_texts = _usual_texts(shown_servers, width)
    fixed_cells = (
        DURATION_CELLS
        + max(map(text_format.cell_width, usual_texts), default=0)
        + RESULT_CELLS
        + 3 * len(COLUMN_GAP)
    )
    room = max(width - fixed_cells, MIN_HOST_CELLS)
    host_cells = min(max((text_format.cell_width(row.host) for row in shown_servers), default=0), room)
    rows = [
        _format_row(row, host_cells, usual_text, width)
        for row, usual_text in zip(shown_servers, _pad_texts(usual_texts), strict=True)
    ]
    remaining = ordered[len(shown_servers) :]
    return (*rows, [(_remaining_text(remaining), FAINT)]) if remaining else tuple(rows)


def _format_row(row: BackupServerResult, host_cells: int, usual_text: str, width: int) -> StyledSpans:
    duration_text = text_format.format_duration(row.duration) if row.duration is not None else ""
    outcome = SERVER_OUTCOMES.get(row.outcome)
    spans: StyledSpans = [
        (text_format.fit_width(row.host, host_cells) + COLUMN_GAP, PLAIN),
        (f"{duration_text:>{DURATION_CELLS}}{COLUMN_GAP}", BOLD if row.is_unusual else PLAIN),
        (usual_text, FAINT),
        (f"{OUTCOME_GLYPHS[outcome]} {row.outcome}", OUTCOME_STYLES[outcome])
        if outcome
        else (f"  {row.outcome}", FAINT),
    ]
    room = width - sum(text_format.cell_width(text) for text, _ in spans) - len(COLUMN_GAP)
    if row.message and room >= MIN_MESSAGE_CELLS:
        spans.append((COLUMN_GAP + text_format.truncate(text_format.join_lines(row.message), room), PLAIN))
    return spans


def _usual_texts(rows: Sequence[BackupServerResult], width: int) -> list[str]:
    """The usual durations in the longest form that fits: with the number of runs, if possible."""
    host_cells = max((text_format.cell_width(row.host) for row in rows), default=0)
    room = width - host_cells - DURATION_CELLS - RESULT_CELLS - 3 * len(COLUMN_GAP)
    forms = ([_usual_text(row, form) for row in rows] for form in (", based on {}", " ({})", ""))
    return next(
        (texts for texts in forms if max(map(text_format.cell_width, texts), default=0) <= room),
        [_usual_text(row, "") for row in rows],
    )


def _usual_text(row: BackupServerResult, run_count_form: str) -> str:
    """`usually 22s`, followed by the number of runs in this form."""
    if row.usual is None:
        return ""
    run_count_text = run_count_form.format(text_format.format_counted(row.usual.sample_size, "run"))
    return f"usually {text_format.format_duration(row.usual.usual)}{run_count_text}"


def _pad_texts(texts: Sequence[str]) -> list[str]:
    """Pad all to the widest plus the gap; empty if all are empty."""
    widest = max(map(text_format.cell_width, texts), default=0)
    return [text_format.fit_width(text, widest) + COLUMN_GAP if widest else "" for text in texts]


def _remaining_text(remaining: Sequence[BackupServerResult]) -> str:
    """`and 4 more servers: 1 not reached, 3 ok`."""
    counts = Counter(row.outcome for row in remaining)
    result_text = ", ".join(
        f"{text_format.format_count(number)} {result_text}" for result_text, number in counts.items()
    )
    return f"and {text_format.format_counted(len(remaining), 'more server')}: {result_text}"
