"""Allocates the lines of a session's header to its facts.

Facts keep their order. If there is not enough room, the most useful ones get lines first: the backup servers,
acknowledgements and notes, the step that it is stuck in, since when it fails, then the last success.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui.triage.acknowledgement_text import ACKNOWLEDGED_LABEL, NOTE_LABEL
from emtui.triage.finding_text import LAST_SUCCESS_LABEL, SERVERS_LABEL, SINCE_LABEL, STUCK_LABEL

PRIORITY_LABELS = (
    SERVERS_LABEL,
    ACKNOWLEDGED_LABEL,
    NOTE_LABEL,
    STUCK_LABEL,
    SINCE_LABEL,
    LAST_SUCCESS_LABEL,
)
"""Labels whose first fact gets a line first, in this order; the others follow as listed."""


def allocate_lines(labels: Sequence[str], needed_lines: Sequence[int], room: int) -> list[int]:
    """Return the number of lines for each label, at most `needed_lines`; 0 if it is omitted."""
    priority = [labels.index(label) for label in PRIORITY_LABELS if label in labels]
    others = [index for index in range(len(labels)) if index not in priority]
    allocated = [0] * len(labels)
    for index in priority[:room]:
        allocated[index] = min(needed_lines[index], 1)
    for index in (*priority, *others):
        allocated[index] += min(needed_lines[index] - allocated[index], room - sum(allocated))
    return allocated
