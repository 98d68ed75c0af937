"""Text of log lines: events, and the pauses between them.

Pure: lines and a zone in, text out. Nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from emtui import text_format
from emtui.em.model import Log, Session
from emtui.triage.finding_text import format_usual_wait
from emtui.triage.step_timing import MIN_SHOWN_WAIT, Wait
from emtui.tui.formatting.log_model import LogLine, WaitLine


def line_title(line: LogLine, session: Session, zone: tzinfo) -> str:
    """Format which event of which session, or the pause after which event, and when."""
    event, what = line.event, "pause after event" if isinstance(line, WaitLine) else "event"
    when = f", {text_format.format_date_time_with_offset(event.time, zone)}" if event.time else ""
    return f"{session.type or session.name or session.id}, {what} {event.order or ''}{when}"


def line_text(line: LogLine) -> str:
    """The full message of an event; for a pause its length, the step, and the usual duration."""
    return wait_text(line.wait) if isinstance(line, WaitLine) else line.event.message or ""


def wait_text(wait: Wait) -> str:
    """Format a pause: `3m50s in “Retrieving data from bs02…”, usually 14s, …`."""
    usual = format_usual_wait(wait)
    open_suffix = " so far" if wait.step.is_open else ""
    return f"{wait_duration(wait)}{open_suffix} in “{wait.step.message}”{f', {usual}' if usual else ''}"


def short_wait_text(wait: Wait) -> str:
    """Format a pause below its event, without naming the step."""
    return "  ".join(part for part in (wait_duration(wait), next(usual_wait_forms(wait))) if part)


def wait_duration(wait: Wait) -> str:
    """Format the length of a pause: `3m50s`."""
    return text_format.format_duration(wait.step.duration) if wait.step.duration is not None else ""


def usual_wait_forms(wait: Wait) -> Iterator[str]:
    """Yield the usual duration in shorter and shorter forms, the last one `usually 14s`."""
    open_text = "so far" if wait.step.is_open else ""
    usual = wait.usual
    if usual is None:
        no_usual_text = format_usual_wait(wait)
        yield f"{open_text}, {no_usual_text}" if open_text and no_usual_text else open_text or no_usual_text
        yield open_text
        return
    shortest = f"usually {text_format.format_duration(usual.usual)}"
    for text in (format_usual_wait(wait), f"{shortest} ({usual.sample_size} runs)", shortest):
        yield f"{open_text}, {text}" if open_text else text


def count_text(log: Log, waits: Sequence[Wait]) -> str:
    """Format `7 events, pauses of 5s or longer shown, 1 not fully readable`."""
    text = text_format.format_counted(len(log.events), "event")
    if waits:
        text += f", pauses of {MIN_SHOWN_WAIT.seconds}s or longer shown"
    if log.unreadable_count:
        text += f", {text_format.format_count(log.unreadable_count)} not fully readable"
    if log.replaced_count:
        text += f", {text_format.format_counted(log.replaced_count, 'character')} replaced"
    return text
