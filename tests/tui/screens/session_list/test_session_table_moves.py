"""The selection stays stable under any changes of list, query and order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from snapshot_factory import NOON, numbered_run
from tui_driver import session_table

from emtui.em.model import Listing, Session, Uid
from emtui.monitor.snapshot import Snapshot
from emtui.query import Query, SortOrder, parse, parse_sort_order

STATES = ("Success", "Failed", "Warning", "InProgress")
numbers = st.sets(st.integers(0, 60), max_size=45)
QUERIES = ("", "state:failed", "type:LogExport", "state:success,warning", "nothing-like-it")
ORDERS = ("-started", "started", "type", "-duration_s", "outcome")
KINDS = ("CollectJob", "LogExport")


@st.composite
def snapshots(draw: st.DrawFn, at: int) -> Snapshot:
    """A subset of sixty runs in any states, newest first."""
    rows = [
        numbered_run(number, draw(st.sampled_from(STATES)), draw(st.sampled_from(KINDS)))
        for number in sorted(draw(numbers))
    ]
    return Snapshot.from_listing(Listing(tuple(rows)), NOON + timedelta(minutes=at))


@dataclass(frozen=True)
class QueryAndOrder:
    """A query and an order."""

    query: Query
    order: SortOrder

    def ordered(self, snapshot: Snapshot) -> list[Session]:
        return list(self.order.sort(snapshot.sessions, snapshot.server_time))

    def rows(self, snapshot: Snapshot) -> list[Session]:
        return [session for session in self.ordered(snapshot) if self.query.matches(session)]

    def nearest(self, selected: Session, before: Snapshot, after: Snapshot) -> Session | None:
        """Independently computed selection: the session, else the next one below, else above."""
        is_listed = any(session.uid == selected.uid for session in after.sessions)
        uids = [session.uid for session in self.ordered(after if is_listed else before)]
        position = uids.index(selected.uid)
        rows = {session.uid: session for session in self.rows(after)}
        candidates = [*uids[position:], *reversed(uids[:position])]
        return next((rows[uid] for uid in candidates if uid in rows), None)


queries_and_orders = st.builds(
    QueryAndOrder,
    st.sampled_from(QUERIES).map(lambda text: parse(text, now=NOON, zone=UTC)),
    st.sampled_from(ORDERS).map(parse_sort_order),
)


def uid_of(session: Session | None) -> Uid | None:
    return session.uid if session else None


async def check_selection(
    before: Snapshot, after: Snapshot, view: QueryAndOrder, hand: tuple[int, int], *, follows: bool
) -> None:
    async with session_table((100, 14), groups=False) as listed:  # a fold stands for its newest run
        listed.set_query(view.query)
        listed.set_order(view.order)
        listed.set_following(wanted=follows)
        listed.show(before)
        await listed.pause()
        assert list(listed.sessions()) == view.rows(before)
        listed.move_to(min(hand[0], max(listed.row_count() - 1, 0)), top=hand[1])
        selected, line = listed.selected(), listed.cursor_line()
        following = follows and listed.cursor() == listed.window_top() == 0
        listed.show(after)
        assert list(listed.sessions()) == view.rows(after)
        wanted = view.nearest(selected, before, after) if selected and not following else None
        if wanted:
            assert uid_of(listed.selected()) == wanted.uid
            last_top = max(listed.row_count() - listed.window_height(), 0)
            assert listed.window_top() == max(min(listed.cursor() - line, last_top), 0)
        else:
            assert listed.cursor() == listed.window_top() == 0


@settings(max_examples=60)
@given(
    before=snapshots(0), after=snapshots(1), view=queries_and_orders,
    hand=st.tuples(st.integers(0, 44), st.integers(0, 44)), follows=st.booleans(),
)  # fmt: skip
def test_the_selected_session_stays_selected_and_on_its_line(
    before: Snapshot, after: Snapshot, view: QueryAndOrder, hand: tuple[int, int], *, follows: bool
) -> None:
    asyncio.run(check_selection(before, after, view, hand, follows=follows))


async def test_the_first_match_of_a_query_does_not_count_as_the_top() -> None:
    """A poll while a query is typed: once the query is cleared, the chosen run is selected again."""
    failed = frozenset({5, 7})
    before, after = (
        Snapshot.from_listing(
            Listing(tuple(numbered_run(n, "Failed" if n in failed else "Success") for n in numbers)),
            NOON + timedelta(minutes=at),
        )
        for at, numbers in enumerate((range(2, 30), range(1, 30)))
    )
    query = parse("state:failed", now=NOON, zone=UTC)
    async with session_table((100, 14), groups=False) as listed:
        listed.show(before)
        await listed.pause()
        listed.move_to(1)
        chosen = listed.selected()
        assert chosen
        listed.set_query(query)
        assert (listed.cursor(), listed.window_top(), listed.row_count()) == (0, 0, 2)
        listed.show(after)
        listed.set_query(Query())
        assert uid_of(listed.selected()) == chosen.uid
        listed.move_to(0, top=0)
        listed.set_query(query)
        listed.show(before)
        listed.set_query(Query())
        assert listed.cursor() == listed.window_top() == 0
