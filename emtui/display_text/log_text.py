"""Text of log lines: events, and the pauses that follow them.

Pure: lines and a zone in, text out. Nothing is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from emtui import text_format
from emtui.em.model import Event, Log, Session
from emtui.triage.finding_text import format_usual_wait
from emtui.triage.step_timing import Wait, find_worst_wait

MAX_STEP_NAME_CELLS = 40
"""Cells of the name of a step in a sentence."""


def line_title(event: Event, session: Session, zone: tzinfo) -> str:
    """Format which event of which session, and when."""
    when = f", {text_format.format_date_time_with_offset(event.time, zone)}" if event.time else ""
    return f"{session.type or session.name or session.id}, event {event.order or ''}{when}"


def line_text(event: Event, wait: Wait | None = None) -> str:
    """The full message of an event, and below it the pause that follows."""
    return "\n\n".join(part for part in (event.message, wait_text(wait) if wait else "") if part)


def wait_text(wait: Wait) -> str:
    """Format a pause: `3m50s in “Retrieving data from bs02…”, usually 14s, …`."""
    usual = format_usual_wait(wait)
    open_suffix = " so far" if wait.step.is_open else ""
    return f"{wait_duration(wait)}{open_suffix} in “{wait.step.message}”{f', {usual}' if usual else ''}"


def short_wait_text(wait: Wait) -> str:
    """Format a pause next to its event, without naming the step: `3m50s so far, usually 14s, …`."""
    open_suffix = " so far" if wait.step.is_open else ""
    return ", ".join(
        part for part in (f"{wait_duration(wait)}{open_suffix}", format_usual_wait(wait)) if part
    )


def wait_duration(wait: Wait) -> str:
    """Format the length of a pause: `3m50s`."""
    return text_format.format_duration(wait.step.duration) if wait.step.duration is not None else ""


def slow_steps_text(waits: Sequence[Wait], worst: Wait | None, width: int) -> str:
    """Format `Slowest: 37s in “…”, usually 20s.  New: 2 pauses, 22s together.` in at most `width` cells.

    Empty if no step was unusual. `worst` is the most significant one, shown if no usual durations are known.
    A step that the run is stuck in is left out: it is one of the facts about the run.
    """
    ended = [wait for wait in waits if not wait.is_stuck]
    new = [wait for wait in ended if wait.log_count_without]
    slowest = find_worst_wait([wait for wait in ended if wait.is_unusual])
    if slowest is None and worst in ended and worst not in new:
        slowest = worst
    sentences = [_slowest_sentence(slowest, width)] if slowest else []
    if new:
        total = sum((wait.step.duration or timedelta() for wait in new), timedelta())
        together = f"{text_format.format_duration(total)}{' together' if len(new) > 1 else ''}"
        sentences.append(f"New: {text_format.format_counted(len(new), 'pause')}, {together}.")
    text, room = "  ".join(sentences), max(width, 0)  # negative in a terminal of one column
    return text if text_format.cell_width(text) <= room else text_format.truncate(sentences[0], room)


def _slowest_sentence(wait: Wait, width: int) -> str:
    """`Slowest: 37s in “Retrieving data from bs03…”, usually 20s.`, the name of the step shortened."""
    start = f"Slowest: {wait_duration(wait)} in “"
    usual = f", usually {text_format.format_duration(wait.usual.usual)}" if wait.usual else ""
    end = f"”{' so far' if wait.step.is_open else ''}{usual}."
    room = min(width - text_format.cell_width(start + end), MAX_STEP_NAME_CELLS)
    return start + text_format.truncate(text_format.join_lines(wait.step.message), max(room, 1)) + end


def count_text(log: Log) -> str:
    """Format `7 events, 1 not fully readable`."""
    text = text_format.format_counted(len(log.events), "event")
    if log.unreadable_count:
        text += f", {text_format.format_count(log.unreadable_count)} not fully readable"
    if log.replaced_count:
        text += f", {text_format.format_counted(log.replaced_count, 'character')} replaced"
    return text
