"""`emtui types`: one line per session type, with status, history, usual duration and next start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import accumulate
from typing import TYPE_CHECKING

from emtui import text_format
from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.assessed_list import read_assessed_list
from emtui.cli.client_session import print_time_zone, resolve_access, run_logged_on
from emtui.cli.type_records import VALUE_KEYS, status_word, type_record
from emtui.display_text.session_wording import TimeContext, duration_text
from emtui.display_text.signs import cell_sign
from emtui.display_text.type_state_text import TypeStateText, type_state_text
from emtui.em.server_address import Server
from emtui.monitor.assessment import Assessment
from emtui.monitor.type_histories import DAY_COUNT, TypeHistory, type_histories
from emtui.query.type_aliases import type_test
from emtui.triage.finding_text import format_on_time_counts

if TYPE_CHECKING:
    from emtui.em.client import Client

_NARROW_CELLS, _NARROW_TYPE_CELLS = 100, 21
"""Below this width of a terminal, types are cut so that the days have room."""
_STATE_CELLS = 21
_DAYS_TITLE = f"{DAY_COUNT} days"
_TERMINAL_COLUMNS = (
    output.OutputColumn("  Type"),
    output.OutputColumn("State"),
    output.OutputColumn(_DAYS_TITLE + "today".rjust(DAY_COUNT - len(_DAYS_TITLE))),
    output.OutputColumn("Started", is_right_aligned=True),
    output.OutputColumn("Took", is_right_aligned=True),
    output.OutputColumn("Usual", is_right_aligned=True),
    output.OutputColumn("Every", is_right_aligned=True),
)
_PIPE_COLUMNS = (
    output.OutputColumn("Status"),
    output.OutputColumn("Type"),
    output.OutputColumn("State"),
    output.OutputColumn("Outcome"),
    output.OutputColumn("Started"),
    output.OutputColumn("Took", is_right_aligned=True),
    output.OutputColumn("Usual", is_right_aligned=True),
    output.OutputColumn("Every", is_right_aligned=True),
    output.OutputColumn("Next"),
)


def run(args: ParsedArguments) -> int:
    """Print the types of the list."""
    pattern = args.value_of("--type") or "*"
    type_test(pattern)  # raises `InvalidQueryError` before anything is sent
    access = resolve_access(args)
    zone = access.zone

    async def request(client: Client) -> Assessment:
        return await read_assessed_list(client, zone)

    assessment = run_logged_on(access, request)
    histories, now = type_histories(assessment, zone), assessment.type_statuses.now
    matches = type_test(pattern, [history.name for history in histories])
    selected = [history for history in histories if matches(history.name)]
    output_format = args.value_of("--output") or "table"
    if stdio.is_output_terminal() and output_format == "table":
        print_time_zone(access, now)
        stdio.print_message(format_on_time_counts(assessment.attention.on_time_counts))
    stdio.print_output(_format_types(output_format, selected, access.server, now, zone))
    return 0


def _format_types(
    output_format: str, histories: Sequence[TypeHistory], server: Server, now: datetime, zone: tzinfo
) -> str:
    if output_format == "table":
        return _format_table(histories, TimeContext(now, zone))
    records = (type_record(history, server, now, zone) for history in histories)
    return output.format_records(output_format, records, VALUE_KEYS)


def _format_table(histories: Sequence[TypeHistory], clock: TimeContext) -> str:
    """With the days as signs on a terminal; on a pipe in words, and never cut."""
    width = stdio.output_width()
    if width is None:
        return output.format_table(_PIPE_COLUMNS, [_pipe_row(each, clock) for each in histories], None)
    rows = [_terminal_row(history, clock, width) for history in histories]
    count = _count_fitting(rows, width)
    return output.format_table(_TERMINAL_COLUMNS[:count], [row[:count] for row in rows], width)


def _count_fitting(rows: Sequence[Sequence[str]], width: int) -> int:
    """The number of columns of a terminal for which there is room; at least type and state."""
    lines = [[column.title for column in _TERMINAL_COLUMNS], *rows]
    columns = list(zip(*lines, strict=True))
    ends = accumulate(
        max(map(text_format.cell_width, cells)) + text_format.cell_width(output.COLUMN_GAP)
        for cells in columns
    )
    return max(sum(end - text_format.cell_width(output.COLUMN_GAP) <= width for end in ends), 2)


def _terminal_row(history: TypeHistory, clock: TimeContext, width: int) -> tuple[str, ...]:
    sign, state, _ = _state(history, clock)
    name = history.name
    if width < _NARROW_CELLS:
        name = text_format.truncate(name, _NARROW_TYPE_CELLS)
    started = history.newest_run.started if history.newest_run else None
    return (
        f"{sign} {name}",
        text_format.truncate(state, _STATE_CELLS),
        "".join(map(cell_sign, history.days)),
        text_format.format_short_time(started, clock.now, clock.zone) if started else "",
        *_durations(history, clock),
    )


def _pipe_row(history: TypeHistory, clock: TimeContext) -> tuple[str, ...]:
    newest, due = history.newest_run, history.status.due if history.status else None
    return (
        status_word(history),
        history.name,
        _state(history, clock).text,
        str(newest.outcome) if newest else "",
        text_format.format_iso(newest.started) if newest and newest.started else "",
        *_durations(history, clock),
        text_format.format_iso(due.next_start) if due and due.next_start else "",
    )


def _state(history: TypeHistory, clock: TimeContext) -> TypeStateText:
    return type_state_text(
        history.status, history.finding, clock.now, clock.zone, is_acknowledged=history.is_acknowledged
    )


def _durations(history: TypeHistory, clock: TimeContext) -> tuple[str, str, str]:
    """How long the newest run took, what is usual, and the interval between runs."""
    status = history.status
    if status is None:
        return "", "", ""
    return (
        duration_text(status.newest_run, clock),
        text_format.format_duration(status.baseline.usual) if status.baseline else "",
        text_format.format_interval(status.schedule.interval) if status.schedule else "",
    )
