"""Days on which nothing is wrong: whatever is said then is wrong, and it would wake somebody.

The worlds are those of `quiet_months`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from made_runs import DAY, HOUR, MINUTE, NOON, quiet
from quiet_months import BEGIN, PATCHES, PATCHING, SEEDS, clocks_changed, listed, months, patched

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import Teller, ground
from emtui.triage.findings import Finding, Grade, Paused, Silence, Warned
from emtui.triage.prioritization import Attention, attention

STEP = 7 * HOUR + 13 * MINUTE


def days(sessions: Sequence[Session]) -> Iterator[tuple[datetime, Attention]]:
    now = BEGIN
    while now <= NOON:
        yield now, attention(listed(sessions, now), now)
        now += STEP


def told(sessions: Sequence[Session]) -> list[tuple[datetime, Finding]]:
    """What was said, but for warnings that really happened."""
    return [
        (now, finding)
        for now, seen in days(sessions)
        for finding in seen.findings
        if not (isinstance(finding, Warned) and finding.message)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_said_on_a_quiet_day(seed: int) -> None:
    assert told(months(seed)) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_nothing_is_said_when_the_clocks_change(seed: int, by: timedelta) -> None:
    assert told(clocks_changed(months(seed), by)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_patch_night_one_pause_is_told_for_a_day_and_no_type_is_blamed(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    said = told(patched(months(seed)))
    sentences = Counter(f"{Teller(now, UTC).finding(finding)} ({ground(finding)})" for now, finding in said)
    for sentence, times in sentences.items():
        record_property("said", f"{sentence}, {times} times")
    assert {type(finding) for _, finding in said} >= {Paused}
    for now, pause in said:
        if isinstance(pause, Silence):
            assert any(patch < now < patch + PATCHING + 15 * MINUTE for patch in PATCHES)
            continue
        assert isinstance(pause, Paused)
        assert pause.grade is Grade.NOTE
        patch = max(patch for patch in PATCHES if patch <= now)
        assert patch - 15 * MINUTE <= pause.since <= patch + 2 * MINUTE
        assert abs(pause.until - (patch + PATCHING)) <= 15 * MINUTE  # the end of a run is a sign of life
        assert now - pause.until < DAY


def test_all_types_with_a_rhythm_are_on_time_on_a_quiet_day() -> None:
    for _, seen in days(months(0)):
        assert seen.calm.types == 12
        assert seen.calm.on_time == 12 - len(seen.calm.unknown)
        assert set(seen.calm.unknown) <= {"LicenseRevoke", "VcPluginJob"}


def test_a_warning_is_told_only_while_it_is_the_newest_result() -> None:
    for now, seen in days(months(1)):
        for finding in seen.findings:
            assert isinstance(finding, Warned)
            assert finding.grade is Grade.SOON
            assert finding.streak.count == 1
            assert now - finding.streak.since < HOUR
            assert finding.rests_on > 2_000


def test_a_clock_that_was_put_back_makes_nothing_late() -> None:
    sessions = quiet(0, NOON).sessions(NOON)
    for back in (MINUTE, HOUR, DAY):
        assert attention(sessions, NOON - back).findings == ()


def test_an_empty_list_says_nothing() -> None:
    seen = attention((), NOON)
    assert seen.findings == ()
    assert (seen.calm.on_time, seen.calm.types) == (0, 0)


def test_a_list_of_one_day_claims_no_rhythm_for_what_runs_daily() -> None:
    young = [one for one in quiet(0, NOON).sessions(NOON) if one.started and NOON - one.started < DAY]
    seen = attention(young, NOON)
    assert seen.findings == ()
    assert "LicAutoUpdate" in seen.calm.unknown
    assert all(one.outcome in {Outcome.SUCCESS, Outcome.RUNNING} for one in young)
