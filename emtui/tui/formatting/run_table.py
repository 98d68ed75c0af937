"""A table of runs below or beside something else: outcome, start, duration, ratio to the usual one, message.

Pure: runs and a width in, styled lines out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.style import Style

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, duration_text, summary_text, unknown_time_text
from emtui.em.model import Session
from emtui.triage.baseline import Baselines
from emtui.tui.formatting.outcome_style import OUTCOME_GLYPHS, OUTCOME_STYLES
from emtui.tui.formatting.session_columns import ListColumn, column_titles, render_cells
from emtui.tui.theme import HEADING, PLAIN, WARNING_STYLE
from emtui.tui.widgets.virtual_list import StyledSpans


def run_table(
    title: str, runs: Sequence[Session], baselines: Baselines, clock: TimeContext, width: int
) -> list[StyledSpans]:
    """Format runs below a heading that begins with `title`; nothing without runs."""
    if not runs:
        return []
    columns = _run_columns(title, baselines, width - 1)
    return [
        [(" ", PLAIN), (column_titles(columns), HEADING)],
        *([(" ", PLAIN), *render_cells(columns, run, clock)] for run in runs),
    ]


def _run_columns(title: str, baselines: Baselines, width: int) -> tuple[ListColumn[Session], ...]:
    columns = [
        ListColumn(title, "", 12, _outcome_cell),
        ListColumn("Started", "", 15, _started_cell),
        ListColumn("Took", "", 7, _took_cell, is_right_aligned=True),
        ListColumn("Ratio", "", 5, partial(_ratio_cell, baselines), is_right_aligned=True),
    ]
    rest = max(width - sum(column.width + column.gap for column in columns), 0)
    return (*columns, ListColumn("Message", "", rest, _message_cell))


def _outcome_cell(run: Session, _: TimeContext) -> tuple[str, Style]:
    return f"{OUTCOME_GLYPHS[run.outcome]} {run.outcome}", OUTCOME_STYLES[run.outcome]


def _started_cell(run: Session, clock: TimeContext) -> tuple[str, Style]:
    when = run.started
    return text_format.format_long_time(when, clock.zone) if when else unknown_time_text(run), PLAIN


def _took_cell(run: Session, clock: TimeContext) -> tuple[str, Style]:
    return duration_text(run, clock), PLAIN


def _ratio_cell(baselines: Baselines, run: Session, clock: TimeContext) -> tuple[str, Style]:
    ratio = baselines.unusual_ratio(run, run.duration(clock.now))
    return f"{text_format.format_ratio(ratio)}×" if ratio else "", WARNING_STYLE


def _message_cell(run: Session, _: TimeContext) -> tuple[str, Style]:
    return summary_text(run), PLAIN
