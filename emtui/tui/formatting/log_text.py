"""The lines of a log in words: an event, and how long was waited between two of them.

Pure: lines and a zone in, text out. Nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from emtui import text_format
from emtui.em.model import Log, Session
from emtui.triage.finding_text import usual_wait
from emtui.triage.step_timing import SHOWN, Wait
from emtui.tui.formatting.log_model import LogLine, WaitLine


def line_title(line: LogLine, session: Session, zone: tzinfo) -> str:
    """Which event of which session, or the wait after which one, and when."""
    event, what = line.event, "wait after event" if isinstance(line, WaitLine) else "event"
    when = f", {text_format.moment(event.time, zone)}" if event.time else ""
    return f"{session.type or session.name or session.id}, {what} {event.order or ''}{when}"


def line_text(line: LogLine) -> str:
    """The message of an event, whole; of a wait how long, in what, and how long usually."""
    return wait_text(line.wait) if isinstance(line, WaitLine) else line.event.message or ""


def wait_text(wait: Wait) -> str:
    """`3m50s in “Retrieving data from bs02…”, usually 14s, longest of 20 good runs 31s`."""
    usual = usual_wait(wait)
    so_far = " so far" if wait.step.open else ""
    return f"{length_of(wait)}{so_far} in “{wait.step.message}”{f', {usual}' if usual else ''}"


def waited(wait: Wait) -> str:
    """The same below its event, which need not be named again."""
    return "  ".join(part for part in (length_of(wait), next(against_usual(wait))) if part)


def length_of(wait: Wait) -> str:
    """`3m50s`."""
    return text_format.duration(wait.step.lasted) if wait.step.lasted is not None else ""


def against_usual(wait: Wait) -> Iterator[str]:
    """What is usual, in fewer and fewer words: `usually 14s, longest of 20 good runs 31s`, `usually 14s`."""
    so_far = "so far" if wait.step.open else ""
    usual = wait.usual
    if usual is None:
        never = usual_wait(wait)
        yield f"{so_far}, {never}" if so_far and never else so_far or never
        yield so_far
        return
    shortest = f"usually {text_format.duration(usual.usual)}"
    for text in (usual_wait(wait), f"{shortest} ({usual.rests_on} runs)", shortest):
        yield f"{so_far}, {text}" if so_far else text


def count_text(log: Log, waits: Sequence[Wait]) -> str:
    """`7 events, waits of 5s and more shown, 1 not readable whole`."""
    text = text_format.counted(len(log.events), "event")
    if waits:
        text += f", waits of {SHOWN.seconds}s and more shown"
    if log.odd:
        text += f", {text_format.count(log.odd)} not readable whole"
    if log.replaced:
        text += f", {text_format.counted(log.replaced, 'character')} replaced"
    return text
