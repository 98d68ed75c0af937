"""What is known of a list already, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from made_runs import DAY, HOUR, MINUTE, NOON, outcomes, run, series

from emtui.demo.world import World
from emtui.em.model import Outcome, Session
from emtui.triage.acknowledged import NOTHING_KNOWN, Known, Mark, holding, key_for, key_of, said
from emtui.triage.acknowledgement_text import noted, rows
from emtui.triage.acknowledgements import marks_of
from emtui.triage.finding_navigation import run_of
from emtui.triage.finding_text import Teller
from emtui.triage.findings import Failing, Finding
from emtui.triage.message_fingerprint import fingerprint
from emtui.triage.prioritization import judged
from emtui.triage.type_status import standings

EVERY = 15 * MINUTE
WEEKS = 2000
"""Runs that go back for long enough to say what is due at an hour of the week."""
OK, BAD, WARNED, RUNNING = Outcome.SUCCESS, Outcome.FAILED, Outcome.WARNING, Outcome.RUNNING
JUST_AFTER = NOON + 5 * MINUTE
LOST = "Cannot connect to bs02.example.net after 10 s"


def failed(started: datetime, message: str = LOST) -> Session:
    return run(started, outcome=BAD, message=message)


def known(mark: Mark, runs: Sequence[Session], now: datetime) -> Known:
    return holding([mark], standings(runs, now))


def the_finding(runs: Sequence[Session], now: datetime) -> Finding:
    (finding,) = judged(standings(runs, now)).findings
    return finding


def mark_on(session: Session, made: datetime = JUST_AFTER, until: datetime | None = None) -> Mark:
    return Mark(fingerprint(session), session.type, "INC0012345", made, until)


def test_a_mark_holds_for_the_same_failure_with_other_numbers_and_for_no_other() -> None:
    first = failed(NOON)
    again = failed(NOON + EVERY, "Cannot connect to bs02.example.net after 12 s")
    other = failed(NOON + 2 * EVERY, "Cannot connect to bs01.example.net after 10 s")
    now = NOON + 2 * EVERY + 5 * MINUTE
    held = known(mark_on(first), [other, again, first, *series("CollectJob", EVERY, NOON - EVERY)], now)
    assert held.of(first) == held.of(again) == mark_on(first)
    assert held.of(other) is None


def test_it_ends_as_soon_as_a_run_has_done_its_work() -> None:
    row = [failed(NOON), *series("CollectJob", EVERY, NOON - EVERY)]
    assert known(mark_on(row[0]), [failed(NOON + EVERY), *row], NOON + EVERY + 5 * MINUTE)
    for outcome in (OK, WARNED):
        good = run(NOON + EVERY, outcome=outcome)
        assert known(mark_on(row[0]), [good, *row], NOON + EVERY + 5 * MINUTE) == NOTHING_KNOWN


def test_warnings_are_known_until_a_run_has_succeeded() -> None:
    row = outcomes(WARNED, OK, OK)
    again = run(NOON + EVERY, outcome=WARNED)
    assert known(mark_on(row[0]), [again, *row], NOON + EVERY + 5 * MINUTE).of(again)
    good = run(NOON + EVERY)
    assert not known(mark_on(row[0]), [good, *row], NOON + EVERY + 5 * MINUTE)


def test_a_failure_that_was_over_when_it_was_marked_is_known_until_it_comes_again() -> None:
    row = [run(NOON), failed(NOON - EVERY), *series("CollectJob", EVERY, NOON - 2 * EVERY)]
    mark = mark_on(row[1])
    later = [run(NOON + EVERY), *row]
    assert known(mark, later, NOON + EVERY + 5 * MINUTE).of(row[1]) == mark
    back = [failed(NOON + 2 * EVERY), *later]
    assert known(mark, back, NOON + 2 * EVERY + 5 * MINUTE) == NOTHING_KNOWN


def test_with_a_moment_to_end_at_it_holds_across_successes_until_then() -> None:
    row = [run(NOON + EVERY), failed(NOON), *series("CollectJob", EVERY, NOON - EVERY)]
    mark = mark_on(row[1], until=NOON + 2 * HOUR)
    assert known(mark, row, NOON + HOUR).of(row[1]) == mark
    assert known(mark, row, NOON + 2 * HOUR) == NOTHING_KNOWN


def test_a_failure_that_is_known_does_not_make_it_known_that_its_type_is_late_as_well() -> None:
    row = [failed(NOON), *series("CollectJob", EVERY, NOON - EVERY, WEEKS)]
    mark, now = mark_on(row[0]), NOON + 2 * HOUR
    finding = the_finding(row, now)
    assert isinstance(finding, Failing)
    assert finding.due
    held = known(mark, row, now)
    assert held.of(row[0]) == mark
    assert held.of_finding(finding) is None
    again = replace(mark, made=now)
    assert known(again, row, now).of_finding(finding) == again


def test_a_late_type_is_known_until_it_begins() -> None:
    row = series("CollectJob", EVERY, NOON, WEEKS)
    now = NOON + 2 * HOUR
    finding = the_finding(row, now)
    mark = Mark(key_of(finding), "CollectJob", "", now)
    assert known(mark, row, now + HOUR).of_finding(the_finding(row, now + HOUR)) == mark
    begun = run(now + 5 * MINUTE, outcome=RUNNING)
    assert known(mark, [begun, *row], now + 6 * MINUTE) == NOTHING_KNOWN


def test_a_run_that_hangs_is_known_until_it_ends_and_the_next_is_not() -> None:
    row = series("CollectJob", EVERY, NOON - HOUR)
    hangs = run(NOON - HOUR + EVERY, outcome=RUNNING)
    mark = Mark(key_of(the_finding([hangs, *row], NOON)), "CollectJob", "", NOON)
    held = known(mark, [hangs, *row], NOON + HOUR)
    assert held.of(hangs) == mark
    assert held.of_finding(the_finding([hangs, *row], NOON + HOUR)) == mark
    ended = replace(hangs, ended=NOON + HOUR, state="CompletedSuccessfully")
    second = run(NOON + HOUR, outcome=RUNNING)
    assert known(mark, [second, ended, *row], NOON + 3 * HOUR) == NOTHING_KNOWN
    both = known(mark, [second, hangs, *row], NOON + 3 * HOUR)
    assert (both.of(hangs), both.of(second)) == (mark, None)


def test_a_silence_is_known_until_anything_runs() -> None:
    row = series("CollectJob", EVERY, NOON, WEEKS) + series("LicAutoUpdate", EVERY, NOON, WEEKS)
    now = NOON + 3 * HOUR
    finding = the_finding(row, now)
    mark = Mark(key_of(finding), None, "patch night", now)
    assert known(mark, row, now + HOUR).of_finding(the_finding(row, now + HOUR)) == mark
    assert known(mark, [run(now + MINUTE, "LicAutoUpdate"), *row], now + HOUR) == NOTHING_KNOWN


def test_a_type_that_got_slower_is_known_until_a_run_took_no_longer_than_usual() -> None:
    slow = series("CollectJob", EVERY, NOON, 4, took=10 * MINUTE)
    row = slow + series("CollectJob", EVERY, NOON - 4 * EVERY)
    now = NOON + 11 * MINUTE
    mark = Mark(key_of(the_finding(row, now)), "CollectJob", "", now)
    held = known(mark, row, now)
    assert all(held.of(each) == mark for each in slow)
    assert held.of(row[4]) is None
    assert known(mark, [run(NOON + EVERY), *row], NOON + EVERY + 5 * MINUTE) == NOTHING_KNOWN


def test_without_a_list_that_could_tell_a_mark_holds() -> None:
    mark = mark_on(failed(NOON))
    assert holding([mark], standings((), NOON + DAY)).marks == {mark.of: mark}
    others = series("CollectJob", EVERY, NOON + DAY)
    assert holding([mark], standings(others, NOON + DAY)).marks == {mark.of: mark}


def test_a_mark_that_nothing_is_of_any_more_goes_in_the_end() -> None:
    mark = mark_on(failed(NOON))
    later = NOON + 40 * DAY
    assert holding([mark], standings(series("CollectJob", EVERY, later), later)) == NOTHING_KNOWN


def test_a_good_run_as_long_as_ever_is_nothing_to_be_known() -> None:
    row = series("CollectJob", EVERY)
    board = standings(row, JUST_AFTER)
    assert key_for(row[0], board) is None
    long = run(NOON, took=20 * MINUTE)
    now = NOON + 21 * MINUTE
    board = standings([long, *row[1:]], now)
    key = key_for(long, board)
    assert key
    assert holding([Mark(key, "CollectJob", "", now)], board).of(long)


def test_every_finding_of_the_demo_can_be_known_and_its_run_has_the_same_key() -> None:
    board = standings(World(1, NOON).sessions(NOON), NOON)
    findings = judged(board).findings
    for finding in findings:
        mark = Mark(key_of(finding), finding.type, "", NOON)
        held = holding([mark], board)
        assert held.of_finding(finding) == mark
        assert sum(1 for each in findings if held.of_finding(each)) == 1
        shown = run_of(finding, board)
        assert shown
        assert key_for(shown, board) == key_of(finding)


@given(
    st.lists(st.sampled_from([OK, BAD, WARNED, RUNNING, Outcome.CANCELED]), max_size=12), st.integers(0, 12)
)
def test_a_mark_covers_only_what_it_is_of(row: list[Outcome], marked: int) -> None:
    runs = outcomes(*row) + series("CollectJob", EVERY, NOON - len(row) * EVERY)
    mark = mark_on(runs[marked], made=NOON)
    held = known(mark, runs, JUST_AFTER)
    assert all(fingerprint(each) == mark.of for each in runs if held.of(each))
    later = known(mark, [run(NOON + timedelta(days=1)), *runs], NOON + 2 * DAY)
    over = marked > 0 and any(each in {OK, WARNED} for each in row[:marked])
    assert over or not later or runs[marked].outcome not in {BAD, Outcome.CANCELED}


def test_a_new_run_that_is_known_is_spared_unless_the_mark_ended_by_what_came_with_it() -> None:
    row = [failed(NOON), *series("CollectJob", EVERY, NOON - EVERY)]
    held = known(mark_on(row[0]), row, JUST_AFTER)
    again = failed(NOON + 2 * EVERY)
    assert held.spares(again, [again])
    assert not held.spares(again, [again, run(NOON + EVERY)])
    assert not held.spares(failed(NOON + EVERY, "another"), [])
    over = known(mark_on(row[0], NOON + HOUR), [run(NOON + EVERY), *row], NOON + HOUR)
    assert over.of(row[0])
    assert not over.spares(again, [again])
    for_long = known(mark_on(row[0], until=NOON + DAY), row, JUST_AFTER)
    assert for_long.spares(again, [again, run(NOON + EVERY)])


def test_a_mark_is_kept_as_texts_and_what_is_none_is_passed_over() -> None:
    marks = [mark_on(failed(NOON)), Mark("silence", None, "", NOON, NOON + DAY)]
    kept = {mark.of: mark.parts for mark in marks}
    assert list(marks_of(kept)) == marks
    assert (
        list(marks_of({"1": {}, "2": {"made": "soon"}, "3": {"made": NOON.isoformat(), "until": "x"}})) == []
    )


class TeamNote(NamedTuple):
    text: str = "INC0012345"
    link: str = ""
    known: bool = True
    until: datetime | None = None
    whose: str = "team file"

    def fits(self, kind: str | None, message: str | None) -> bool:
        return kind == "CollectJob" and "bs02" in (message or "")


def test_what_a_file_says_is_known_holds_across_successes_until_then() -> None:
    row = [
        failed(NOON),
        run(NOON - EVERY),
        failed(NOON - 2 * EVERY, "lost bs01"),
        *series("CollectJob", EVERY),
    ]
    board = standings(row, JUST_AFTER)
    held = holding(said([TeamNote(known=False), TeamNote()], board), board)
    mark = held.of(row[0])
    assert mark
    assert (mark.note, mark.file) == ("INC0012345", "team file")
    assert held.of(row[2]) is None
    assert holding(said([TeamNote(until=NOON)], board), board) == NOTHING_KNOWN
    mine = mark_on(row[0])
    assert holding([*said([TeamNote()], board), mine], board).of(row[0]) == mine


def test_a_mark_says_in_words_until_when_it_holds() -> None:
    tell = Teller(JUST_AFTER, UTC)
    row = [failed(NOON), *series("CollectJob", EVERY, NOON - EVERY)]

    def words(mark: Mark, runs: Sequence[Session] = row) -> str:
        held = known(mark, runs, NOON + HOUR)
        assert held
        return noted(mark, held, tell)

    assert words(mark_on(row[0])) == "INC0012345, until it succeeds"
    assert words(replace(mark_on(row[0]), note="")) == "until it succeeds"
    assert words(mark_on(row[0], until=NOON + 2 * DAY)) == "INC0012345, until Wed 12:00"
    over = mark_on(row[0], made=NOON + HOUR)
    assert words(over, [run(NOON + EVERY), *row]) == "INC0012345, until it comes again"
    long = replace(mark_on(row[0]), note="a long note that says what somebody has found out")
    assert words(long) == f"until it succeeds: {long.note}"
    board = standings(row, JUST_AFTER)
    (team,) = said([TeamNote()], board)
    assert noted(team, holding([team], board), tell) == "INC0012345 (team file)"


def test_what_people_know_of_a_run_stands_in_rows() -> None:
    tell = Teller(JUST_AFTER, UTC)
    row = [failed(NOON), *series("CollectJob", EVERY, NOON - EVERY)]
    note, long = TeamNote(link="https://wiki.example.net"), TeamNote("x" * 80, "https://wiki.example.net")
    board = standings(row, JUST_AFTER)
    held = holding([mark_on(row[0])], board)
    assert list(rows(row[0], held, [note, long], tell)) == [
        ("Known", "INC0012345, until it succeeds"),
        ("Note", "INC0012345 https://wiki.example.net (team file)"),
        ("Note", f"{long.text} (team file)"),
        ("Link", "https://wiki.example.net"),
    ]
    by_file = holding(said([TeamNote(until=NOON + DAY)], board), board)
    assert list(rows(row[0], by_file, [], tell)) == [("Known", "as the team file says, until 12:00")]
    own = holding(said([TeamNote(until=NOON + DAY, whose="your file")], board), board)
    assert list(rows(row[0], own, [], tell)) == [("Known", "as your file says, until 12:00")]
    assert list(rows(row[1], held, [], tell)) == []
