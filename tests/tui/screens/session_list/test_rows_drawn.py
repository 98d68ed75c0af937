"""Only changed rows are formatted and painted, however long the list is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui_driver import session_table

from emtui.em.model import Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot
from emtui.query import parse

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WINDOW = 20
LONG = tuple(
    Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        started=NOON - timedelta(minutes=number),
        type="A",
    )
    for number in range(5_000)
)


async def test_only_changed_rows_are_painted() -> None:
    async with session_table((80, WINDOW + 1)) as listed:
        listed.show(Snapshot(LONG, NOON))
        await listed.pause()
        drawn = listed.count_drawn_rows()
        listed.move("down")
        await listed.pause()
        assert drawn() == 2
        listed.move("page_down")
        await listed.pause()
        assert drawn() == WINDOW - 1, "the last row is the first now, and reads as before"
        listed.set_query(parse("type:A", now=NOON, zone=UTC))
        await listed.pause()
        assert drawn() == WINDOW
