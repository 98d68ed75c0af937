"""A run whose start or end is unknown says so in a word wherever it is shown; a contradiction is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from made_runs import MINUTE, NOON, run

from emtui.em.model import Outcome, Result, Session
from emtui.tui.formatting.plain_text import row_line
from emtui.tui.formatting.session_columns import Clock, cells_of, session_columns
from emtui.tui.formatting.session_text import facts, head, server_words

CLOCK = Clock(NOON, UTC)
WHOLE = run(NOON - 6 * MINUTE, outcome=Outcome.FAILED)
NO_END, NO_START = replace(WHOLE, ended=None), replace(WHOLE, started=None)
GOES_ON = run(NOON - 6 * MINUTE, outcome=Outcome.RUNNING)
REFERENCE = Session(WHOLE.uid, "Collect Job", complete=False)


def row(session: Session, width: int) -> list[str]:
    return [text.strip() for text, _ in cells_of(session_columns(width), session, CLOCK)]


@pytest.mark.parametrize("width", [58, 80, 120])
def test_a_row_has_the_word_in_place_of_the_length_and_of_the_start(width: int) -> None:
    assert row(WHOLE, width).count("unknown") == 0
    assert row(NO_END, width).count("unknown") == 1
    assert row(NO_START, width).count("unknown") == 2
    assert row(replace(GOES_ON, started=None), width).count("unknown") == 2
    assert row(GOES_ON, width).count("unknown") == 0
    assert row(REFERENCE, width).count("unknown") == 0


@pytest.mark.parametrize("session", [NO_END, NO_START])
def test_head_facts_and_copied_line_have_the_word_too(session: Session) -> None:
    assert "took unknown" in "".join(text for text, _ in head(session, CLOCK))
    assert "Took          unknown" in facts(session, CLOCK).splitlines()
    assert "took unknown" in row_line(session, CLOCK)
    assert ("Ended         unknown" in facts(session, CLOCK)) == (session.ended is None)
    assert ("Started       unknown" in facts(session, CLOCK)) == (session.started is None)


def test_a_run_that_goes_on_has_no_end_to_be_unknown() -> None:
    assert "unknown" not in facts(GOES_ON, CLOCK)


def test_what_the_server_contradicts_itself_in_is_told() -> None:
    session = replace(WHOLE, state="CompletedSuccessfully", result=Result("Failed"))
    assert server_words(session) == "CompletedSuccessfully / Failed (contradictory)"
    told = "Outcome       failed (State says CompletedSuccessfully, Result says Failed)"
    assert told in facts(session, CLOCK).splitlines()
    assert server_words(WHOLE) == "Failed"
    working = replace(WHOLE, state="Working", result=Result("Failed"))
    assert "Outcome       failed (State says Working, but the run has ended)" in facts(working, CLOCK)
