"""Days on which nothing is wrong: whatever is said then is wrong, and it would wake somebody.

The worlds are those of `quiet_months`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from session_factory import DAY, HOUR, MINUTE, NOON, uneventful_world
from uneventful_months import (
    MIDDLE_START,
    PATCH_DURATION,
    PATCH_NIGHTS,
    SEEDS,
    listed_at,
    sixty_days,
    with_clock_change,
    with_patch_nights,
)

from emtui.em.model import Outcome, Session
from emtui.triage.finding_text import FindingFormatter, format_evidence
from emtui.triage.findings import CurrentIdleFinding, Finding, PastIdleFinding, Urgency, WarningFinding
from emtui.triage.prioritization import PrioritizedFindings, prioritize_sessions

STEP = 7 * HOUR + 13 * MINUTE


def daily_findings(sessions: Sequence[Session]) -> Iterator[tuple[datetime, PrioritizedFindings]]:
    now = MIDDLE_START
    while now <= NOON:
        yield now, prioritize_sessions(listed_at(sessions, now), now)
        now += STEP


def unexpected_findings(sessions: Sequence[Session]) -> list[tuple[datetime, Finding]]:
    """What was said, but for warnings that really happened."""
    return [
        (now, finding)
        for now, seen in daily_findings(sessions)
        for finding in seen.findings
        if not (isinstance(finding, WarningFinding) and finding.message)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quiet_day_has_no_findings(seed: int) -> None:
    assert unexpected_findings(sixty_days(seed)) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_clock_change_causes_no_findings(seed: int, by: timedelta) -> None:
    assert unexpected_findings(with_clock_change(sixty_days(seed), by)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_patch_night_one_idle_period_is_reported_for_a_day_and_no_type_is_overdue(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    text = unexpected_findings(with_patch_nights(sixty_days(seed)))
    sentences = Counter(
        f"{FindingFormatter(now, UTC).format_finding(finding)} ({format_evidence(finding)})"
        for now, finding in text
    )
    for sentence, times in sentences.items():
        record_property("said", f"{sentence}, {times} times")
    assert {type(finding) for _, finding in text} >= {PastIdleFinding}
    for now, pause in text:
        if isinstance(pause, CurrentIdleFinding):
            assert any(patch < now < patch + PATCH_DURATION + 15 * MINUTE for patch in PATCH_NIGHTS)
            continue
        assert isinstance(pause, PastIdleFinding)
        assert pause.urgency is Urgency.NOTE
        patch = max(patch for patch in PATCH_NIGHTS if patch <= now)
        assert patch - 15 * MINUTE <= pause.since <= patch + 2 * MINUTE
        assert (
            abs(pause.until - (patch + PATCH_DURATION)) <= 15 * MINUTE
        )  # the end of a run is a sign of life
        assert now - pause.until < DAY


def test_all_types_with_a_rhythm_are_on_time_on_a_quiet_day() -> None:
    for _, seen in daily_findings(sixty_days(0)):
        assert seen.on_time_counts.type_count == 12
        assert seen.on_time_counts.on_time == 12 - len(seen.on_time_counts.without_schedule)
        assert set(seen.on_time_counts.without_schedule) <= {"LicenseRevoke", "VcPluginJob"}


def test_a_warning_is_reported_only_while_it_is_the_newest_result() -> None:
    for now, seen in daily_findings(sixty_days(1)):
        for finding in seen.findings:
            assert isinstance(finding, WarningFinding)
            assert finding.urgency is Urgency.SOON
            assert finding.streak.count == 1
            assert now - finding.streak.since < HOUR
            assert finding.sample_size > 2_000


def test_a_clock_that_was_put_back_makes_no_type_overdue() -> None:
    sessions = uneventful_world(0, NOON).sessions(NOON)
    for back in (MINUTE, HOUR, DAY):
        assert prioritize_sessions(sessions, NOON - back).findings == ()


def test_an_empty_list_has_no_findings() -> None:
    seen = prioritize_sessions((), NOON)
    assert seen.findings == ()
    assert (seen.on_time_counts.on_time, seen.on_time_counts.type_count) == (0, 0)


def test_a_list_of_one_day_gives_daily_types_no_schedule() -> None:
    young = [
        one for one in uneventful_world(0, NOON).sessions(NOON) if one.started and NOON - one.started < DAY
    ]
    seen = prioritize_sessions(young, NOON)
    assert seen.findings == ()
    assert "LicAutoUpdate" in seen.on_time_counts.without_schedule
    assert all(one.outcome in {Outcome.SUCCESS, Outcome.RUNNING} for one in young)
