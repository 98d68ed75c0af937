"""The rows are computed in short steps, and the displayed rows stay until the next ones are complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import count

from session_factory import HOUR, NOON, make_series, runs_with_outcomes

from emtui.chunked_work import ChunkedComputation, Steps, run_to_end
from emtui.em.model import Outcome, Session
from emtui.query import SortOrder, parse
from emtui.tui.screens.session_list.row_model import RowInputs, RowModel, newest_session

GOOD, BAD = Outcome.SUCCESS, Outcome.FAILED
NIGHT = tuple(runs_with_outcomes(BAD, GOOD, GOOD, GOOD, BAD, GOOD, GOOD))
LONG = tuple(make_series("CollectJob", HOUR, count=6_000))


def count_steps(model: RowModel) -> int:
    """Compute all rows step by step; return the number of steps."""
    return next(number for number in count(1) if model.step(0) or not model.is_pending)


def computed_sessions(model: RowModel, inputs: RowInputs) -> list[Session]:
    model.update(inputs, is_user_requested=True)
    count_steps(model)
    return [newest_session(row) for row in model.current_rows.rows]


def test_the_displayed_rows_stay_until_the_next_ones_are_complete() -> None:
    model, basis = RowModel(), RowInputs(LONG)
    assert len(computed_sessions(model, basis)) == 1
    before = model.current_rows
    model.update(replace(basis, query=parse("collect", now=NOON, zone=UTC)), is_user_requested=False)
    assert not model.step(0)
    assert model.current_rows is before
    assert count_steps(model) > 5
    assert model.current_rows.matching == LONG


def test_rows_for_outdated_inputs_are_never_shown() -> None:
    model, basis = RowModel(), RowInputs(LONG)
    model.update(basis, is_user_requested=True)
    model.step(0)
    model.update(replace(basis, query=parse("state:failed", now=NOON, zone=UTC)), is_user_requested=True)
    count_steps(model)
    assert model.current_rows.rows == ()


def test_an_interrupted_sort_continues_after_the_query_changed() -> None:
    basis = RowInputs(LONG, NOON, SortOrder("type"))
    reference_model = RowModel()
    reference_model.update(basis, is_user_requested=True)
    needed = count_steps(reference_model)
    model = RowModel()
    model.update(basis, is_user_requested=True)
    for _ in range(needed // 2):
        model.step(0)
    model.update(replace(basis, query=parse("type:x", now=NOON, zone=UTC)), is_user_requested=True)
    model.update(basis, is_user_requested=True)
    assert count_steps(model) <= needed - needed // 2 + 1
    assert model.current_rows.sessions == reference_model.current_rows.sessions


def test_an_open_group_is_identified_by_its_newest_run() -> None:
    model, basis = RowModel(), RowInputs(NIGHT)
    assert computed_sessions(model, basis) == [NIGHT[0], NIGHT[1], NIGHT[4], NIGHT[5]]
    assert computed_sessions(model, replace(basis, open_groups=frozenset({NIGHT[3].uid}))) == [
        *NIGHT[:5],
        NIGHT[5],
    ]
    assert model.inputs.open_groups == {NIGHT[1].uid}
    assert model.current_rows.row_of(NIGHT[6].uid) == 5


def test_a_key_waits_for_rows_of_a_user_action_but_not_for_a_new_list() -> None:
    model, basis = RowModel(), RowInputs(LONG)
    asked_for = []
    for changed, requested in ((basis, False), (replace(basis, is_grouped=False), True), (basis, False)):
        model.update(changed, is_user_requested=requested)
        asked_for.append(model.is_user_requested)
    count_steps(model)
    assert [*asked_for, model.is_user_requested] == [False, True, True, False]


def numbers() -> Steps[str]:
    for _ in range(10):
        yield
    return "done"


def ticks() -> Iterator[float]:
    """A clock that advances by a second with each reading."""
    yield from map(float, count())


def test_a_computation_runs_for_a_span_of_time_and_keeps_its_result() -> None:
    clock, computation = ticks(), ChunkedComputation(numbers())
    assert computation.run_for(3, lambda: next(clock)) is None
    assert computation.run_for(60, lambda: next(clock)) == "done"
    assert computation.run_for(0) == run_to_end(computation.remaining_steps()) == "done"


def test_an_abandoned_nested_computation_can_be_continued() -> None:
    computation = ChunkedComputation(numbers())
    part = computation.remaining_steps()
    for _ in range(4):
        next(part)
    part.close()
    assert sum(1 for _ in computation.remaining_steps()) == 6
    assert computation.result == "done"
