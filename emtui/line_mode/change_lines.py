"""One line per change of the list: runs that are new, ended or different, and a lost or restored connection.

Pure: two states of the list in, lines out.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from emtui import text_format
from emtui.display_text.list_text import problem_text
from emtui.display_text.session_wording import TimeContext, tally_text
from emtui.em.model import Outcome, Session, Uid
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.line_mode.run_lines import run_line
from emtui.monitor.list_feed import ListState

PROBLEM_OUTCOMES = (Outcome.FAILED, Outcome.WARNING, Outcome.CANCELED)


class ChangeLevel(StrEnum):
    """Which changes are announced."""

    ALL = "all"
    PROBLEMS = "problems"
    OFF = "off"

    @property
    def description(self) -> str:
        """The level in a sentence."""
        return {
            ChangeLevel.ALL: "every run that starts, ends or changes, and the connection",
            ChangeLevel.PROBLEMS: "runs that fail, warn or are canceled, and the connection",
            ChangeLevel.OFF: "nothing",
        }[self]


def change_lines(
    before: ListState | None, state: ListState, level: ChangeLevel, clock: TimeContext
) -> Iterator[str]:
    """The lines for what is different from the state `before`."""
    if level is ChangeLevel.OFF or before is None:
        return
    yield from _connection_lines(before, state, clock)
    if before.snapshot is None and state.snapshot:
        yield f"List loaded: {tally_text(state.snapshot).replace('  ', ', ')}."
    if state.changes is before.changes or before.snapshot is None:
        return
    running = {run.uid for run in before.snapshot.sessions if run.is_running}
    for word, runs in (("New", state.changes.added), ("", state.changes.changed)):
        for run in reversed(runs):
            if level is ChangeLevel.ALL or run.outcome in PROBLEM_OUTCOMES:
                yield f"{word or _change_word(run, running)}: {run_line(run, state.assessment, clock)}"


def _change_word(run: Session, running: set[Uid]) -> str:
    return "Ended" if run.uid in running and not run.is_running else "Changed"


def _connection_lines(before: ListState, state: ListState, clock: TimeContext) -> Iterator[str]:
    if state.polling_stop and state.polling_stop is not before.polling_stop:
        yield problem_text(state, clock, DEFAULT_KEYMAP)
    elif state.is_lost and not before.is_lost and state.health.lost_since:
        since = text_format.format_day_and_second(state.health.lost_since, clock.now, clock.zone)
        offset = text_format.format_zone_offset(state.health.lost_since, clock.zone)
        yield f"NO DATA since {since} {offset}: {state.health.problem}"
    elif (before.is_lost or before.polling_stop) and not state.is_lost and not state.polling_stop:
        yield "Connected again: the list is up to date."
    yield from state.notices
