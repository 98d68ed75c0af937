"""Marking what is known: a note is asked for in one line, and the same key takes the mark away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widget import Widget

from emtui.em.model import Session
from emtui.em.text import clean
from emtui.lookup.bad import BadQuery
from emtui.lookup.until import parse_note
from emtui.triage.finding import Finding
from emtui.triage.known import Mark, key_of
from emtui.triage.telling_known import ending, the_file
from emtui.tui.formatting.assessment_text import formatter_for
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from emtui.monitor.list_feed import ListFeed
    from emtui.tui.screens.base import BaseScreen

SIGN = "note:"
HOW = "a ticket, or nothing; at its end until 08:00, until 7d"
NOT_YET = "There is no list to think about yet."
NOTHING_ODD = "This run is as it should be: nothing about it is to be known."


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a mark would be of."""

    of: str
    type: str | None


async def mark_run(page: BaseScreen, session: Session | None) -> None:
    """Mark what there is to know of a run, or take its mark away; say so if there is nothing."""
    listing = page.ctx.list_feed
    assessment = page.ctx.assessment
    if listing is None or assessment is None:
        page.say(NOT_YET)
    elif session is None:
        page.say("There is no row to mark.")
    elif held := assessment.mark_on(session):
        await _take(page, listing, held)
    elif of := assessment.key_for(session):
        await _ask(page, listing, Pointed(of, session.type))
    else:
        page.say(NOTHING_ODD)


async def mark_finding(page: BaseScreen, finding: Finding | None) -> None:
    """Mark what needs somebody, or take the mark away."""
    listing = page.ctx.list_feed
    if finding is None or listing is None or page.ctx.assessment is None:
        page.say("There is nothing to mark.")
    elif held := page.ctx.assessment.mark_of(finding):
        await _take(page, listing, held)
    else:
        await _ask(page, listing, Pointed(key_of(finding), finding.type))


async def _take(page: BaseScreen, listing: ListFeed, mark: Mark) -> None:
    if mark.file:
        page.say(f"Known by {the_file(mark)} of notes: it can only be taken out there.")
        return
    problem = await listing.unacknowledge(mark)
    if page.stands:
        page.say(f"Known no more{f': {mark.note}' if mark.note else ''}. {problem}".rstrip())


async def _ask(page: BaseScreen, listing: ListFeed, pointed: Pointed) -> None:
    """One line for the note and, at its end, until when; one that says less than is so now stands there."""
    before = page.focused

    async def closed(text: str, *, kept: bool) -> None:
        if kept and not await _marked(page, listing, pointed, text):
            return
        await prompt.remove()
        if page.stands:
            page.set_focus(before if isinstance(before, Widget) and before.is_attached else None)
            page.show_foot()
            if not kept:
                page.say("Nothing was marked.")

    prompt = Prompt(lambda _: None, closed, page.spares_the_line, id="note")
    await page.mount(prompt, before="#foot")
    prompt.query_one(TextInput).placeholder = HOW
    assessment = page.ctx.assessment
    outgrown = assessment.acknowledged.marks.get(pointed.of) if assessment else None
    prompt.open(outgrown.note if outgrown else "", before="", sign=SIGN)
    page.show_foot()


async def _marked(page: BaseScreen, listing: ListFeed, pointed: Pointed, text: str) -> bool:
    """Whether the mark was made; if the line cannot be read that is said, and nothing is lost."""
    if page.ctx.assessment is None:
        return True
    now = page.ctx.assessment.statuses.now
    zone = page.zone
    try:
        note, until = parse_note(clean(text), now=now, zone=zone)
    except BadQuery as error:
        page.say(str(error))
        return False
    mark = Mark(pointed.of, pointed.type, note, now, until)
    problem = await listing.acknowledge(mark)
    assessment = page.ctx.assessment
    if assessment.acknowledged and page.stands:
        ends = ending(mark, assessment.acknowledged, formatter_for(assessment, page.zone))
        told = f"Known {ends}; m takes that back."
        page.say(f"{told} {problem}".rstrip())
    return True
