"""The summary of the last twelve hours, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factory import MESSAGE, STARTED_TEXT, STARTED_TEXT_WITH_DATE, hours_before_noon, report_origin
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Outcome, Session
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_text
from emtui.handover.shift_summary import DataGap, ShiftReport, summarize_shift
from emtui.triage.acknowledgement_matching import find_active_acknowledgements
from emtui.triage.acknowledgements import Acknowledgement, finding_key, stuck_key
from emtui.triage.findings import CurrentIdleFinding
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.prioritization import prioritize_findings, prioritize_sessions
from emtui.triage.schedule_detection import IdlePeriod
from emtui.triage.type_status import compute_type_statuses

BAD, OK, WARN = Outcome.FAILED, Outcome.SUCCESS, Outcome.WARNING


def make_shift(
    sessions: Sequence[Session],
    data_gaps: tuple[DataGap, ...] = (),
    acknowledgements: Sequence[Acknowledgement] = (),
    now: datetime = NOON,
) -> ShiftReport:
    statuses = compute_type_statuses(sessions, now)
    findings = tuple(prioritize_findings(statuses).findings)
    return ShiftReport(
        report_origin(now),
        tuple(sessions),
        statuses,
        findings,
        data_gaps,
        find_active_acknowledgements(acknowledgements, statuses),
    )


def summary_text(shift: ShiftReport) -> str:
    return render_text(summarize_shift(shift), lambda text: text)


def failing_runs() -> list[Session]:
    """CollectJob: successful all night, then failing twice."""
    bad = [make_run(NOON - number * 15 * MINUTE, outcome=BAD, message=MESSAGE) for number in (0, 1)]
    return [*bad, *make_series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE)]


def test_the_summary_of_an_empty_list_has_no_alerts_and_its_basis() -> None:
    text = summary_text(make_shift([]))
    assert text.startswith(
        "Last 12 hours of em01.example.net, 2026-11-23 01:00:00 +01:00 – 2026-11-23 13:00:00 +01:00\n"
    )
    assert "Needs attention: none\n\nRecovered: none\n\nBased on\n" in text
    assert "- 0 runs listed as of 2026-11-23 13:00:00 +01:00; 0 ran in this period\n" in text
    assert "- no gaps in the data since emtui started\n" in text


def test_repeated_failures_are_one_line() -> None:
    text = summary_text(make_shift(failing_runs()))
    assert (
        "Needs attention: 1\n\n- CollectJob failed twice since 2026-11-23 12:45:00 +01:00, "
        f"last success 2026-11-23 12:30:00 +01:00 (based on 102 runs): {MESSAGE}\n"
    ) in text
    assert text.count(MESSAGE) == 1, "the message would be repeated"
    assert "100 runs" not in text
    assert "102 runs listed" in text
    assert "49 ran in this period: 2 failed, 47 success\n" in text


def test_runs_that_are_still_running_count_in_this_period() -> None:
    longest = make_run(hours_before_noon(20), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    unknown_start = replace(
        make_run(hours_before_noon(21), "LogExport", outcome=Outcome.RUNNING), started=None
    )
    over = make_run(hours_before_noon(30), "LicAutoUpdate")
    ends_in_them = make_run(hours_before_noon(14), "LicAutoUpdate", duration=3 * HOUR)
    no_end = replace(make_run(hours_before_noon(22)), ended=None)
    text = summary_text(make_shift([longest, unknown_start, over, ends_in_them, no_end]))
    assert "5 runs listed" in text
    assert "3 ran in this period: 2 running, 1 success\n" in text


def test_a_failing_and_overdue_type_is_one_line() -> None:
    bad = make_run(hours_before_noon(3), outcome=BAD, message=MESSAGE)
    well = make_series("CatalogCrawlJob", 15 * MINUTE, NOON - MINUTE, count=2000)
    good = make_series("CollectJob", 15 * MINUTE, hours_before_noon(3) - 15 * MINUTE, count=2000)
    text = summary_text(make_shift([bad, *good, *well]))
    assert (
        "- CollectJob failed at 2026-11-23 10:00:00 +01:00, last success 2026-11-23 09:45:00 +01:00; " in text
    )
    assert " runs due, none started (based on " in text
    assert text.count("- CollectJob ") == 1


def test_stuck_and_overdue_runs_have_their_evidence() -> None:
    hangs = make_run(hours_before_noon(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = make_series("DatabaseMaintenance", 24 * HOUR, hours_before_noon(27), count=20)
    late = make_series("CatalogReplicationJob", 4 * HOUR, hours_before_noon(20))
    text = summary_text(
        make_shift([hangs, *good, *late, *make_series("CollectJob", 15 * MINUTE, NOON - MINUTE)])
    )
    assert (
        "Needs attention: 2\n\n- DatabaseMaintenance running for 3h00m, usually 1m30s, 120×;"
        " started 2026-11-23 10:00:00 +01:00" in text
    )
    assert (
        "(based on 20 successful runs)\n"
        "- CatalogReplicationJob overdue, 5 runs missed;"
        " last ran 2026-11-22 17:00:00 +01:00, usually every 4h" in text
    )


def test_a_resolved_failure_has_recovered_with_the_time_of_recovery() -> None:
    text = summary_text(make_shift(runs_with_outcomes(*[OK] * 4, BAD, *[OK] * 50)))
    assert "Needs attention: none\n" in text
    assert "Recovered: 1\n\n- CollectJob failed at 2026-11-23 12:00:00 +01:00, recovered " in text
    assert "recovered 2026-11-23 12:15:00 +01:00\n" in text


def test_only_ongoing_and_recently_resolved_incidents_are_listed() -> None:
    text = summary_text(make_shift(runs_with_outcomes(*[OK] * 60, BAD, *[OK] * 50)))
    assert "Recovered: none" in text
    old = [
        make_run(hours_before_noon(30), "LicAutoUpdate", outcome=WARN, message="no key"),
        *make_series("LicAutoUpdate", 24 * HOUR, hours_before_noon(54)),
    ]
    assert (
        "- LicAutoUpdate warned at 2026-11-22 07:00:00 +01:00, "
        "last success 2026-11-21 07:00:00 +01:00 (based on 101 runs): `no key`\n"
    ) in render_markdown(summarize_shift(make_shift(old)), lambda text: text)


def test_acknowledged_findings_have_their_own_section_with_note_and_expiry() -> None:
    bad = failing_runs()
    mark = Acknowledgement(fingerprint(bad[0]), "CollectJob", "INC0012345", NOON)
    text = summary_text(make_shift(bad, acknowledgements=[mark]))
    assert "Needs attention: none\n\nAcknowledged: 1\n\n- CollectJob failed twice since " in text
    assert f": {MESSAGE}; acknowledged: INC0012345, until it succeeds\n" in text


def test_a_stuck_run_that_is_acknowledged_does_not_need_attention() -> None:
    hangs = make_run(hours_before_noon(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = make_series("DatabaseMaintenance", 24 * HOUR, hours_before_noon(27), count=20)
    mark = Acknowledgement(
        stuck_key("DatabaseMaintenance"), "DatabaseMaintenance", "a lock", NOON, NOON + HOUR
    )
    text = summary_text(
        make_shift(
            [hangs, *good, *make_series("CollectJob", 15 * MINUTE, NOON - MINUTE)], acknowledgements=[mark]
        )
    )
    assert "Needs attention: none\n" in text
    assert (
        "Acknowledged: 1\n\n- DatabaseMaintenance running for 3h00m, usually 1m30s, 120×;"
        " started 2026-11-23 10:00:00 +01:00" in text
    )
    assert "; acknowledged: a lock, until 2026-11-23 14:00:00 +01:00\n" in text


def nightly_runs(nights: int, now: datetime) -> list[Session]:
    """CollectJob: each quarter of an hour, failing at 02:00 on the last so many nights."""
    runs = make_series("CollectJob", 15 * MINUTE, now - MINUTE * (now.minute % 15), 96 * 9)
    return [
        make_run(begun, outcome=BAD, message=MESSAGE)
        if (begun := one.started or now).hour == 2 and begun.minute == 0 and now - begun < nights * DAY
        else one
        for one in runs
    ]


@pytest.mark.parametrize("hours", [3, 10, 12, 15, 20, 25])
def test_a_nightly_failure_that_succeeds_by_day_has_recovered(hours: int) -> None:
    now = NOON.replace(hour=0) + hours * HOUR
    text = summary_text(make_shift(nightly_runs(5, now), now=now))
    assert re.search(
        r"Needs attention: 1\n\n- CollectJob failed 2026-11-2\d 03:00:00 \+01:00,"
        r" the 5th day at this minute; ",
        text,
    )
    assert "\nRecovered: 1\n\n- CollectJob failed 5 times since " in text
    assert re.search(r"Recovered: 1\n\n- .*, recovered 2026-11-2\d 03:15:00 \+01:00: ", text)


def test_a_failure_of_this_night_is_recovered_only_in_the_period_that_covers_it() -> None:
    for hours, listed in ((3, True), (12, True), (14, True), (15, False)):
        now = NOON.replace(hour=0) + hours * HOUR
        text = summary_text(make_shift(nightly_runs(1, now), now=now))
        assert (
            "Recovered: 1\n\n- CollectJob failed at 2026-11-23 03:00:00 +01:00, recovered " in text
        ) is listed


def test_another_message_of_a_failing_type_is_listed() -> None:
    bad = [make_run(NOON - place * 15 * MINUTE, outcome=BAD, message=text) for place, text in enumerate("ab")]
    text = summary_text(make_shift([*bad, *make_series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE)]))
    assert "Needs attention: 1\n\n- CollectJob failed twice since " in text
    assert "Other messages: 1\n\n- CollectJob failed at 2026-11-23 12:45:00 +01:00: b\n" in text


def section_counts(text: str) -> dict[str, tuple[int, int]]:
    """The number in each heading, and the number of items below it."""
    parts = [part for part in text.split("\n\n") if part]
    found = {}
    for heading, below in zip(parts, [*parts[1:], ""], strict=True):
        if match := re.fullmatch(r"(?:.*\n)?(Needs attention|Acknowledged|Recovered): (none|\d+)", heading):
            lines = below.count("\n- ") + below.startswith("- ")
            found[match[1]] = (0 if match[2] == "none" else int(match[2]), lines)
    return found


def assert_same_as_attention(
    sessions: Sequence[Session], now: datetime, acknowledgements: Sequence[Acknowledgement] = ()
) -> None:
    """The findings, and those acknowledged, are the same as on the screens."""
    one = make_shift(sessions, acknowledgements=acknowledgements, now=now)
    expected = prioritize_sessions(sessions, now).findings
    acknowledged = [finding for finding in expected if one.acknowledgements.for_finding(finding)]
    text = summary_text(one)
    found = section_counts(text)
    assert found["Needs attention"] == (len(expected) - len(acknowledged),) * 2
    assert found.get("Acknowledged", (0, 0)) == (len(acknowledged),) * 2
    for finding in expected:
        assert one.origin.formatter.format_finding(finding).partition("\n")[0] in text


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 7, 23])
@pytest.mark.parametrize("hours", [0, 9, 15])
def test_it_lists_what_the_screens_list_of_the_demo(seed: int, hours: int) -> None:
    now = NOON.replace(hour=2, minute=12) + hours * HOUR
    sessions = SimulatedWorld(seed, NOON.replace(hour=2, minute=12)).sessions(now)
    assert_same_as_attention(sessions, now)
    for finding in prioritize_sessions(sessions, now).findings[::2]:
        assert_same_as_attention(
            sessions, now, [Acknowledgement(finding_key(finding), finding.type, "INC0012345", now)]
        )


@given(
    st.lists(
        st.tuples(st.sampled_from([OK, OK, OK, *Outcome]), st.sampled_from("AB"), st.sampled_from("xy")),
        max_size=40,
    ),
    st.sets(st.integers(0, 5)),
)
def test_it_lists_what_the_screens_list_of_any_runs(
    rows: list[tuple[Outcome, str, str]], marked: set[int]
) -> None:
    sessions = [
        make_run(NOON - place * 50 * MINUTE, kind, outcome=outcome, message=message)
        for place, (outcome, kind, message) in enumerate(rows)
    ]
    found = prioritize_sessions(sessions, NOON).findings
    marks = [
        Acknowledgement(finding_key(one), one.type, "", NOON)
        for place, one in enumerate(found)
        if place in marked
    ]
    assert_same_as_attention(sessions, NOON, marks)


def test_periods_without_data_are_listed_with_their_reason() -> None:
    data_gaps: tuple[DataGap, ...] = (
        (hours_before_noon(9), hours_before_noon(7), "em01.example.net answered 503."),
        (hours_before_noon(2), None, "em01.example.net does not answer."),
    )
    text = summary_text(make_shift([], data_gaps))
    assert (
        "- 2026-11-23 04:00:00 +01:00 – 2026-11-23 06:00:00 +01:00: em01.example.net answered 503.\n" in text
    )
    assert "- 2026-11-23 11:00:00 +01:00 – now: em01.example.net does not answer.\n" in text
    assert "no gaps in the data" not in text


def test_rows_that_could_not_be_read_are_counted() -> None:
    unreadable = [make_run(NOON - MINUTE), Session(make_run(NOON).uid, is_complete=False)]
    assert "- 1 row not fully readable; may be missing above\n" in summary_text(make_shift(unreadable))


def test_every_time_in_it_has_its_date_and_offset() -> None:
    rows = [*failing_runs(), *make_series("CatalogReplicationJob", 4 * HOUR, hours_before_noon(20))]
    text = STARTED_TEXT_WITH_DATE.sub(
        "", summary_text(make_shift(rows, ((hours_before_noon(9), hours_before_noon(7), "gone"),)))
    )
    assert STARTED_TEXT.findall(text) == []
    assert re.search(r"[+-]\d\d:\d\d", text) is None


def test_a_sentence_about_all_types_is_ours_and_in_no_code_span() -> None:
    quiet = replace(
        make_shift([]),
        findings=(CurrentIdleFinding(IdlePeriod(hours_before_noon(3), None, 9, ("A", "B"), 400)),),
    )
    assert (
        "\n- no runs of any type since 2026-11-23 10:00:00 +01:00; 9 runs due, none started"
        " (based on 400 intervals)\n"
    ) in render_markdown(summarize_shift(quiet), lambda text: text)
