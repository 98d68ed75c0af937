"""Acknowledging a run or a finding: a note is typed on one line; the same key removes the acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widget import Widget

from emtui.em.model import Session
from emtui.em.text_sanitizer import clean
from emtui.query.expiry_parser import parse_note
from emtui.query.query_errors import BadQuery
from emtui.triage.acknowledged import Mark, key_of
from emtui.triage.acknowledgement_text import ending, the_file
from emtui.triage.findings import Finding
from emtui.tui.formatting.assessment_text import formatter_for
from emtui.tui.screens.base import BaseScreen
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.text_input import TextInput

SIGN = "note:"
PLACEHOLDER = "a ticket, or nothing; at its end until 08:00, until 7d"
NOT_YET = "There is no list to think about yet."
NOT_NEEDED = "This run is as it should be: nothing about it is to be known."


@dataclass(frozen=True, slots=True)
class _Subject:
    """What would be acknowledged: its key, and the type that it is about."""

    key: str
    type: str | None


async def toggle_run(screen: BaseScreen, run: Session | None) -> None:
    """Acknowledge a run that needs attention, or remove its acknowledgement; say so if neither can be."""
    assessment = screen.ctx.assessment
    if assessment is None:
        screen.say(NOT_YET)
    elif run is None:
        screen.say("There is no row to mark.")
    elif mark := assessment.mark_on(run):
        await _remove(screen, mark)
    elif key := assessment.key_for(run):
        await _open_prompt(screen, _Subject(key, run.type))
    else:
        screen.say(NOT_NEEDED)


async def toggle_finding(screen: BaseScreen, finding: Finding | None) -> None:
    """Acknowledge a finding, or remove its acknowledgement."""
    assessment = screen.ctx.assessment
    if finding is None or assessment is None:
        screen.say("There is nothing to mark.")
    elif mark := assessment.mark_of(finding):
        await _remove(screen, mark)
    else:
        await _open_prompt(screen, _Subject(key_of(finding), finding.type))


async def _remove(screen: BaseScreen, mark: Mark) -> None:
    if mark.file:
        screen.say(f"Known by {the_file(mark)} of notes: it can only be taken out there.")
        return
    feed = screen.ctx.list_feed
    problem = await feed.unacknowledge(mark) if feed else ""
    if screen.stands:
        screen.say(f"Known no more{f': {mark.note}' if mark.note else ''}. {problem}".rstrip())


async def _open_prompt(screen: BaseScreen, subject: _Subject) -> None:
    """One line for the note and, at its end, until when it holds.

    It begins with the note of an acknowledgement that no longer covers what is the case.
    """
    before = screen.focused

    async def closed(text: str, *, kept: bool) -> None:
        if kept and not await _acknowledge(screen, subject, text):
            return
        await prompt.remove()
        if screen.stands:
            screen.set_focus(before if isinstance(before, Widget) and before.is_attached else None)
            screen.show_foot()
            if not kept:
                screen.say("Nothing was marked.")

    prompt = Prompt(lambda _: None, closed, screen.is_low_bandwidth, id="note")
    await screen.mount(prompt, before="#foot")
    prompt.query_one(TextInput).placeholder = PLACEHOLDER
    assessment = screen.ctx.assessment
    outdated = assessment.acknowledged.marks.get(subject.key) if assessment else None
    prompt.open(outdated.note if outdated else "", before="", sign=SIGN)
    screen.show_foot()


async def _acknowledge(screen: BaseScreen, subject: _Subject, text: str) -> bool:
    """Whether the prompt can be closed: not if the line cannot be read, which is said."""
    if screen.ctx.assessment is None:
        return True
    now = screen.ctx.assessment.statuses.now
    try:
        note, until = parse_note(clean(text), now=now, zone=screen.zone)
    except BadQuery as error:
        screen.say(str(error))
        return False
    mark = Mark(subject.key, subject.type, note, now, until)
    feed = screen.ctx.list_feed
    problem = await feed.acknowledge(mark) if feed else ""
    assessment = screen.ctx.assessment
    if assessment and assessment.acknowledged and screen.stands:
        ends = ending(mark, assessment.acknowledged, formatter_for(assessment, screen.zone))
        screen.say(f"Known {ends}; m takes that back. {problem}".rstrip())
    return True
