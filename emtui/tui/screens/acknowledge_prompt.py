"""Acknowledge a run or a finding with an optional note, or remove its acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass

from textual.widget import Widget

from emtui.display_text.acknowledgement_messages import (
    NO_ALERT_FOR_RUN,
    NO_LIST_YET,
    NO_RUN_SELECTED,
    NOTE_EXAMPLE,
    acknowledged_text,
    removed_text,
    source_file_text,
)
from emtui.display_text.assessment_text import formatter_for
from emtui.display_text.session_wording import past_time_text
from emtui.em.model import Session
from emtui.em.text_sanitizer import clean
from emtui.query.expiry_parser import parse_note
from emtui.query.query_errors import InvalidQueryError
from emtui.triage.acknowledgement_matching import Acknowledgement, finding_key
from emtui.triage.findings import Finding
from emtui.tui.screens.base import BaseScreen
from emtui.tui.widgets.prompt import Prompt
from emtui.tui.widgets.text_input import TextInput

PROMPT_SIGN = "acknowledge, note:"


@dataclass(frozen=True, slots=True)
class _AcknowledgementTarget:
    """What to acknowledge: its key and its session type."""

    key: str
    type: str | None


async def toggle_run(screen: BaseScreen, run: Session | None) -> None:
    """Acknowledge a run that needs attention, or remove its acknowledgement.

    Shows a message if neither is possible.
    """
    assessment = screen.ctx.assessment
    if assessment is None:
        screen.say(NO_LIST_YET)
    elif run is None:
        screen.say(NO_RUN_SELECTED)
    elif acknowledgement := assessment.acknowledgement_of_run(run):
        await _remove_acknowledgement(screen, acknowledgement)
    elif key := assessment.acknowledgement_key(run):
        await _open_prompt(screen, _AcknowledgementTarget(key, run.type))
    else:
        screen.say(NO_ALERT_FOR_RUN)


async def toggle_finding(screen: BaseScreen, finding: Finding | None) -> None:
    """Acknowledge a finding, or remove its acknowledgement."""
    assessment = screen.ctx.assessment
    if finding is None or assessment is None:
        screen.say("Nothing to acknowledge: no alert is selected.")
    elif acknowledgement := assessment.acknowledgement_of_finding(finding):
        await _remove_acknowledgement(screen, acknowledgement)
    else:
        await _open_prompt(screen, _AcknowledgementTarget(finding_key(finding), finding.type))


async def _remove_acknowledgement(screen: BaseScreen, acknowledgement: Acknowledgement) -> None:
    if acknowledgement.source:
        screen.say(source_file_text(acknowledgement))
        return
    feed = screen.ctx.list_feed
    problem = await feed.unacknowledge(acknowledgement) if feed else ""
    await screen.ctx.past_view().refresh()
    if screen.is_ready:
        screen.say(removed_text(acknowledgement, _past_text(screen), problem))


def _past_text(screen: BaseScreen) -> str:
    """Tell that the list is shown as of an earlier time; empty if it is not."""
    past_time = screen.ctx.list_state.past_time
    return f" {past_time_text(past_time, screen.zone)}" if past_time else ""


async def _open_prompt(screen: BaseScreen, target: _AcknowledgementTarget) -> None:
    """Open the prompt for the note and an optional expiry at its end.

    It starts with the note of an acknowledgement that no longer applies.
    """
    previous_focus = screen.focused

    async def on_closed(text: str, *, accepted: bool) -> None:
        if accepted and not await _acknowledge(screen, target, text):
            return
        await prompt.remove()
        if screen.is_ready:
            screen.set_focus(
                previous_focus if isinstance(previous_focus, Widget) and previous_focus.is_attached else None
            )
            screen.show_footer()
            if not accepted:
                screen.say("Not acknowledged.")

    prompt = Prompt(lambda _: None, on_closed, screen.is_low_bandwidth, id="note")
    await screen.mount(prompt, before="#foot")
    prompt.query_one(TextInput).placeholder = NOTE_EXAMPLE
    assessment = screen.ctx.assessment
    lapsed_acknowledgement = assessment.acknowledgements.by_key.get(target.key) if assessment else None
    prompt.open(
        lapsed_acknowledgement.note if lapsed_acknowledgement else "", text_to_restore="", sign=PROMPT_SIGN
    )
    screen.show_footer()


async def _acknowledge(screen: BaseScreen, target: _AcknowledgementTarget, text: str) -> bool:
    """Acknowledge the target; false, with a message, if the text is invalid and the prompt must stay open."""
    if screen.ctx.assessment is None:
        return True
    now = screen.ctx.assessment.type_statuses.now
    try:
        note, until = parse_note(clean(text), now=now, zone=screen.zone)
    except InvalidQueryError as error:
        screen.say(str(error))
        return False
    acknowledgement = Acknowledgement(target.key, target.type, note, now, until)
    feed = screen.ctx.list_feed
    problem = await feed.acknowledge(acknowledgement) if feed else ""
    await screen.ctx.past_view().refresh()
    assessment = screen.ctx.assessment
    if assessment and assessment.acknowledgements and screen.is_ready:
        known, formatter = assessment.acknowledgements, formatter_for(assessment, screen.zone)
        undo = screen.key_hint("acknowledge", "undo")
        screen.say(acknowledged_text(acknowledgement, known, formatter, _past_text(screen), problem, undo))
    return True
