"""Marks on runs that are new or changed and not viewed yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from emtui.em.model import Uid
from emtui.monitor.changes import Changes


class UnseenMark(Enum):
    """Why a run is marked."""

    NEW = "new"
    CHANGED = "changed"


@dataclass(slots=True)
class UnseenMarks:
    """The marks; each is removed by the first list after the run was viewed, so key presses stay cheap.

    `marks` is replaced, never changed.
    """

    marks: Mapping[Uid, UnseenMark] = field(default_factory=dict)
    _viewed: set[Uid] = field(default_factory=set)

    def mark_viewed(self, uids: Iterable[Uid]) -> None:
        """Record that these runs were viewed; those without a mark are ignored."""
        self._viewed.update(self.marks.keys() & uids)

    def on_changes(self, changes: Changes) -> None:
        """After a list: mark what changed, and remove the marks of viewed runs."""
        if not changes and not self._viewed:
            return
        marks = {uid: mark for uid, mark in self.marks.items() if uid not in self._viewed}
        self._viewed.clear()
        marks |= {run.uid: UnseenMark.CHANGED for run in changes.changed if run.uid not in marks}
        marks |= {run.uid: UnseenMark.NEW for run in changes.added}
        self.marks = marks
