"""Formats the backup servers of a collection run: as rows with bars, or as one line.

Pure: takes server results and a width in cells, returns styled spans. A bar shows the duration against the
usual one; all bars have the same scale.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from rich.style import Style

from emtui import text_format
from emtui.em.model import Outcome
from emtui.triage.backup_server_stats import BackupServerResult, ServerOutcome, sort_worst_first
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.step_bars import Track, bar_spans, lay_out_bar
from emtui.tui.theme import BOLD, ERROR_STYLE, FAINT, PLAIN, WARNING_STYLE
from emtui.tui.widgets.status_line import spans_width
from emtui.tui.widgets.virtual_list import StyledSpans

DURATION_CELLS = 6
MIN_HOST_CELLS = 6
"""Cells to which a name is cut at most."""
MIN_BAR_CELLS = 6
"""Cells of a bar; with less room, the rows have none."""
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
    if max_rows < 1:
        return ()
    ordered = sort_worst_first(servers)
    shown_servers = ordered if len(ordered) <= max_rows else ordered[: max_rows - 1]
    names = short_host_names(servers)
    texts = [_duration_text(row) for row in shown_servers]
    outcome_cells = max((text_format.cell_width(_outcome_text(row)) for row in shown_servers), default=0)
    text_cells = max(map(text_format.cell_width, texts), default=0)
    fixed_cells = outcome_cells + text_cells + 2 * len(COLUMN_GAP)
    host_cells = max((text_format.cell_width(names[row.host]) for row in shown_servers), default=0)
    host_cells = min(host_cells, max(width - fixed_cells, MIN_HOST_CELLS))
    bar_cells = width - fixed_cells - host_cells - 1
    track = Track(_longest(shown_servers), bar_cells if bar_cells >= MIN_BAR_CELLS else 0)
    rows: list[StyledSpans] = []
    for row, text in zip(shown_servers, texts, strict=True):
        is_failed = row.outcome is ServerOutcome.FAILED
        rows.append(
            [
                (text_format.fit_width(names[row.host], host_cells), BOLD if is_failed else PLAIN),
                (" ", PLAIN),
                (text_format.fit_width(_outcome_text(row), outcome_cells), _outcome_style(row)),
                (COLUMN_GAP, PLAIN),
                *_server_bar(row, track),
                (text, _duration_style(row)),
            ]
        )
    remaining = ordered[len(shown_servers) :]
    return (*rows, [(_remaining_text(remaining), FAINT)]) if remaining else tuple(rows)


def server_line(servers: Sequence[BackupServerResult], width: int) -> StyledSpans:
    """Format all in one line, the worst first: `■ bs02 failed 35s (usually 17s)  bs03 31s (18s)  +1 more`."""
    ordered, names = sort_worst_first(servers), short_host_names(servers)
    spans: StyledSpans = []
    used = 0
    for number, row in enumerate(ordered):
        entry = _line_entry(row, names[row.host], is_first=number == 0)
        rest = len(ordered) - number
        needed = used + spans_width(entry)
        reserved = text_format.cell_width(f"{COLUMN_GAP}+{rest - 1} more") if rest > 1 else 0
        if number and needed + reserved > width:
            return [*spans, (f"+{rest} more", FAINT)]
        spans += entry if rest == 1 else [*entry, (COLUMN_GAP, PLAIN)]
        used = needed + len(COLUMN_GAP)
    return spans


def short_host_names(servers: Sequence[BackupServerResult]) -> dict[str, str]:
    """The names without the domain that all share; whole if there is only one, or if it is an address."""
    hosts = [row.host for row in servers]
    labels = [host.split(".") for host in hosts]
    if len(set(hosts)) < 2 or any(map(_is_address, hosts)):
        return {host: host for host in hosts}
    shortest = min(map(len, labels)) - 1
    tails = zip(*(reversed(parts) for parts in labels), strict=False)
    shared = min(sum(1 for _ in takewhile(lambda tail: len(set(tail)) == 1, tails)), shortest)
    return {host: ".".join(parts[: len(parts) - shared]) for host, parts in zip(hosts, labels, strict=True)}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _line_entry(row: BackupServerResult, name: str, *, is_first: bool) -> StyledSpans:
    is_ok = row.outcome is ServerOutcome.OK
    outcome = SERVER_OUTCOMES.get(row.outcome)
    glyph = f"{OUTCOME_GLYPHS[outcome]} " if outcome and not is_ok else ""
    style = PLAIN if is_ok else _outcome_style(row)
    spans: StyledSpans = [(f"{glyph}{name}" if is_ok else f"{glyph}{name} {row.outcome}", style)]
    if row.duration is not None:
        spans.append((f" {text_format.format_duration(row.duration)}", _duration_style(row)))
        if row.usual:
            word = "usually " if is_first else ""
            spans.append((f" ({word}{text_format.format_duration(row.usual.usual)})", FAINT))
    return spans


def _server_bar(row: BackupServerResult, track: Track) -> StyledSpans:
    """The bar and the gap after it; blank without a duration."""
    if not track.cells:
        return []
    if row.duration is None:
        return [(" " * track.cells + COLUMN_GAP, PLAIN)]
    usual = row.usual.usual if row.usual else None
    bar = lay_out_bar(track, timedelta(), row.duration, usual, is_unusual=row.is_unusual)
    return [*bar_spans(bar, track.cells, FAINT, _duration_style(row)), (COLUMN_GAP, PLAIN)]


def _longest(rows: Sequence[BackupServerResult]) -> timedelta:
    """What a whole bar stands for."""
    durations = [row.duration for row in rows if row.duration is not None]
    usual_durations = [row.usual.usual for row in rows if row.usual and row.duration is not None]
    return max([*durations, *usual_durations], default=timedelta())


def _outcome_text(row: BackupServerResult) -> str:
    outcome = SERVER_OUTCOMES.get(row.outcome)
    return f"{OUTCOME_GLYPHS[outcome] if outcome else ' '} {row.outcome}"


def _outcome_style(row: BackupServerResult) -> Style:
    outcome = SERVER_OUTCOMES.get(row.outcome)
    return FAINT if outcome in (None, Outcome.SUCCESS) else OUTCOME_STYLES[outcome]


def _duration_style(row: BackupServerResult) -> Style:
    """The style of the duration and of the part beyond the usual one."""
    if row.outcome is ServerOutcome.FAILED:
        return ERROR_STYLE
    return WARNING_STYLE if row.is_unusual else PLAIN


def _duration_text(row: BackupServerResult) -> str:
    """` 35s, usually 22s`, or only one of the two."""
    usual = f"usually {text_format.format_duration(row.usual.usual)}" if row.usual else ""
    duration = text_format.format_duration(row.duration) if row.duration is not None else ""
    separator = ", " if duration and usual else "  " if usual else ""
    return f"{duration:>{DURATION_CELLS}}{separator}{usual}" if duration or usual else ""


def _remaining_text(remaining: Sequence[BackupServerResult]) -> str:
    """`and 4 more servers: 1 not reached, 3 ok`."""
    counts = Counter(row.outcome for row in remaining)
    result_text = ", ".join(
        f"{text_format.format_count(number)} {result_text}" for result_text, number in counts.items()
    )
    return f"and {text_format.format_counted(len(remaining), 'more server')}: {result_text}"
