"""Marks in words: the note, and until when it holds: `INC0012345, until it succeeds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from emtui.em.model import Session
from emtui.triage.known import Known, Mark
from emtui.triage.marks import PAUSED, SILENCE, hanging, late, slowing
from emtui.triage.runs import LATEST
from emtui.triage.telling import Teller


def ending(mark: Mark, known: Known, tell: Teller) -> str:
    """`until 08:00`, `until it succeeds`, `until it comes again`; nothing if it has no end."""
    if mark.until is not None:
        return f"until {tell.at(mark.until)}" if mark.until < LATEST else ""
    if mark.of in known.over:
        return "until it comes again"
    kind = mark.type or ""
    return {
        SILENCE: "until anything runs",
        PAUSED: "for a day",
        late(kind): "until it begins",
        hanging(kind): "until it ends",
        slowing(kind): "until it is as quick as usual",
    }.get(mark.of, "as long as it is listed" if mark.of.startswith("run ") else "until it succeeds")


def noted(mark: Mark, known: Known, tell: Teller) -> str:
    """`INC0012345, until it succeeds`; of a file, where that says so."""
    file = f" ({mark.file})" if mark.file else ""
    return ", ".join(part for part in (mark.note, ending(mark, known, tell)) if part) + file


class Told(Protocol):
    """A note of a file, as it is shown."""

    @property
    def told(self) -> str:
        """Its text, its link, and where it stands."""


def rows(session: Session, known: Known, notes: Iterable[Told], tell: Teller) -> Iterator[tuple[str, str]]:
    """What people know of a run, a label and a text each; a mark of a file does not repeat its note."""
    if mark := known.of(session):
        if mark.file:
            parts = (f"as the {mark.file} says", ending(mark, known, tell))
            yield "Known", ", ".join(part for part in parts if part)
        else:
            yield "Known", noted(mark, known, tell)
    for note in notes:
        yield "Note", note.told
