"""Messages about acknowledging a run or an alert, and about removing an acknowledgement. Pure."""

from __future__ import annotations

from emtui.triage.acknowledgement_matching import Acknowledgement, Acknowledgements
from emtui.triage.acknowledgement_text import format_acknowledgement_end, format_source_file
from emtui.triage.finding_text import FindingFormatter

NOTE_EXAMPLE = "optional, such as INC123 until 08:00, or INC123 until 7d"
NO_LIST_YET = "Session list not loaded yet."
NO_ALERT_FOR_RUN = "Nothing to acknowledge: this run does not need attention."
NO_RUN_SELECTED = "Nothing to acknowledge: no run is selected."


def source_file_text(acknowledgement: Acknowledgement) -> str:
    """Format that an acknowledgement comes from a file, and cannot be removed otherwise."""
    return f"Acknowledged in {format_source_file(acknowledgement)}; remove it from that file."


def removed_text(acknowledgement: Acknowledgement, past_text: str, problem: str) -> str:
    """Format that it was removed; `past_text` is the earlier time that is shown, `problem` a failed save."""
    note = f": {acknowledgement.note}" if acknowledgement.note else ""
    return f"Acknowledgement removed{past_text}{note}. {problem}".rstrip()


def acknowledged_text(
    acknowledgement: Acknowledgement,
    acknowledgements: Acknowledgements,
    formatter: FindingFormatter,
    past_text: str,
    problem: str,
    undo: str,
) -> str:
    """Format that it was acknowledged, until when, and how to undo that; the rest as in `removed_text`."""
    expiry_text = format_acknowledgement_end(acknowledgement, acknowledgements, formatter)
    return f"{f'Acknowledged{past_text} {expiry_text}'.rstrip()}. {undo}. {problem}".rstrip()
