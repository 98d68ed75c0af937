"""Whatever moves in the list, nothing moves under the person's hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from looks import NOON, run
from tui_driver import session_table

from emtui.em.model import Listing, Session, Uid
from emtui.monitor.snapshot import Snapshot
from emtui.query import Order, Query, parse, parse_order

STATES = ("Success", "Failed", "Warning", "InProgress")
numbers = st.sets(st.integers(0, 60), max_size=45)
QUERIES = ("", "state:failed", "type:LogExport", "state:success,warning", "nothing-like-it")
ORDERS = ("-started", "started", "type", "-duration_s", "outcome")
KINDS = ("CollectJob", "LogExport")


@st.composite
def looks(draw: st.DrawFn, at: int) -> Snapshot:
    """Some of sixty runs in states of any kind, newest first."""
    rows = [
        run(number, draw(st.sampled_from(STATES)), draw(st.sampled_from(KINDS)))
        for number in sorted(draw(numbers))
    ]
    return Snapshot.of(Listing(tuple(rows)), NOON + timedelta(minutes=at))


@dataclass(frozen=True)
class View:
    """A query and an order."""

    query: Query
    order: Order

    def ordered(self, snapshot: Snapshot) -> list[Session]:
        return list(self.order.sort(snapshot.sessions, snapshot.server_time))

    def rows(self, snapshot: Snapshot) -> list[Session]:
        return [session for session in self.ordered(snapshot) if self.query.matches(session)]

    def nearest(self, selected: Session, before: Snapshot, after: Snapshot) -> Session | None:
        """The selected session, or the next below where it stood, or the next above; reckoned apart."""
        still = any(session.uid == selected.uid for session in after.sessions)
        stood = [session.uid for session in self.ordered(after if still else before)]
        here = stood.index(selected.uid)
        rows = {session.uid: session for session in self.rows(after)}
        near = [*stood[here:], *reversed(stood[:here])]
        return next((rows[uid] for uid in near if uid in rows), None)


views = st.builds(
    View,
    st.sampled_from(QUERIES).map(lambda text: parse(text, now=NOON, zone=UTC)),
    st.sampled_from(ORDERS).map(parse_order),
)


def uid_of(session: Session | None) -> Uid | None:
    return session.uid if session else None


async def moved(
    before: Snapshot, after: Snapshot, view: View, hand: tuple[int, int], *, follows: bool
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
    before=looks(0), after=looks(1), view=views,
    hand=st.tuples(st.integers(0, 44), st.integers(0, 44)), follows=st.booleans(),
)  # fmt: skip
def test_the_selected_session_stays_selected_and_on_its_line(
    before: Snapshot, after: Snapshot, view: View, hand: tuple[int, int], *, follows: bool
) -> None:
    asyncio.run(moved(before, after, view, hand, follows=follows))


async def test_what_a_query_leaves_in_the_first_row_is_not_taken_for_the_top() -> None:
    """A look that comes while a query is typed: with the query gone, the chosen run is selected again."""
    failed = frozenset({5, 7})
    before, after = (
        Snapshot.of(
            Listing(tuple(run(n, "Failed" if n in failed else "Success") for n in numbers)),
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
