"""The comparison of two runs as data. Pure.

The keys are a public interface, as those of `json_records`.
"""

from __future__ import annotations

from collections.abc import Mapping

from emtui.em.server_address import Server
from emtui.handover.json_records import JsonRecord, iso_or_none, seconds_or_none, session_record
from emtui.triage.diff_text import RunDifference
from emtui.triage.log_diff import DiffKind, DiffRow

_COUNTED_KINDS = {
    "new": DiffKind.NEW,
    "missing": DiffKind.MISSING,
    "moved": DiffKind.MOVED,
    "same": DiffKind.SAME,
    "pending": DiffKind.PENDING,
}
"""Kinds of lines by their names in JSON, which stay when a kind is renamed."""
_KIND_NAMES = {kind: name for name, kind in _COUNTED_KINDS.items()}


def difference_record(difference: RunDifference, server: Server) -> Mapping[str, object]:
    """Both runs, the counts, and every line."""
    return {
        "session": session_record(difference.current, server, difference.now),
        **comparison_record(difference, server),
        "lines": [_line_record(difference, row) for row in difference.comparison.rows],
    }


def comparison_record(difference: RunDifference, server: Server) -> Mapping[str, object]:
    """The other run and the counts."""
    comparison = difference.comparison
    counts = {name: comparison.counts[kind] for name, kind in _COUNTED_KINDS.items()}
    return {
        "other": session_record(difference.other, server, difference.now),
        "is_last_success": difference.is_last_successful,
        "counts": {
            **counts,
            "slower_steps": comparison.slower_step_count,
            "timed_steps": comparison.timed_step_count,
        },
    }


def _line_record(difference: RunDifference, row: DiffRow) -> JsonRecord:
    event, other_event = difference.events_of(row)
    return {
        "change": _KIND_NAMES[row.kind],
        "order": event.order if event else None,
        "other_order": other_event.order if other_event else None,
        "time": iso_or_none(event.time if event else None),
        "other_time": iso_or_none(other_event.time if other_event else None),
        "duration_s": seconds_or_none(row.duration),
        "other_duration_s": seconds_or_none(row.other_duration),
        "slower": row.is_slower,
        "message": difference.event(row).message or None,
    }
