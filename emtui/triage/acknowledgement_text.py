"""Marks in words: the note, and until when it holds: `INC0012345, until it succeeds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.acknowledged import Known, Mark
from emtui.triage.acknowledgements import PAUSED, SILENCE, UNLISTED, hanging, late, slowing
from emtui.triage.finding_text import Teller
from emtui.triage.runs_by_type import LATEST


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
        UNLISTED: "until they are listed again",
        late(kind): "until it begins",
        hanging(kind): "until it ends",
        slowing(kind): "until it is as quick as usual",
    }.get(mark.of, "as long as it is listed" if mark.of.startswith("run ") else "until it succeeds")


SHORT = 40
"""Cells of a note after which until when comes first, so that it is not cut off."""
A_LINK_BESIDE = 90
"""Cells up to which a note and its link stand in one row."""


def noted(mark: Mark, known: Known, tell: Teller) -> str:
    """`INC0012345, until it succeeds`; of a file, where that says so."""
    file = f" ({mark.file})" if mark.file else ""
    ends = ending(mark, known, tell)
    if text_format.cells(mark.note) > SHORT and ends:
        return f"{ends}: {mark.note}{file}"
    return ", ".join(part for part in (mark.note, ends) if part) + file


def the_file(mark: Mark) -> str:
    """`the team file`, `your file`: where it stands, within a sentence."""
    return mark.file if mark.file.startswith("your ") else f"the {mark.file}"


class Told(Protocol):
    """A note of a file, as it is shown."""

    @property
    def text(self) -> str:
        """What to do."""

    @property
    def link(self) -> str:
        """Where to read more, or nothing."""

    @property
    def whose(self) -> str:
        """Which file it is from, for people."""


def rows(session: Session, known: Known, notes: Iterable[Told], tell: Teller) -> Iterator[tuple[str, str]]:
    """What people know of a run, a label and a text each; a mark of a file does not repeat its note."""
    if mark := known.of(session):
        if mark.file:
            parts = (f"as {the_file(mark)} says", ending(mark, known, tell))
            yield "Known", ", ".join(part for part in parts if part)
        else:
            yield "Known", noted(mark, known, tell)
    for note in notes:
        whole = f"{note.text} {note.link} ({note.whose})"
        if not note.link or text_format.cells(whole) > A_LINK_BESIDE:
            yield "Note", f"{note.text} ({note.whose})"
            if note.link:
                yield "Link", note.link
        else:
            yield "Note", whole
