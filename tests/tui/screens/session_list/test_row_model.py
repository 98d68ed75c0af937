"""The rows of the list are computed in short steps, and what is shown stays until they are complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import count

from made_runs import HOUR, NOON, outcomes, series

from emtui.chunked_work import Computation, Steps, drain
from emtui.em.model import Outcome, Session
from emtui.query import Order, parse
from emtui.tui.screens.session_list.row_model import RowBasis, RowModel, newest

GOOD, BAD = Outcome.SUCCESS, Outcome.FAILED
NIGHT = tuple(outcomes(BAD, GOOD, GOOD, GOOD, BAD, GOOD, GOOD))
LONG = tuple(series("CollectJob", HOUR, count=6_000))


def steps_of(model: RowModel) -> int:
    """Compute all rows, a step at a time; how many steps that took."""
    return next(number for number in count(1) if model.step(0) or not model.is_pending)


def shown(model: RowModel, basis: RowBasis) -> list[Session]:
    model.update(basis, requested=True)
    steps_of(model)
    return [newest(row) for row in model.shown.rows]


def test_what_is_shown_stays_until_the_next_rows_are_complete() -> None:
    model, basis = RowModel(), RowBasis(LONG)
    assert len(shown(model, basis)) == 1
    before = model.shown
    model.update(replace(basis, query=parse("collect", now=NOON, zone=UTC)), requested=False)
    assert not model.step(0)
    assert model.shown is before
    assert steps_of(model) > 5
    assert model.shown.matching == LONG


def test_rows_that_were_overtaken_are_never_shown() -> None:
    model, basis = RowModel(), RowBasis(LONG)
    model.update(basis, requested=True)
    model.step(0)
    model.update(replace(basis, query=parse("state:failed", now=NOON, zone=UTC)), requested=True)
    steps_of(model)
    assert model.shown.rows == ()


def test_a_sort_goes_on_where_a_query_overtook_it() -> None:
    basis = RowBasis(LONG, NOON, Order("type"))
    whole = RowModel()
    whole.update(basis, requested=True)
    needed = steps_of(whole)
    model = RowModel()
    model.update(basis, requested=True)
    for _ in range(needed // 2):
        model.step(0)
    model.update(replace(basis, query=parse("type:x", now=NOON, zone=UTC)), requested=True)
    model.update(basis, requested=True)
    assert steps_of(model) <= needed - needed // 2 + 1
    assert model.shown.sessions == whole.shown.sessions


def test_an_open_group_is_known_by_its_newest_run() -> None:
    model, basis = RowModel(), RowBasis(NIGHT)
    assert shown(model, basis) == [NIGHT[0], NIGHT[1], NIGHT[4], NIGHT[5]]
    assert shown(model, replace(basis, opened=frozenset({NIGHT[3].uid}))) == [*NIGHT[:5], NIGHT[5]]
    assert model.basis.opened == {NIGHT[1].uid}
    assert model.shown.row_of(NIGHT[6].uid) == 5


def test_a_key_waits_for_what_a_person_asked_for_and_not_for_a_later_list() -> None:
    model, basis = RowModel(), RowBasis(LONG)
    asked_for = []
    for changed, requested in ((basis, False), (replace(basis, is_grouped=False), True), (basis, False)):
        model.update(changed, requested=requested)
        asked_for.append(model.is_requested)
    steps_of(model)
    assert [*asked_for, model.is_requested] == [False, True, True, False]


def numbers() -> Steps[str]:
    for _ in range(10):
        yield
    return "done"


def ticks() -> Iterator[float]:
    """A clock of which every reading is a second later."""
    yield from map(float, count())


def test_a_computation_runs_for_a_span_of_time_and_keeps_its_result() -> None:
    clock, computation = ticks(), Computation(numbers())
    assert computation.run_for(3, lambda: next(clock)) is None
    assert computation.run_for(60, lambda: next(clock)) == "done"
    assert computation.run_for(0) == drain(computation.run()) == "done"


def test_a_computation_that_is_given_up_as_a_part_is_taken_up_again() -> None:
    computation = Computation(numbers())
    part = computation.run()
    for _ in range(4):
        next(part)
    part.close()
    assert sum(1 for _ in computation.run()) == 6
    assert computation.result == "done"
