"""Which facts of an opened run have lines, where there is not room for all.

Pure: labels and lines in, lines out. Facts stand in the order in which they are read; what is left
out goes by how much it matters: the backup server is usually the answer, then comes what people
know of it, then where it waited and whether it is new.
"""

from __future__ import annotations

from collections.abc import Sequence

from emtui.triage.finding_text import SERVERS

MATTERS = (SERVERS, "Known", "Note", "Silent", "Waited", "Since")
"""The labels whose first fact has a line before any has two; all else comes after them, as it stands."""


def lines_for(labels: Sequence[str], wanted: Sequence[int], room: int) -> list[int]:
    """How many lines the fact with each label has, of those that it takes; none if it is left out."""
    matters = [labels.index(label) for label in MATTERS if label in labels]
    others = [place for place in range(len(labels)) if place not in matters]
    given = [0] * len(labels)
    for place in matters[:room]:
        given[place] = min(wanted[place], 1)
    for place in (*matters, *others):
        given[place] += min(wanted[place] - given[place], room - sum(given))
    return given
