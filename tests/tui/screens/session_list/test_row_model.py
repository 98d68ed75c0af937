"""The rows of the list are computed in short steps, and what is shown stays until they are complete."""

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
    """Compute all rows, a step at a time; how many steps that took."""
    return next(number for number in count(1) if model.step(0) or not model.is_pending)


def computed_sessions(model: RowModel, inputs: RowInputs) -> list[Session]:
    model.update(inputs, is_user_requested=True)
    count_steps(model)
    return [newest_session(row) for row in model.current_rows.rows]


def test_what_is_shown_stays_until_the_next_rows_are_complete() -> None:
    model, basis = RowModel(), RowInputs(LONG)
    assert len(computed_sessions(model, basis)) == 1
    before = model.current_rows
    model.update(replace(basis, query=parse("collect", now=NOON, zone=UTC)), is_user_requested=False)
    assert not model.step(0)
    assert model.current_rows is before
    assert count_steps(model) > 5
    assert model.current_rows.matching == LONG


def test_rows_that_were_overtaken_are_never_shown() -> None:
    model, basis = RowModel(), RowInputs(LONG)
    model.update(basis, is_user_requested=True)
    model.step(0)
    model.update(replace(basis, query=parse("state:failed", now=NOON, zone=UTC)), is_user_requested=True)
    count_steps(model)
    assert model.current_rows.rows == ()


def test_a_sort_goes_on_where_a_query_overtook_it() -> None:
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


def test_a_key_waits_for_what_a_person_asked_for_and_not_for_a_later_list() -> None:
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
    """A clock of which every reading is a second later."""
    yield from map(float, count())


def test_a_computation_runs_for_a_span_of_time_and_keeps_its_result() -> None:
    clock, computation = ticks(), ChunkedComputation(numbers())
    assert computation.run_for(3, lambda: next(clock)) is None
    assert computation.run_for(60, lambda: next(clock)) == "done"
    assert computation.run_for(0) == run_to_end(computation.remaining_steps()) == "done"


def test_a_computation_that_is_given_up_as_a_part_is_taken_up_again() -> None:
    computation = ChunkedComputation(numbers())
    part = computation.remaining_steps()
    for _ in range(4):
        next(part)
    part.close()
    assert sum(1 for _ in computation.remaining_steps()) == 6
    assert computation.result == "done"
