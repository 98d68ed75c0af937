"""Comparison of two logs: correct for any pair, and fast for long ones."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import NOON, SECOND, log_texts, make_log

from emtui.demo.world import SimulatedWorld
from emtui.em.background_thread import run_in_thread
from emtui.em.model import Event, Outcome, Session
from emtui.triage.log_alignment import ComparisonStoppedError
from emtui.triage.log_diff import DiffKind, LogComparison, compare_logs
from emtui.triage.message_fingerprint import mask_message

short_logs = st.lists(
    st.sampled_from(["a", "b", "c", "bs01: 1 job", "bs01: 2 jobs", "bs02: 2 jobs", ""]), max_size=30
)
long_logs = st.lists(st.integers(0, 200).map(lambda n: f"host{n}"), max_size=60)
logs = short_logs | long_logs


def kind_signs(comparison: LogComparison) -> str:
    letters = {DiffKind.SAME: "=", DiffKind.NEW: "+", DiffKind.MISSING: "-", DiffKind.MOVED: "~"}
    return "".join(letters[row.kind] for row in comparison.rows)


def diff_signs(letters: str, other_letters: str) -> str:
    """The comparison of two logs whose lines are one letter each."""
    return kind_signs(compare_logs(log_texts(*letters), log_texts(*other_letters)))


@pytest.mark.parametrize(
    ("letters", "other_letters", "lines"),
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
def test_lines_are_new_missing_moved_or_the_same(letters: str, other_letters: str, lines: str) -> None:
    assert diff_signs(letters, other_letters) == lines


@given(logs, logs)
def test_every_line_of_both_logs_is_in_the_comparison_exactly_once(
    own_log: list[str], other_log: list[str]
) -> None:
    rows = compare_logs(log_texts(*own_log), log_texts(*other_log)).rows
    assert sorted(row.index for row in rows if row.index is not None) == list(range(len(own_log)))
    assert sorted(row.other_index for row in rows if row.other_index is not None) == list(
        range(len(other_log))
    )


@given(logs, logs)
def test_paired_lines_are_equal_and_unmoved_ones_ascend_in_both_logs(
    own_log: list[str], other_log: list[str]
) -> None:
    rows = compare_logs(log_texts(*own_log), log_texts(*other_log)).rows
    stayed = []
    for row in rows:
        paired = row.index is not None and row.other_index is not None
        assert paired == (row.kind in {DiffKind.SAME, DiffKind.MOVED})
        if row.index is not None and row.other_index is not None:
            assert mask_message(own_log[row.index]) == mask_message(other_log[row.other_index])
            if row.kind is DiffKind.SAME:
                stayed.append((row.index, row.other_index))
    assert all(one < other and then < later for (one, then), (other, later) in pairwise(stayed))
    shown = [row.index for row in rows if row.index is not None]
    assert shown == sorted(shown)


@given(logs, logs)
def test_a_line_is_new_only_if_the_other_log_has_not_as_many(
    own_log: list[str], other_log: list[str]
) -> None:
    rows = compare_logs(log_texts(*own_log), log_texts(*other_log)).rows
    new = {
        mask_message(own_log[row.index]) for row in rows if row.kind is DiffKind.NEW and row.index is not None
    }
    missing = {
        mask_message(other_log[row.other_index])
        for row in rows
        if row.kind is DiffKind.MISSING and row.other_index is not None
    }
    assert not new & missing


@given(logs)
def test_a_log_equals_itself(lines: list[str]) -> None:
    found = compare_logs(log_texts(*lines), log_texts(*lines))
    assert found.first_difference is None
    assert set(found.counts) <= {DiffKind.SAME}


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=60), st.data())
def test_inserted_and_dropped_lines_are_found_as_such(numbers: list[int], data: st.DataObject) -> None:
    lines = [f"host{number}" for number in numbers]
    drop = data.draw(st.sets(st.sampled_from(range(len(lines))) if lines else st.nothing()))
    kept = [line for place, line in enumerate(lines) if place not in drop]
    added = sorted([*kept, "new one"], key=lambda _: data.draw(st.just(0)))
    found = compare_logs(log_texts(*added), log_texts(*lines)).counts
    assert (found[DiffKind.SAME], found[DiffKind.MISSING], found[DiffKind.NEW], found[DiffKind.MOVED]) == (
        len(kept),
        len(drop),
        1,
        0,
    )


def test_each_step_has_its_duration_in_the_other_log() -> None:
    now = make_log((0, "Start"), (1, "Retrieving data from bs02.example.net..."), (231, "End"))
    then = make_log((0, "Start"), (2, "Retrieving data from bs02.example.net..."), (16, "End"))
    found = compare_logs(now, then)
    row = found.rows[1]
    assert (row.duration, row.other_duration) == (230 * SECOND, 14 * SECOND)
    assert row.is_slower
    assert found.first_difference == 1
    assert not found.rows[0].is_slower
    assert found.rows[-1].duration is None


@given(logs, logs)
def test_lines_a_running_session_has_not_reached_are_not_missing(
    own_log: list[str], other_log: list[str]
) -> None:
    running, ended = (
        compare_logs(log_texts(*own_log), log_texts(*other_log), until=NOON),
        compare_logs(log_texts(*own_log), log_texts(*other_log)),
    )
    assert sorted(row.other_index for row in running.rows if row.other_index is not None) == list(
        range(len(other_log))
    )
    assert sorted(row.index for row in running.rows if row.index is not None) == list(range(len(own_log)))
    last = max((place for place, row in enumerate(running.rows) if row.index is not None), default=-1)
    assert all(row.kind is DiffKind.PENDING for row in running.rows[last + 1 :])
    assert all(row.kind is not DiffKind.PENDING for row in running.rows[: last + 1])
    gone = running.counts[DiffKind.PENDING] + running.counts[DiffKind.MISSING]
    assert gone == ended.counts[DiffKind.MISSING]
    assert ended.counts[DiffKind.PENDING] == 0


def test_a_running_session_is_compared_so_far_with_its_last_step_up_to_now() -> None:
    now = make_log((0, "Start"), (1, "Waiting for a lock"))
    then = make_log((0, "Start"), (2, "Waiting for a lock"), (34, "Updating"), (60, "End"))
    found = compare_logs(now, then, until=NOON + 7861 * SECOND)
    assert [row.kind for row in found.rows] == [
        DiffKind.SAME,
        DiffKind.SAME,
        DiffKind.PENDING,
        DiffKind.PENDING,
    ]
    assert (found.first_difference, found.timed_step_count, found.slower_step_count) == (1, 2, 1)
    assert found.rows[1].duration == 7860 * SECOND
    assert found.rows[1].other_duration == 32 * SECOND


def test_differences_of_a_running_session_come_before_pending_lines() -> None:
    now, then = log_texts("Start", "bs02 closed the connection"), log_texts("Start", "bs02 was read", "End")
    assert [row.kind for row in compare_logs(now, then, until=NOON).rows] == [
        DiffKind.SAME,
        DiffKind.NEW,
        DiffKind.PENDING,
        DiffKind.PENDING,
    ]


@given(logs, logs)
def test_the_counts_are_those_of_the_rows(own_log: list[str], other_log: list[str]) -> None:
    found = compare_logs(log_texts(*own_log), log_texts(*other_log))
    assert sum(found.counts.values()) == len(found.rows)
    assert found.slower_step_count == sum(row.is_slower for row in found.rows) <= found.timed_step_count


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
    found = compare_logs(log_texts(*swapped), log_texts(*lines)).counts
    assert found[DiffKind.NEW] == found[DiffKind.MISSING] == 0
    assert 1 <= found[DiffKind.MOVED] <= 2


@given(st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=40), st.integers(2, 4), st.data())
def test_a_repeated_line_is_new_as_often_as_it_occurs_more(
    numbers: list[int], times: int, data: st.DataObject
) -> None:
    lines = [f"host{number}" for number in numbers]
    place = data.draw(st.sampled_from(range(len(lines))))
    again = [*lines[:place], *[lines[place]] * times, *lines[place + 1 :]]
    found = compare_logs(log_texts(*again), log_texts(*lines)).counts
    assert (found[DiffKind.SAME], found[DiffKind.NEW], found[DiffKind.MISSING], found[DiffKind.MOVED]) == (
        len(lines),
        times - 1,
        0,
        0,
    )
    back = compare_logs(log_texts(*lines), log_texts(*again)).counts
    assert (back[DiffKind.SAME], back[DiffKind.MISSING], back[DiffKind.NEW]) == (len(lines), times - 1, 0)


@given(logs)
def test_against_an_empty_log_every_line_is_new_and_the_other_way_round_missing(lines: list[str]) -> None:
    assert kind_signs(compare_logs(log_texts(*lines), ())) == "+" * len(lines)
    assert kind_signs(compare_logs((), log_texts(*lines))) == "-" * len(lines)


@given(short_logs, short_logs)
def test_logs_without_a_line_in_common_have_nothing_paired(own_log: list[str], other_log: list[str]) -> None:
    counts = compare_logs(
        log_texts(*(f"x {line}" for line in own_log)), log_texts(*(f"y {line}" for line in other_log))
    ).counts
    assert (counts[DiffKind.NEW], counts[DiffKind.MISSING]) == (len(own_log), len(other_log))
    assert set(counts) <= {DiffKind.NEW, DiffKind.MISSING}


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

    found = compare_logs(log_texts(*lines), log_texts(*SHAPES[shape](lines)), go_on)
    assert sum(1 for row in found.rows if row.index is not None) == 10_000
    assert 30 <= len(asked) < 400


def test_a_comparison_that_is_no_longer_needed_stops() -> None:
    lines = log_texts(*lines_of(5_000))
    left = iter(range(7))
    with pytest.raises(ComparisonStoppedError):
        compare_logs(lines, lines, lambda: next(left, None) is not None)


async def test_a_comparison_in_a_thread_does_not_block_the_event_loop() -> None:
    lines = log_texts(*lines_of(3_000))
    turns = threading.Semaphore(0)

    def go_on() -> bool:
        return turns.acquire(timeout=30)  # nobody but the loop gives one

    task = asyncio.create_task(run_in_thread(lambda: compare_logs(lines, lines, go_on)))
    while not task.done():
        turns.release()
        await asyncio.sleep(0)
    assert task.result().counts == {DiffKind.SAME: 3_000}


def newest(world: SimulatedWorld, outcome: Outcome) -> Session:
    runs = [one for one in world.sessions(NOON) if one.type == "CollectJob" and one.outcome is outcome]
    return max(runs, key=lambda one: one.started or NOON)


def test_a_failed_collection_differs_from_a_successful_one_at_the_unreached_server() -> None:
    world = SimulatedWorld(1, NOON)
    bad, good = (world.log(newest(world, one).uid, NOON).events for one in (Outcome.FAILED, Outcome.SUCCESS))
    found = compare_logs(bad, good)
    assert found.first_difference is not None
    first = found.rows[found.first_difference]

    def message_at(events: tuple[Event, ...], place: int | None) -> str:
        return (events[place].message or "") if place is not None else ""

    assert "bs02.example.net" in message_at(bad, first.index) + message_at(good, first.other_index)
    news = [message_at(bad, row.index) for row in found.rows if row.kind is DiffKind.NEW]
    assert any("Cannot connect to backup server bs02.example.net" in line for line in news)
    gone = [message_at(good, row.other_index) for row in found.rows if row.kind is DiffKind.MISSING]
    assert any(line.startswith("Collected bs02.example.net") for line in gone)
    assert found.counts[DiffKind.SAME] >= 10
