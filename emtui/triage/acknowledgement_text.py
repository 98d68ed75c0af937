"""Marks in words: the note, and until when it holds: `INC0012345, until it succeeds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.acknowledged import Acknowledgement, Acknowledgements
from emtui.triage.acknowledgements import (
    PAUSED_KEY,
    SILENCE_KEY,
    UNLISTED_KEY,
    overdue_key,
    slowdown_key,
    stuck_key,
)
from emtui.triage.finding_text import FindingFormatter
from emtui.triage.runs_by_type import MAX_PLAUSIBLE_TIME


def format_acknowledgement_end(
    acknowledgement: Acknowledgement, acknowledgements: Acknowledgements, formatter: FindingFormatter
) -> str:
    """`until 08:00`, `until it succeeds`, `until it comes again`; nothing if it has no end."""
    if acknowledgement.until is not None:
        return (
            f"until {formatter.format_time(acknowledgement.until)}"
            if acknowledgement.until < MAX_PLAUSIBLE_TIME
            else ""
        )
    if acknowledgement.key in acknowledgements.resolved_keys:
        return "until it comes again"
    session_type = acknowledgement.type or ""
    return {
        SILENCE_KEY: "until anything runs",
        PAUSED_KEY: "for a day",
        UNLISTED_KEY: "until they are listed again",
        overdue_key(session_type): "until it begins",
        stuck_key(session_type): "until it ends",
        slowdown_key(session_type): "until it is as quick as usual",
    }.get(
        acknowledgement.key,
        "as long as it is listed" if acknowledgement.key.startswith("run ") else "until it succeeds",
    )


MAX_NOTE_WIDTH = 40
"""Cells of a note after which until when comes first, so that it is not cut off."""
MAX_WIDTH_WITH_LINK = 90
"""Cells up to which a note and its link stand in one row."""


def format_acknowledgement(
    acknowledgement: Acknowledgement, acknowledgements: Acknowledgements, formatter: FindingFormatter
) -> str:
    """`INC0012345, until it succeeds`; of a file, where that says so."""
    source = f" ({acknowledgement.source})" if acknowledgement.source else ""
    end_text = format_acknowledgement_end(acknowledgement, acknowledgements, formatter)
    if text_format.cell_width(acknowledgement.note) > MAX_NOTE_WIDTH and end_text:
        return f"{end_text}: {acknowledgement.note}{source}"
    return ", ".join(part for part in (acknowledgement.note, end_text) if part) + source


def format_source_file(acknowledgement: Acknowledgement) -> str:
    """`the team file`, `your file`: where it stands, within a sentence."""
    return (
        acknowledgement.source
        if acknowledgement.source.startswith("your ")
        else f"the {acknowledgement.source}"
    )


class DisplayedNote(Protocol):
    """A note of a file, as it is shown."""

    @property
    def text(self) -> str:
        """What to do."""

    @property
    def link(self) -> str:
        """Where to read more, or nothing."""

    @property
    def source(self) -> str:
        """Which file it is from, for people."""


def format_acknowledgement_rows(
    session: Session,
    acknowledgements: Acknowledgements,
    notes: Iterable[DisplayedNote],
    formatter: FindingFormatter,
) -> Iterator[tuple[str, str]]:
    """What people know of a run, a label and a text each; a mark of a file does not repeat its note."""
    if acknowledgement := acknowledgements.for_run(session):
        if acknowledgement.source:
            parts = (
                f"as {format_source_file(acknowledgement)} says",
                format_acknowledgement_end(acknowledgement, acknowledgements, formatter),
            )
            yield "Known", ", ".join(part for part in parts if part)
        else:
            yield "Known", format_acknowledgement(acknowledgement, acknowledgements, formatter)
    for note in notes:
        full_text = f"{note.text} {note.link} ({note.source})"
        if not note.link or text_format.cell_width(full_text) > MAX_WIDTH_WITH_LINK:
            yield "Note", f"{note.text} ({note.source})"
            if note.link:
                yield "Link", note.link
        else:
            yield "Note", full_text
