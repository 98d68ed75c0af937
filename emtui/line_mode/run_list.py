"""The list of runs as it is shown: those that match the query, in their order, successful ones grouped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from emtui.chunked_work import run_to_end
from emtui.em.model import Outcome, Session
from emtui.monitor.list_feed import ListState
from emtui.query import (
    BROWSER_SORT_FIELDS,
    DEFAULT_SORT_ORDER,
    Query,
    QueryContext,
    SortOrder,
    parse,
    parse_sort_order,
)
from emtui.triage.grouping import ListRow, build_rows, find_groups


class RunList:
    """Owns the query, the sort order and the run that was named last."""

    def __init__(self) -> None:
        self.query = Query()
        self.order: SortOrder = DEFAULT_SORT_ORDER
        self.selected: Session | None = None

    def set_query(self, text: str, state: ListState, now: datetime, zone: tzinfo) -> None:
        """Filter by this query. Raises `InvalidQueryError`."""
        self.query = parse(text, now=now, zone=zone, context=_query_context(state))

    def set_order(self, text: str) -> None:
        """Sort by this key. Raises `InvalidQueryError`."""
        self.order = parse_sort_order(text, BROWSER_SORT_FIELDS)

    def matching(self, state: ListState) -> tuple[Session, ...]:
        """The runs that match the query, in order."""
        if state.snapshot is None:
            return ()
        query = self.query.with_context(_query_context(state))
        runs = tuple(run for run in state.snapshot.sessions if query.matches(run))
        if self.order == DEFAULT_SORT_ORDER:
            return runs
        return tuple(self.order.sort(runs, state.snapshot.server_time))

    def rows(self, state: ListState) -> Sequence[ListRow]:
        """The runs, in the list of all runs with the successful ones grouped."""
        runs = self.matching(state)
        if not self.query.is_empty or self.order != DEFAULT_SORT_ORDER:
            return runs
        return run_to_end(build_rows(run_to_end(find_groups(runs)))).rows

    def step_to(self, outcome: Outcome, step: int, state: ListState) -> tuple[Session, int, int] | None:
        """Select the next run with this outcome, around the end; with its place and their number."""
        found = [run for run in self.matching(state) if run.is_complete and run.outcome is outcome]
        if not found:
            return None
        uids = [run.uid for run in self.matching(state)]
        at = uids.index(self.selected.uid) if self.selected and self.selected.uid in uids else None
        places = [uids.index(run.uid) for run in found]
        if at is None:
            index = 0 if step > 0 else len(found) - 1
        elif step > 0:
            index = next((number for number, place in enumerate(places) if place > at), 0)
        else:
            before = [number for number, place in enumerate(places) if place < at]
            index = before[-1] if before else len(found) - 1
        self.selected = found[index]
        return found[index], index + 1, len(found)


def _query_context(state: ListState) -> QueryContext:
    snapshot, assessment = state.snapshot, state.assessment
    return QueryContext(
        snapshot.server_time if snapshot else None,
        assessment.type_statuses.baselines if assessment else None,
        state.unseen,
        assessment.acknowledgements if assessment else None,
        snapshot.states if snapshot else None,
        snapshot.types if snapshot else None,
    )
