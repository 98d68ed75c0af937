"""Acknowledgements as text: the note, and when it ends: `INC0012345, until it succeeds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from emtui import text_format
from emtui.em.model import Session
from emtui.triage.acknowledgement_matching import Acknowledgement, Acknowledgements
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
    """`until 08:00`, `until it succeeds`, `until it happens again`; empty if it has no end."""
    if acknowledgement.until is not None:
        return (
            f"until {formatter.format_time(acknowledgement.until)}"
            if acknowledgement.until < MAX_PLAUSIBLE_TIME
            else ""
        )
    if acknowledgement.key in acknowledgements.resolved_keys:
        return "until it happens again"
    session_type = acknowledgement.type or ""
    return {
        SILENCE_KEY: "until a run starts",
        PAUSED_KEY: "for a day",
        UNLISTED_KEY: "until they are listed again",
        overdue_key(session_type): "until it starts",
        stuck_key(session_type): "until it ends",
        slowdown_key(session_type): "until it is back to the usual duration",
    }.get(
        acknowledgement.key,
        "while it is listed" if acknowledgement.key.startswith("run ") else "until it succeeds",
    )


MAX_NOTE_WIDTH = 40
"""Cells; before a longer note comes its end, so that it is not cut off."""
MAX_WIDTH_WITH_LINK = 90
"""Maximum cells of a note and its link in one row."""
ACKNOWLEDGED_LABEL, NOTE_LABEL, LINK_LABEL = "Acknowledged", "Note", "Link"


def format_acknowledgement(
    acknowledgement: Acknowledgement, acknowledgements: Acknowledgements, formatter: FindingFormatter
) -> str:
    """`INC0012345, until it succeeds`; followed by the file it comes from, if any."""
    source = f" ({acknowledgement.source})" if acknowledgement.source else ""
    end_text = format_acknowledgement_end(acknowledgement, acknowledgements, formatter)
    if text_format.cell_width(acknowledgement.note) > MAX_NOTE_WIDTH and end_text:
        return f"{end_text}: {acknowledgement.note}{source}"
    return ", ".join(part for part in (acknowledgement.note, end_text) if part) + source


def format_source_file(acknowledgement: Acknowledgement) -> str:
    """The file it comes from, within a sentence: `the team file`, `your file`."""
    return (
        acknowledgement.source
        if acknowledgement.source.startswith("your ")
        else f"the {acknowledgement.source}"
    )


class DisplayedNote(Protocol):
    """A note from a notes file, as it is shown."""

    @property
    def text(self) -> str:
        """What to do."""

    @property
    def link(self) -> str:
        """A URL with more, or empty."""

    @property
    def source(self) -> str:
        """The file it comes from, as shown to the user."""


def format_acknowledgement_rows(
    session: Session,
    acknowledgements: Acknowledgements,
    notes: Iterable[DisplayedNote],
    formatter: FindingFormatter,
) -> Iterator[tuple[str, str]]:
    """The acknowledgement and notes of a run, as pairs of label and text.

    The acknowledgement does not repeat the text of the note that it comes from.
    """
    if acknowledgement := acknowledgements.for_run(session):
        if acknowledgement.source:
            parts = (
                f"in {format_source_file(acknowledgement)}",
                format_acknowledgement_end(acknowledgement, acknowledgements, formatter),
            )
            yield ACKNOWLEDGED_LABEL, ", ".join(part for part in parts if part)
        else:
            yield ACKNOWLEDGED_LABEL, format_acknowledgement(acknowledgement, acknowledgements, formatter)
    for note in notes:
        full_text = f"{note.text} {note.link} ({note.source})"
        if not note.link or text_format.cell_width(full_text) > MAX_WIDTH_WITH_LINK:
            yield NOTE_LABEL, f"{note.text} ({note.source})"
            if note.link:
                yield LINK_LABEL, note.link
        else:
            yield NOTE_LABEL, full_text
