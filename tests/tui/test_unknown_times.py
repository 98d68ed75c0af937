"""An unknown start or end is shown as a word on all screens; a contradiction is shown, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from session_factory import MINUTE, NOON, make_run

from emtui.display_text.session_wording import TimeContext, facts_text, server_state_text
from emtui.em.model import Outcome, Result, Session
from emtui.tui.formatting.plain_text import row_line
from emtui.tui.formatting.session_columns import render_cells, session_columns
from emtui.tui.formatting.session_text import session_header

NOON_CONTEXT = TimeContext(NOON, UTC)
COMPLETE_RUN = make_run(NOON - 6 * MINUTE, outcome=Outcome.FAILED)
WITHOUT_END, WITHOUT_START = replace(COMPLETE_RUN, ended=None), replace(COMPLETE_RUN, started=None)
STILL_RUNNING = make_run(NOON - 6 * MINUTE, outcome=Outcome.RUNNING)
REFERENCE = Session(COMPLETE_RUN.uid, "Collect Job", is_complete=False)


def row_texts(session: Session, width: int) -> list[str]:
    return [text.strip() for text, _ in render_cells(session_columns(width), session, NOON_CONTEXT)]


@pytest.mark.parametrize("width", [58, 80, 120])
def test_a_row_shows_unknown_for_duration_and_start(width: int) -> None:
    assert row_texts(COMPLETE_RUN, width).count("unknown") == 0
    assert row_texts(WITHOUT_END, width).count("unknown") == 1
    assert row_texts(WITHOUT_START, width).count("unknown") == 2
    assert row_texts(replace(STILL_RUNNING, started=None), width).count("unknown") == 2
    assert row_texts(STILL_RUNNING, width).count("unknown") == 0
    assert row_texts(REFERENCE, width).count("unknown") == 0


@pytest.mark.parametrize("session", [WITHOUT_END, WITHOUT_START])
def test_header_details_and_copied_line_show_unknown(session: Session) -> None:
    assert "took unknown" in "".join(text for text, _ in session_header(session, NOON_CONTEXT))
    assert "Took          unknown" in facts_text(session, NOON_CONTEXT).splitlines()
    assert "took unknown" in row_line(session, NOON_CONTEXT)
    assert ("Ended         unknown" in facts_text(session, NOON_CONTEXT)) == (session.ended is None)
    assert ("Started       unknown" in facts_text(session, NOON_CONTEXT)) == (session.started is None)


def test_a_running_session_has_no_unknown_end() -> None:
    assert "unknown" not in facts_text(STILL_RUNNING, NOON_CONTEXT)


def test_contradictory_states_are_shown() -> None:
    session = replace(COMPLETE_RUN, state="CompletedSuccessfully", result=Result("Failed"))
    assert server_state_text(session) == "CompletedSuccessfully / Failed (contradictory)"
    expected = "Outcome       failed (State is CompletedSuccessfully, Result is Failed)"
    assert expected in facts_text(session, NOON_CONTEXT).splitlines()
    assert server_state_text(COMPLETE_RUN) == "Failed"
    working = replace(COMPLETE_RUN, state="Working", result=Result("Failed"))
    assert "Outcome       failed (State is Working, but the run has ended)" in facts_text(
        working, NOON_CONTEXT
    )
