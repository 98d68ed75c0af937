"""Which facts of an opened run have lines, where there is not room for all.

Pure: labels and lines in, lines out. Facts stand in the order in which they are read; what is left
out goes by how much it matters: the backup server is usually the answer, then comes what people
know of it, then where it waited and whether it is new.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui.triage.finding_text import SERVERS_LABEL

PRIORITY_LABELS = (SERVERS_LABEL, "Known", "Note", "Silent", "Waited", "Since")
"""The labels whose first fact has a line before any has two; all else comes after them, as it stands."""


def allocate_lines(labels: Sequence[str], needed_lines: Sequence[int], room: int) -> list[int]:
    """How many lines the fact with each label has, of those that it takes; none if it is left out."""
    priority = [labels.index(label) for label in PRIORITY_LABELS if label in labels]
    others = [index for index in range(len(labels)) if index not in priority]
    allocated = [0] * len(labels)
    for index in priority[:room]:
        allocated[index] = min(needed_lines[index], 1)
    for index in (*priority, *others):
        allocated[index] += min(needed_lines[index] - allocated[index], room - sum(allocated))
    return allocated
