"""Marking what is known: a note is asked for in one line, and the same key takes the mark away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.widget import Widget

from emtui.em.model import Session
from emtui.em.text import clean
from emtui.lookup.bad import BadQuery
from emtui.lookup.until import parse_note
from emtui.triage.about import run_of
from emtui.triage.finding import Finding
from emtui.triage.known import Mark, key_for, key_of
from emtui.triage.standing import Standings
from emtui.triage.telling_known import ending, the_file
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from emtui.tui.screens.base import BaseScreen
    from emtui.tui.screens.lookup import LookupScreen

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
    listing = page.ctx.navigator.list_screen
    if listing is None or listing.board is None:
        page.say(NOT_YET)
    elif session is None:
        page.say("There is no row to mark.")
    elif held := _held(listing, session):
        await _take(page, listing, held)
    elif of := key_for(session, listing.board) or _pointed_at(listing, listing.board, session):
        await _ask(page, listing, Pointed(of, session.type))
    else:
        page.say(NOTHING_ODD)


async def mark_finding(page: BaseScreen, finding: Finding | None) -> None:
    """Mark what needs somebody, or take the mark away."""
    listing = page.ctx.navigator.list_screen
    if finding is None or listing is None:
        page.say("There is nothing to mark.")
    elif held := listing.mark_of(finding):
        await _take(page, listing, held)
    else:
        await _ask(page, listing, Pointed(key_of(finding), finding.type))


def _held(listing: LookupScreen, session: Session) -> Mark | None:
    """The mark that covers it; of a type that is late, the one that its newest run leads to."""
    mark = listing.known.of(session) if listing.known else None
    if mark or listing.known is None or listing.board is None:
        return mark
    of = key_for(session, listing.board) or _pointed_at(listing, listing.board, session)
    return listing.known.marks.get(of) if of else None


def _pointed_at(listing: LookupScreen, board: Standings, session: Session) -> str | None:
    """What needs somebody and leads to this run."""
    for finding in listing.findings:
        run = run_of(finding, board)
        if run and run.uid == session.uid:
            return key_of(finding)
    return None


async def _take(page: BaseScreen, listing: LookupScreen, mark: Mark) -> None:
    if mark.file:
        page.say(f"Known by {the_file(mark)} of notes: it can only be taken out there.")
        return
    problem = await listing.forget(mark)
    if page.stands:
        page.say(f"Known no more{f': {mark.note}' if mark.note else ''}. {problem}".rstrip())


async def _ask(page: BaseScreen, listing: LookupScreen, pointed: Pointed) -> None:
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
    outgrown = listing.known.marks.get(pointed.of) if listing.known else None
    prompt.open(outgrown.note if outgrown else "", before="", sign=SIGN)
    page.show_foot()


async def _marked(page: BaseScreen, listing: LookupScreen, pointed: Pointed, text: str) -> bool:
    """Whether the mark was made; if the line cannot be read that is said, and nothing is lost."""
    board = listing.board
    if board is None:
        return True
    zone = page.zone
    try:
        note, until = parse_note(clean(text), now=board.now, zone=zone)
    except BadQuery as error:
        page.say(str(error))
        return False
    mark = Mark(pointed.of, pointed.type, note, board.now, until)
    problem = await listing.make_known(mark)
    if listing.known and page.stands:
        told = f"Known {ending(mark, listing.known, listing.teller(board))}; m takes that back."
        page.say(f"{told} {problem}".rstrip())
    return True
