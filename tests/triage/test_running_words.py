"""A run in a running state of another family is seen as running, whatever end the server gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_runs import HOUR, MINUTE, NOON, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.concurrent_runs import around
from emtui.triage.schedule_detection import due, rhythm
from emtui.triage.type_status import standings

GOOD = series("CollectJob", HOUR, NOON - HOUR, 10)
HUNG = replace(run(NOON - 10 * MINUTE, outcome=Outcome.RUNNING), state="Working")


@pytest.mark.parametrize("session", [HUNG, replace(HUNG, ended=NOON - 9 * MINUTE)], ids=["no-end", "an-end"])
def test_it_hangs_and_nothing_is_due_while_it_runs(session: Session) -> None:
    runs = [session, *GOOD]
    board = standings(runs, NOON)
    assert [overrun.took for overrun in board.types[0].overruns] == [10 * MINUTE]
    assert due(runs, rhythm(runs), NOON + 5 * HOUR) is None
    other = run(NOON - MINUTE, "LogExport")
    assert around([session, other], session, NOON + HOUR).others == (other,), "it runs up to now"
