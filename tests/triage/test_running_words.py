"""A run in a running state of another family is seen as running, whatever end the server gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_factory import HOUR, MINUTE, NOON, make_run, make_series

from emtui.em.model import Outcome, Session
from emtui.triage.concurrent_runs import find_concurrent_runs
from emtui.triage.overdue_runs import find_due_runs
from emtui.triage.schedule_detection import detect_schedule
from emtui.triage.type_status import compute_type_statuses

GOOD = make_series("CollectJob", HOUR, NOON - HOUR, 10)
HUNG = replace(make_run(NOON - 10 * MINUTE, outcome=Outcome.RUNNING), state="Working")


@pytest.mark.parametrize("session", [HUNG, replace(HUNG, ended=NOON - 9 * MINUTE)], ids=["no-end", "an-end"])
def test_a_stuck_run_is_reported_and_no_run_is_due_meanwhile(session: Session) -> None:
    runs = [session, *GOOD]
    statuses = compute_type_statuses(runs, NOON)
    assert [overrun.duration for overrun in statuses.statuses[0].overruns] == [10 * MINUTE]
    assert find_due_runs(runs, detect_schedule(runs), NOON + 5 * HOUR) is None
    other = make_run(NOON - MINUTE, "LogExport")
    assert find_concurrent_runs([session, other], session, NOON + HOUR).others == (other,), (
        "it runs up to now"
    )
