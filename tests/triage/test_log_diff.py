"""What is different between two logs: right on any pair, and quick on long ones."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import NOON, SECOND, log, texts

from emtui.demo.world import World
from emtui.em.background_thread import beside
from emtui.em.model import Event, Outcome, Session
from emtui.triage.log_alignment import Stopped
from emtui.triage.log_diff import Comparison, Kind, compare
from emtui.triage.message_fingerprint import masked

few = st.lists(
    st.sampled_from(["a", "b", "c", "bs01: 1 job", "bs01: 2 jobs", "bs02: 2 jobs", ""]), max_size=30
)
many = st.lists(st.integers(0, 200).map(lambda n: f"host{n}"), max_size=60)
logs = few | many


def kinds(comparison: Comparison) -> str:
    letters = {Kind.SAME: "=", Kind.NEW: "+", Kind.MISSING: "-", Kind.MOVED: "~"}
    return "".join(letters[row.kind] for row in comparison.rows)


def between(here: str, there: str) -> str:
    """The comparison of two logs whose lines are one letter each."""
    return kinds(compare(texts(*here), texts(*there)))


@pytest.mark.parametrize(
    ("here", "there", "lines"),
    [
        ("", "", ""),
        ("abc", "", "+++"),
        ("", "abc", "---"),
        ("abc", "abc", "==="),
        ("abxc", "abc", "==+="),
        ("ac", "abc", "=-="),
        ("abc", "xyz", "---+++"),
        ("abcd", "bcda", "~==="),
        ("aab", "ab", "=+="),
        ("ab", "aab", "=-="),
        ("aaaa", "aa", "==++"),
        ("bababa", "ababa", "+====="),
        ("axbycz", "abc", "=+=+=+"),
    ],
)
def test_lines_are_new_missing_moved_or_the_same(here: str, there: str, lines: str) -> None:
    assert between(here, there) == lines


@given(logs, logs)
def test_every_line_of_both_logs_stands_in_it_exactly_once(here: list[str], there: list[str]) -> None:
    rows = compare(texts(*here), texts(*there)).rows
    assert sorted(row.here for row in rows if row.here is not None) == list(range(len(here)))
    assert sorted(row.there for row in rows if row.there is not None) == list(range(len(there)))


@given(logs, logs)
def test_pairs_say_the_same_and_those_that_stayed_rise_in_both(here: list[str], there: list[str]) -> None:
    rows = compare(texts(*here), texts(*there)).rows
    stayed = []
    for row in rows:
        paired = row.here is not None and row.there is not None
        assert paired == (row.kind in {Kind.SAME, Kind.MOVED})
        if row.here is not None and row.there is not None:
            assert masked(here[row.here]) == masked(there[row.there])
            if row.kind is Kind.SAME:
                stayed.append((row.here, row.there))
    assert all(one < other and then < later for (one, then), (other, later) in pairwise(stayed))
    shown = [row.here for row in rows if row.here is not None]
    assert shown == sorted(shown)


@given(logs, logs)
def test_a_line_is_new_only_if_the_other_log_has_not_as_many(here: list[str], there: list[str]) -> None:
    rows = compare(texts(*here), texts(*there)).rows
    new = {masked(here[row.here]) for row in rows if row.kind is Kind.NEW and row.here is not None}
    missing = {masked(there[row.there]) for row in rows if row.kind is Kind.MISSING and row.there is not None}
    assert not new & missing


@given(logs)
def test_a_log_is_no_different_from_itself(lines: list[str]) -> None:
    found = compare(texts(*lines), texts(*lines))
    assert found.first is None
    assert set(found.counts) <= {Kind.SAME}


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=60), st.data())
def test_inserted_and_dropped_lines_are_found_as_such(numbers: list[int], data: st.DataObject) -> None:
    lines = [f"host{number}" for number in numbers]
    drop = data.draw(st.sets(st.sampled_from(range(len(lines))) if lines else st.nothing()))
    kept = [line for place, line in enumerate(lines) if place not in drop]
    added = sorted([*kept, "new one"], key=lambda _: data.draw(st.just(0)))
    found = compare(texts(*added), texts(*lines)).counts
    assert (found[Kind.SAME], found[Kind.MISSING], found[Kind.NEW], found[Kind.MOVED]) == (
        len(kept),
        len(drop),
        1,
        0,
    )


def test_each_step_stands_against_its_time_then() -> None:
    now = log((0, "Start"), (1, "Retrieving data from bs02.example.net..."), (231, "End"))
    then = log((0, "Start"), (2, "Retrieving data from bs02.example.net..."), (16, "End"))
    found = compare(now, then)
    row = found.rows[1]
    assert (row.lasted, row.lasted_then) == (230 * SECOND, 14 * SECOND)
    assert row.slower
    assert found.first == 1
    assert not found.rows[0].slower
    assert found.rows[-1].lasted is None


@given(logs, logs)
def test_what_a_run_that_goes_on_has_not_come_to_yet_is_not_missing(
    here: list[str], there: list[str]
) -> None:
    so_far, ended = compare(texts(*here), texts(*there), until=NOON), compare(texts(*here), texts(*there))
    assert sorted(row.there for row in so_far.rows if row.there is not None) == list(range(len(there)))
    assert sorted(row.here for row in so_far.rows if row.here is not None) == list(range(len(here)))
    last = max((place for place, row in enumerate(so_far.rows) if row.here is not None), default=-1)
    assert all(row.kind is Kind.AHEAD for row in so_far.rows[last + 1 :])
    assert all(row.kind is not Kind.AHEAD for row in so_far.rows[: last + 1])
    gone = so_far.counts[Kind.AHEAD] + so_far.counts[Kind.MISSING]
    assert gone == ended.counts[Kind.MISSING]
    assert ended.counts[Kind.AHEAD] == 0


def test_a_run_that_goes_on_is_compared_as_far_as_it_has_come_and_its_last_step_lasts_until_now() -> None:
    now = log((0, "Start"), (1, "Waiting for a lock"))
    then = log((0, "Start"), (2, "Waiting for a lock"), (34, "Updating"), (60, "End"))
    found = compare(now, then, until=NOON + 7861 * SECOND)
    assert [row.kind for row in found.rows] == [Kind.SAME, Kind.SAME, Kind.AHEAD, Kind.AHEAD]
    assert (found.first, found.timed, found.slower) == (1, 2, 1)
    assert found.rows[1].lasted == 7860 * SECOND
    assert found.rows[1].lasted_then == 32 * SECOND


def test_what_a_run_that_goes_on_did_otherwise_stands_before_what_may_still_come() -> None:
    now, then = texts("Start", "bs02 closed the connection"), texts("Start", "bs02 was read", "End")
    assert [row.kind for row in compare(now, then, until=NOON).rows] == [
        Kind.SAME,
        Kind.NEW,
        Kind.AHEAD,
        Kind.AHEAD,
    ]


@given(logs, logs)
def test_the_counts_are_those_of_the_rows(here: list[str], there: list[str]) -> None:
    found = compare(texts(*here), texts(*there))
    assert sum(found.counts.values()) == len(found.rows)
    assert found.slower == sum(row.slower for row in found.rows) <= found.timed


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=2, max_size=60), st.data())
def test_two_lines_that_have_changed_places_have_moved_and_nothing_else_has(
    numbers: list[int], data: st.DataObject
) -> None:
    lines = [f"host{number}" for number in numbers]
    one, other = sorted(
        data.draw(st.lists(st.sampled_from(range(len(lines))), min_size=2, max_size=2, unique=True))
    )
    swapped = [*lines]
    swapped[one], swapped[other] = lines[other], lines[one]
    found = compare(texts(*swapped), texts(*lines)).counts
    assert found[Kind.NEW] == found[Kind.MISSING] == 0
    assert 1 <= found[Kind.MOVED] <= 2


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=40), st.integers(2, 4), st.data())
def test_a_line_that_is_said_again_is_new_as_often_as_it_is_said_more(
    numbers: list[int], times: int, data: st.DataObject
) -> None:
    lines = [f"host{number}" for number in numbers]
    place = data.draw(st.sampled_from(range(len(lines))))
    again = [*lines[:place], *[lines[place]] * times, *lines[place + 1 :]]
    found = compare(texts(*again), texts(*lines)).counts
    assert (found[Kind.SAME], found[Kind.NEW], found[Kind.MISSING], found[Kind.MOVED]) == (
        len(lines),
        times - 1,
        0,
        0,
    )
    back = compare(texts(*lines), texts(*again)).counts
    assert (back[Kind.SAME], back[Kind.MISSING], back[Kind.NEW]) == (len(lines), times - 1, 0)


@given(logs)
def test_against_an_empty_log_every_line_is_new_and_the_other_way_round_missing(lines: list[str]) -> None:
    assert kinds(compare(texts(*lines), ())) == "+" * len(lines)
    assert kinds(compare((), texts(*lines))) == "-" * len(lines)


@given(few, few)
def test_logs_without_a_line_in_common_have_nothing_paired(here: list[str], there: list[str]) -> None:
    counts = compare(texts(*(f"x {line}" for line in here)), texts(*(f"y {line}" for line in there))).counts
    assert (counts[Kind.NEW], counts[Kind.MISSING]) == (len(here), len(there))
    assert set(counts) <= {Kind.NEW, Kind.MISSING}


def lines_of(count: int) -> list[str]:
    return [f"vm-{place}.example.net: {place * 37} files ({place} of {count})" for place in range(count)]


def shuffled(lines: list[str]) -> list[str]:
    return random.Random(1).sample(lines, len(lines))  # noqa: S311 - an order, no secret


SHAPES: dict[str, Callable[[list[str]], list[str]]] = {
    "the same": lambda lines: lines,
    "all different": lambda lines: [f"other {line}" for line in lines],
    "shuffled": shuffled,
    "the other way round": lambda lines: lines[::-1],
    "every tenth dropped": lambda lines: [line for place, line in enumerate(lines) if place % 10],
    "all repeated": lambda lines: lines[: len(lines) // 2] * 2,
    "one line": lambda lines: lines[:1] * len(lines),
    "begun in the middle": lambda lines: lines[len(lines) // 2 :] + lines[: len(lines) // 2],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_thousand_lines_against_ten_thousand_ask_whether_to_go_on_and_are_not_quadratic(
    shape: str,
) -> None:
    lines = lines_of(10_000)
    asked = []

    def go_on() -> bool:
        asked.append(1)
        return True

    found = compare(texts(*lines), texts(*SHAPES[shape](lines)), go_on)
    assert sum(1 for row in found.rows if row.here is not None) == 10_000
    assert 30 <= len(asked) < 400


def test_a_comparison_that_nobody_wants_any_more_stops() -> None:
    lines = texts(*lines_of(5_000))
    left = iter(range(7))
    with pytest.raises(Stopped):
        compare(lines, lines, lambda: next(left, None) is not None)


async def test_a_comparison_beside_the_event_loop_gives_others_their_turn() -> None:
    lines = texts(*lines_of(3_000))
    turns = threading.Semaphore(0)

    def go_on() -> bool:
        return turns.acquire(timeout=30)  # nobody but the loop gives one

    task = asyncio.create_task(beside(lambda: compare(lines, lines, go_on)))
    while not task.done():
        turns.release()
        await asyncio.sleep(0)
    assert task.result().counts == {Kind.SAME: 3_000}


def newest(world: World, outcome: Outcome) -> Session:
    runs = [one for one in world.sessions(NOON) if one.type == "CollectJob" and one.outcome is outcome]
    return max(runs, key=lambda one: one.started or NOON)


def test_a_failed_collection_differs_from_a_good_one_where_the_server_was_not_reached() -> None:
    world = World(1, NOON)
    bad, good = (world.log(newest(world, one).uid, NOON).events for one in (Outcome.FAILED, Outcome.SUCCESS))
    found = compare(bad, good)
    assert found.first is not None
    first = found.rows[found.first]

    def said(events: tuple[Event, ...], place: int | None) -> str:
        return (events[place].message or "") if place is not None else ""

    assert "bs02.example.net" in said(bad, first.here) + said(good, first.there)
    news = [said(bad, row.here) for row in found.rows if row.kind is Kind.NEW]
    assert any("Cannot connect to backup server bs02.example.net" in line for line in news)
    gone = [said(good, row.there) for row in found.rows if row.kind is Kind.MISSING]
    assert any(line.startswith("Collected bs02.example.net") for line in gone)
    assert found.counts[Kind.SAME] >= 10
