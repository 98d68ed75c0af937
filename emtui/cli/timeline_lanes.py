"""The drawing of `emtui timeline` on a terminal: a lane for each type, an axis above, the signs explained.

  Type                00 Mon    04        08
■ CollectJob          ▐▄ ▄ ▄ ▄ █ ▄│
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

from emtui import text_format
from emtui.display_text.axis_labels import NOW_LABEL, LabelLine
from emtui.display_text.glyphs import DIVIDER
from emtui.display_text.signs import LANE_LEGEND, lane_sign
from emtui.display_text.type_state_text import NO_STATE_TEXT, TypeStateText, type_state_text
from emtui.em.model import SESSION_TYPES
from emtui.monitor.assessment import Assessment
from emtui.triage.run_lanes import Lane, Timeline
from emtui.triage.time_axis import DAY, Window, window_until

_GUTTER_CELLS = 2
"""The sign of a lane and a blank."""
_STATE_CELLS = 21
_STATE_MIN_WIDTH = 110
"""Width from which the state of each lane is printed beside it."""
_LABEL_CELLS = ((110, max(map(len, SESSION_TYPES))), (0, 16))
"""Most cells of a name, by the width of the terminal."""
_LEGEND_GAP = "  "


def format_lanes(
    timeline: Timeline,
    assessment: Assessment,
    since: datetime,
    matches_type: Callable[[str | None], bool],
    zone: tzinfo,
    width: int,
) -> str:
    """The lanes of these types from `since` up to now, in lines of at most `width` cells."""
    lanes = [lane for lane in timeline.lanes if matches_type(lane.key or None)]
    longest_name = max((text_format.cell_width(lane.label) for lane in lanes), default=0)
    label_cells = min(longest_name, next(cells for least, cells in _LABEL_CELLS if width >= least))
    before = _GUTTER_CELLS + label_cells + 1
    state_cells = _STATE_CELLS + 1 if width >= _STATE_MIN_WIDTH else 0
    window = _window(timeline.end, since, max(width - before - 1 - state_cells, 1), zone)
    lines = [" " * before + _axis(window, timeline.first_start, zone)]
    for lane in lanes:
        state = _lane_state(assessment, lane, zone)
        name = text_format.fit_width(lane.label, label_cells)
        signs = "".join(map(lane_sign, timeline.cells_of(lane, window)))
        line = f"{state.sign} {name} {signs}{DIVIDER}"
        lines.append(f"{line} {state.text}" if state_cells else line)
    lines += ["", *_legend_lines(width)]
    return "".join(f"{text_format.truncate(line.rstrip(), width)}\n" for line in lines)


def _window(last: datetime, since: datetime, max_cells: int, zone: tzinfo) -> Window:
    """The window that ends now and goes back to `since`, or as far as there is room for days.

    Its cells begin at round times, so that up to two more are necessary than the time has.
    """
    since = max(since, last - max(max_cells - 2, 1) * DAY)
    window = window_until(last, last - since, max(max_cells - 2, 1), zone)
    missing_cells = max(-((since - window.since) // window.step), 0)
    return replace(window, span=window.span + missing_cells * window.step)


def _axis(window: Window, known_since: datetime | None, zone: tzinfo) -> str:
    labels = LabelLine(window.cell_count + 1, None)
    labels.put_unknown(window, known_since, None)
    labels.put_at_end(NOW_LABEL, None)
    labels.put_times(window, zone, None, None)
    return "".join(sign for sign, _ in labels.cells)


def _lane_state(assessment: Assessment, lane: Lane, zone: tzinfo) -> TypeStateText:
    if not lane.key:
        return NO_STATE_TEXT
    finding = assessment.worst_finding(lane.key)
    is_acknowledged = assessment.is_acknowledged(finding)
    statuses = assessment.type_statuses
    return type_state_text(
        statuses.for_type(lane.key), finding, statuses.now, zone, is_acknowledged=is_acknowledged
    )


def _legend_lines(width: int) -> Iterator[str]:
    """What the signs mean, in as many lines as necessary."""
    entries = (f"{''.join(map(lane_sign, cells))} {word}" for cells, word in LANE_LEGEND)
    yield from _fill_lines(entries, width)


def _fill_lines(entries: Iterable[str], width: int) -> Iterator[str]:
    line = ""
    for entry in entries:
        longer = f"{line}{_LEGEND_GAP}{entry}" if line else entry
        if line and text_format.cell_width(longer) > width:
            yield line
            longer = entry
        line = longer
    yield line
