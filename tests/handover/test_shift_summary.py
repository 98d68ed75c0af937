"""The summary of the last twelve hours, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cases import DATED, MESSAGE, TIME, hour, origin
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.demo.world import World
from emtui.em.model import Outcome, Session
from emtui.handover.render_markdown import markdown
from emtui.handover.render_text import plain
from emtui.handover.shift_summary import Blind, Shift, summary
from emtui.triage.acknowledged import holding
from emtui.triage.acknowledgements import Mark, hanging, key_of
from emtui.triage.findings import Silence
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.prioritization import attention, judged
from emtui.triage.schedule_detection import Outage
from emtui.triage.type_status import standings

BAD, OK, WARN = Outcome.FAILED, Outcome.SUCCESS, Outcome.WARNING


def shift(
    sessions: Sequence[Session],
    blind: tuple[Blind, ...] = (),
    marks: Sequence[Mark] = (),
    now: datetime = NOON,
) -> Shift:
    board = standings(sessions, now)
    findings = tuple(judged(board).findings)
    return Shift(origin(now), tuple(sessions), board, findings, blind, holding(marks, board))


def told(one: Shift) -> str:
    return plain(summary(one), lambda text: text)


def failing() -> list[Session]:
    """CollectJob: successful all night, then failing twice."""
    bad = [run(NOON - number * 15 * MINUTE, outcome=BAD, message=MESSAGE) for number in (0, 1)]
    return [*bad, *series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE)]


def test_of_a_list_with_nothing_it_says_that_nothing_is_open_and_on_what_it_rests() -> None:
    text = told(shift([]))
    assert text.startswith(
        "Last 12 hours of em01.example.net, 2026-11-23 01:00:00 +01:00 – 2026-11-23 13:00:00 +01:00\n"
    )
    assert "Needs attention: none\n\nRecovered: none\n\nBased on\n" in text
    assert "- 0 runs listed as of 2026-11-23 13:00:00 +01:00; 0 ran in this period\n" in text
    assert "- no time without data since emtui started\n" in text


def test_what_fails_is_one_line_however_often() -> None:
    text = told(shift(failing()))
    assert (
        "Needs attention: 1\n\n- CollectJob failed twice since 2026-11-23 12:45:00 +01:00, "
        f"last good 2026-11-23 12:30:00 +01:00 (on 102 runs): {MESSAGE}\n"
    ) in text
    assert text.count(MESSAGE) == 1, "it would be said twice"
    assert "100 runs" not in text
    assert "102 runs listed" in text
    assert "49 ran in this period: 2 failed, 47 success\n" in text


def test_what_ran_all_the_time_ran_in_these_hours() -> None:
    longest = run(hour(20), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    nobody_knows_since_when = replace(run(hour(21), "LogExport", outcome=Outcome.RUNNING), started=None)
    over = run(hour(30), "LicAutoUpdate")
    ends_in_them = run(hour(14), "LicAutoUpdate", took=3 * HOUR)
    no_end = replace(run(hour(22)), ended=None)
    text = told(shift([longest, nobody_knows_since_when, over, ends_in_them, no_end]))
    assert "5 runs listed" in text
    assert "3 ran in this period: 2 running, 1 success\n" in text


def test_what_fails_and_is_late_as_well_is_one_line() -> None:
    bad = run(hour(3), outcome=BAD, message=MESSAGE)
    well = series("CatalogCrawlJob", 15 * MINUTE, NOON - MINUTE, count=2000)
    good = series("CollectJob", 15 * MINUTE, hour(3) - 15 * MINUTE, count=2000)
    text = told(shift([bad, *good, *well]))
    assert "- CollectJob failed at 2026-11-23 10:00:00 +01:00, last good 2026-11-23 09:45:00 +01:00; " in text
    assert " runs due, none began (on " in text
    assert text.count("- CollectJob ") == 1


def test_stuck_and_overdue_runs_have_their_evidence() -> None:
    hangs = run(hour(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = series("DatabaseMaintenance", 24 * HOUR, hour(27), count=20)
    late = series("CatalogReplicationJob", 4 * HOUR, hour(20))
    text = told(shift([hangs, *good, *late, *series("CollectJob", 15 * MINUTE, NOON - MINUTE)]))
    assert (
        "Needs attention: 2\n\n- DatabaseMaintenance has run for 3h00m since 2026-11-23 10:00:00 +01:00"
        in text
    )
    assert (
        "(on 20 good runs)\n- CatalogReplicationJob last ran 2026-11-22 17:00:00 +01:00, usually every 4h"
        in text
    )


def test_what_is_over_has_recovered_and_says_since_when() -> None:
    text = told(shift(outcomes(*[OK] * 4, BAD, *[OK] * 50)))
    assert "Needs attention: none\n" in text
    assert "Recovered: 1\n\n- CollectJob failed at 2026-11-23 12:00:00 +01:00, successful since " in text
    assert "successful since 2026-11-23 12:15:00 +01:00\n" in text


def test_only_ongoing_and_recently_resolved_incidents_are_listed() -> None:
    text = told(shift(outcomes(*[OK] * 60, BAD, *[OK] * 50)))
    assert "Recovered: none" in text
    old = [
        run(hour(30), "LicAutoUpdate", outcome=WARN, message="no key"),
        *series("LicAutoUpdate", 24 * HOUR, hour(54)),
    ]
    assert (
        "- LicAutoUpdate warned at 2026-11-22 07:00:00 +01:00, "
        "last good 2026-11-21 07:00:00 +01:00 (on 101 runs): `no key`\n"
    ) in markdown(summary(shift(old)), lambda text: text)


def test_acknowledged_findings_have_their_own_section_with_note_and_expiry() -> None:
    bad = failing()
    mark = Mark(fingerprint(bad[0]), "CollectJob", "INC0012345", NOON)
    text = told(shift(bad, marks=[mark]))
    assert "Needs attention: none\n\nAcknowledged: 1\n\n- CollectJob failed twice since " in text
    assert f": {MESSAGE}; acknowledged: INC0012345, until it succeeds\n" in text


def test_a_stuck_run_that_is_acknowledged_does_not_need_attention() -> None:
    hangs = run(hour(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = series("DatabaseMaintenance", 24 * HOUR, hour(27), count=20)
    mark = Mark(hanging("DatabaseMaintenance"), "DatabaseMaintenance", "a lock", NOON, NOON + HOUR)
    text = told(shift([hangs, *good, *series("CollectJob", 15 * MINUTE, NOON - MINUTE)], marks=[mark]))
    assert "Needs attention: none\n" in text
    assert (
        "Acknowledged: 1\n\n- DatabaseMaintenance has run for 3h00m since 2026-11-23 10:00:00 +01:00" in text
    )
    assert "; acknowledged: a lock, until 2026-11-23 14:00:00 +01:00\n" in text


def nightly(nights: int, now: datetime) -> list[Session]:
    """CollectJob: each quarter of an hour, failing at 02:00 on the last so many nights."""
    runs = series("CollectJob", 15 * MINUTE, now - MINUTE * (now.minute % 15), 96 * 9)
    return [
        run(begun, outcome=BAD, message=MESSAGE)
        if (begun := one.started or now).hour == 2 and begun.minute == 0 and now - begun < nights * DAY
        else one
        for one in runs
    ]


@pytest.mark.parametrize("hours", [3, 10, 12, 15, 20, 25])
def test_a_nightly_failure_that_succeeds_by_day_has_recovered(hours: int) -> None:
    now = NOON.replace(hour=0) + hours * HOUR
    text = told(shift(nightly(5, now), now=now))
    assert "Needs attention: 1\n\n- CollectJob failed on 5 days since " in text
    assert "\nRecovered: 1\n\n- CollectJob failed 5 times since " in text
    assert re.search(r"Recovered: 1\n\n- .*, successful since 2026-11-2\d 03:15:00 \+01:00: ", text)


def test_a_failure_of_this_night_has_recovered_in_the_hours_that_saw_it() -> None:
    for hours, listed in ((3, True), (12, True), (14, True), (15, False)):
        now = NOON.replace(hour=0) + hours * HOUR
        text = told(shift(nightly(1, now), now=now))
        assert (
            "Recovered: 1\n\n- CollectJob failed at 2026-11-23 03:00:00 +01:00, successful since " in text
        ) is listed


def test_another_message_of_a_type_that_still_fails_is_not_lost() -> None:
    bad = [run(NOON - place * 15 * MINUTE, outcome=BAD, message=text) for place, text in enumerate("ab")]
    text = told(shift([*bad, *series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE)]))
    assert "Needs attention: 1\n\n- CollectJob failed twice since " in text
    assert "Other messages: 1\n\n- CollectJob failed at 2026-11-23 12:45:00 +01:00: b\n" in text


def counts(text: str) -> dict[str, tuple[int, int]]:
    """The number in each heading, and the number of items below it."""
    parts = [part for part in text.split("\n\n") if part]
    found = {}
    for heading, below in zip(parts, [*parts[1:], ""], strict=True):
        if match := re.fullmatch(r"(?:.*\n)?(Needs attention|Acknowledged|Recovered): (none|\d+)", heading):
            lines = below.count("\n- ") + below.startswith("- ")
            found[match[1]] = (0 if match[2] == "none" else int(match[2]), lines)
    return found


def same_as_attention(sessions: Sequence[Session], now: datetime, marks: Sequence[Mark] = ()) -> None:
    """The findings, and those acknowledged, are the same as on the screens."""
    one = shift(sessions, marks=marks, now=now)
    expected = attention(sessions, now).findings
    known = [finding for finding in expected if one.known.of_finding(finding)]
    text = told(one)
    found = counts(text)
    assert found["Needs attention"] == (len(expected) - len(known),) * 2
    assert found.get("Acknowledged", (0, 0)) == (len(known),) * 2
    for finding in expected:
        assert one.origin.teller.finding(finding).partition("\n")[0] in text


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 7, 23])
@pytest.mark.parametrize("hours", [0, 9, 15])
def test_it_lists_what_the_screens_list_of_the_demo(seed: int, hours: int) -> None:
    now = NOON.replace(hour=2, minute=12) + hours * HOUR
    sessions = World(seed, NOON.replace(hour=2, minute=12)).sessions(now)
    same_as_attention(sessions, now)
    for finding in attention(sessions, now).findings[::2]:
        same_as_attention(sessions, now, [Mark(key_of(finding), finding.type, "INC0012345", now)])


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
        run(NOON - place * 50 * MINUTE, kind, outcome=outcome, message=message)
        for place, (outcome, kind, message) in enumerate(rows)
    ]
    found = attention(sessions, NOON).findings
    marks = [Mark(key_of(one), one.type, "", NOON) for place, one in enumerate(found) if place in marked]
    same_as_attention(sessions, NOON, marks)


def test_periods_without_data_are_listed_with_their_reason() -> None:
    blind: tuple[Blind, ...] = (
        (hour(9), hour(7), "em01.example.net answered 503."),
        (hour(2), None, "em01.example.net does not answer."),
    )
    text = told(shift([], blind))
    assert (
        "- 2026-11-23 04:00:00 +01:00 – 2026-11-23 06:00:00 +01:00: em01.example.net answered 503.\n" in text
    )
    assert "- 2026-11-23 11:00:00 +01:00 – now: em01.example.net does not answer.\n" in text
    assert "no time without data" not in text


def test_rows_that_could_not_be_read_are_counted() -> None:
    odd = [run(NOON - MINUTE), Session(run(NOON).uid, complete=False)]
    assert "- 1 row could not be read completely and may be missing above\n" in told(shift(odd))


def test_every_time_in_it_has_its_date_and_offset() -> None:
    rows = [*failing(), *series("CatalogReplicationJob", 4 * HOUR, hour(20))]
    text = DATED.sub("", told(shift(rows, ((hour(9), hour(7), "gone"),))))
    assert TIME.findall(text) == []
    assert re.search(r"[+-]\d\d:\d\d", text) is None


def test_a_sentence_about_all_types_is_ours_and_in_no_code_span() -> None:
    quiet = replace(shift([]), findings=(Silence(Outage(hour(3), None, 9, ("A", "B"), 400)),))
    assert (
        "\n- no runs since 2026-11-23 10:00:00 +01:00, all types; 9 runs due, none began (on 400 intervals)\n"
    ) in markdown(summary(quiet), lambda text: text)
