"""While nothing at all runs there is one sentence, and each type knows how many of its own runs were due."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from made_runs import DAY, HOUR, MINUTE, NOON, run, series

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import Teller
from emtui.triage.findings import Failing, Late, Silence
from emtui.triage.prioritization import attention
from emtui.triage.schedule_detection import Due
from emtui.triage.type_status import standings

QUARTER = 15 * MINUTE


def three_types() -> list[Session]:
    return [
        *series("CollectJob", QUARTER, NOON, 2_700),
        *series("CatalogReplicationJob", HOUR, NOON - 5 * MINUTE, 670),
        *series("LicAutoUpdate", DAY, NOON - 10 * MINUTE, 28),
    ]


def due_of(sessions: list[Session], kind: str, now: timedelta) -> Due:
    row = standings(sessions, NOON + now).of(kind)
    assert row is not None
    assert row.due is not None
    return row.due


@pytest.mark.parametrize("hours", [1, 2, 13, 26, 48, 7 * 24, 13 * 24])
def test_each_type_counts_its_own_and_all_of_them_what_the_sentence_says(hours: int) -> None:
    now = hours * HOUR + MINUTE
    sessions = three_types()
    (silence,) = attention(sessions, NOON + now).findings
    assert isinstance(silence, Silence)
    collected, copied, updated = (
        due_of(sessions, kind, now) for kind in ("CollectJob", "CatalogReplicationJob", "LicAutoUpdate")
    )
    assert (collected.since, collected.count) == (NOON + QUARTER, 4 * hours)
    assert (copied.since, copied.count) == (NOON + 55 * MINUTE, hours)
    assert updated.count == hours // 24
    assert updated.late == (hours > 24)
    assert silence.outage.missed == collected.count + copied.count + updated.count
    tell = Teller(NOON + now, UTC)
    since = tell.at(NOON + QUARTER)
    assert tell.due(collected) == f"was due {since}; {4 * hours:,} runs due, none began"


def test_a_type_that_is_not_due_yet_says_when_it_is() -> None:
    found = due_of(three_types(), "LicAutoUpdate", 2 * HOUR)
    assert (found.next, found.since, found.count) == (NOON - 10 * MINUTE + DAY, None, 0)


def test_a_type_that_fails_while_nothing_runs_is_told_once_and_not_again_as_late() -> None:
    failed = [run(NOON, outcome=Outcome.FAILED), *three_types()[1:]]
    silence, failing = attention(failed, NOON + 2 * HOUR).findings
    assert isinstance(silence, Silence)
    assert isinstance(failing, Failing)
    assert failing.due == 0
    assert due_of(failed, "CollectJob", 2 * HOUR).count == 8


def test_a_type_that_was_late_before_nothing_ran_is_told_of_and_counts_all() -> None:
    sessions = [
        *series("CollectJob", QUARTER, NOON, 2_700),
        *series("CatalogReplicationJob", HOUR, NOON + 3 * HOUR, 670),
        *series("LogExport", HOUR, NOON + 3 * HOUR, 670),
    ]
    now = 6 * HOUR + MINUTE
    silence, late = attention(sessions, NOON + now).findings
    assert isinstance(silence, Silence)
    assert isinstance(late, Late)
    assert (late.type, late.since, late.due) == ("CollectJob", NOON + QUARTER, 24)
    assert due_of(sessions, "LogExport", now).count == 3


def test_how_many_types_are_on_time_is_as_before() -> None:
    calm = attention(three_types(), NOON + 2 * HOUR).calm
    assert (calm.on_time, calm.types, calm.unsure) == (1, 3, ())
