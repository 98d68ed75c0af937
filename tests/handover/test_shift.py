"""The last twelve hours, as whoever takes over reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from made_cases import DATED, MESSAGE, TIME, hour, origin
from made_runs import HOUR, MINUTE, NOON, outcomes, run, series

from emtui.em.model import Outcome, Session
from emtui.handover.markdown import markdown
from emtui.handover.plain import plain
from emtui.handover.shift import Blind, Shift, summary
from emtui.triage.attention import judged
from emtui.triage.finding import Silence
from emtui.triage.known import holding
from emtui.triage.marks import Mark, hanging
from emtui.triage.masks import fingerprint
from emtui.triage.rhythm import Outage
from emtui.triage.standing import standings

BAD, OK, WARN = Outcome.FAILED, Outcome.SUCCESS, Outcome.WARNING


def shift(sessions: Sequence[Session], blind: tuple[Blind, ...] = (), marks: Sequence[Mark] = ()) -> Shift:
    board = standings(sessions, NOON)
    findings = tuple(judged(board).findings)
    return Shift(origin(NOON), tuple(sessions), board, findings, blind, holding(marks, board))


def told(one: Shift) -> str:
    return plain(summary(one), lambda text: text)


def failing() -> list[Session]:
    """CollectJob: good all night, then failing twice."""
    bad = [run(NOON - number * 15 * MINUTE, outcome=BAD, message=MESSAGE) for number in (0, 1)]
    return [*bad, *series("CollectJob", 15 * MINUTE, NOON - 30 * MINUTE)]


def test_of_a_list_with_nothing_it_says_that_nothing_is_open_and_on_what_it_rests() -> None:
    text = told(shift([]))
    assert text.startswith(
        "The last 12 hours of em01.example.net, 2026-11-23 01:00:00 +01:00 – 2026-11-23 13:00:00 +01:00\n"
    )
    assert "Needs somebody: none\n\nOpen: none\n\nRecovered: none\n\nRests on\n" in text
    assert "- 0 runs listed as of 2026-11-23 13:00:00 +01:00; 0 of them ran in these hours\n" in text
    assert "- no blind period since emtui was started\n" in text


def test_what_fails_is_one_open_line_however_often() -> None:
    text = told(shift(failing()))
    assert (
        "Open: 1\n\n- CollectJob failed 2 times since 2026-11-23 12:45:00 +01:00, "
        f"last 2026-11-23 13:00:00 +01:00: {MESSAGE}\n"
    ) in text
    assert "Needs somebody: none\n" in text, "it would be said twice"
    assert "100 runs" not in text
    assert "102 runs listed" in text
    assert "49 of them ran in these hours: 2 failed, 47 success\n" in text


def test_what_fails_and_is_late_as_well_is_told_in_both_places() -> None:
    bad = run(hour(3), outcome=BAD, message=MESSAGE)
    well = series("CatalogCrawlJob", 15 * MINUTE, NOON - MINUTE, count=2000)
    good = series("CollectJob", 15 * MINUTE, hour(3) - 15 * MINUTE, count=2000)
    text = told(shift([bad, *good, *well]))
    assert "- CollectJob failed at 2026-11-23 10:00:00 +01:00, last good 2026-11-23 09:45:00 +01:00; " in text
    assert " runs due, none began (on " in text
    assert f"Open: 1\n\n- CollectJob failed at 2026-11-23 10:00:00 +01:00: {MESSAGE}\n" in text


def test_what_hangs_or_is_late_is_said_with_its_ground() -> None:
    hangs = run(hour(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = series("DatabaseMaintenance", 24 * HOUR, hour(27), count=20)
    late = series("CatalogReplicationJob", 4 * HOUR, hour(20))
    text = told(shift([hangs, *good, *late, *series("CollectJob", 15 * MINUTE, NOON - MINUTE)]))
    assert (
        "Needs somebody: 2\n\n- DatabaseMaintenance has run for 3h00m since 2026-11-23 10:00:00 +01:00"
        in text
    )
    assert (
        "(on 20 good runs)\n- CatalogReplicationJob last ran 2026-11-22 17:00:00 +01:00, usually every 4h"
        in text
    )


def test_what_is_over_has_recovered_and_says_since_when() -> None:
    text = told(shift(outcomes(*[OK] * 4, BAD, *[OK] * 50)))
    assert "Open: none\n" in text
    assert "Recovered: 1\n\n- CollectJob failed at 2026-11-23 12:00:00 +01:00, good since " in text
    assert "good since 2026-11-23 12:15:00 +01:00\n" in text


def test_what_was_over_before_these_hours_is_not_told_and_what_still_is_open_is() -> None:
    text = told(shift(outcomes(*[OK] * 60, BAD, *[OK] * 50)))
    assert "Recovered: none" in text
    old = [
        run(hour(30), "LicAutoUpdate", outcome=WARN, message="no key"),
        *series("LicAutoUpdate", 24 * HOUR, hour(54)),
    ]
    assert "**Open**: 1\n\n- LicAutoUpdate warned at 2026-11-22 07:00:00 +01:00: `no key`\n" in markdown(
        summary(shift(old)), lambda text: text
    )


def test_what_is_known_stands_apart_with_its_note_and_until_when() -> None:
    bad = failing()
    mark = Mark(fingerprint(bad[0]), "CollectJob", "INC0012345", NOON)
    text = told(shift(bad, marks=[mark]))
    assert "Open: none\n\nKnown: 1\n\n- CollectJob failed 2 times since " in text
    assert f": {MESSAGE}; known: INC0012345, until it succeeds\n" in text


def test_what_hangs_and_is_known_needs_nobody() -> None:
    hangs = run(hour(3), "DatabaseMaintenance", outcome=Outcome.RUNNING)
    good = series("DatabaseMaintenance", 24 * HOUR, hour(27), count=20)
    mark = Mark(hanging("DatabaseMaintenance"), "DatabaseMaintenance", "a lock", NOON, NOON + HOUR)
    text = told(shift([hangs, *good, *series("CollectJob", 15 * MINUTE, NOON - MINUTE)], marks=[mark]))
    assert "Needs somebody: none\n" in text
    assert "Known: 1\n\n- DatabaseMaintenance has run for 3h00m since 2026-11-23 10:00:00 +01:00" in text
    assert "; known: a lock, until 2026-11-23 14:00:00 +01:00\n" in text


def test_times_of_blindness_are_told_with_their_reason() -> None:
    blind: tuple[Blind, ...] = (
        (hour(9), hour(7), "em01.example.net answered 503."),
        (hour(2), None, "em01.example.net does not answer."),
    )
    text = told(shift([], blind))
    assert (
        "- 2026-11-23 04:00:00 +01:00 – 2026-11-23 06:00:00 +01:00: em01.example.net answered 503.\n" in text
    )
    assert "- 2026-11-23 11:00:00 +01:00 – now: em01.example.net does not answer.\n" in text
    assert "no blind period" not in text


def test_rows_that_could_not_be_read_are_counted() -> None:
    odd = [run(NOON - MINUTE), Session(run(NOON).uid, complete=False)]
    assert "- 1 row could not be read whole, and may be missing above\n" in told(shift(odd))


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
