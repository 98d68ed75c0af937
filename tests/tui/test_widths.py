"""Rows with emoji, ideographs and joiners keep their columns, however a terminal measures them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import joiner_texts
from rich.cells import cell_len
from tui_driver import session_table

from emtui.em.model import Result, Session, uid_from_guid
from emtui.monitor.snapshot import Snapshot
from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.terminal.frame_diff import cells_of_strip

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXTS = {"plain": "plain|", **joiner_texts.JOINER_TEXTS}


def width_by_character(text: str) -> int:
    """Measure as a terminal that counts single characters only."""
    return sum(map(cell_len, text))


WIDTH_FUNCTIONS: tuple[Callable[[str], int], ...] = (cell_len, width_by_character)


def run(number: int, kind: str, message: str) -> Session:
    return Session(
        uid_from_guid(f"{number:08x}-0000-4000-8000-000000000000"),
        type=kind,
        started=NOON - timedelta(minutes=number),
        ended=NOON,
        state="Failed",
        result=Result("Failed", message),
    )


async def test_the_columns_of_the_list_are_aligned() -> None:
    async with session_table((120, 12)) as listed:
        runs = tuple(run(number, *pair) for number, pair in enumerate(TEXTS.items(), 1))
        listed.show(Snapshot(runs, NOON))
        await listed.pause()
        rows = listed.strips()[1 : len(TEXTS) + 1]
        starts = set()
        for row, message in zip(rows, TEXTS.values(), strict=True):
            assert row.cell_length == 120
            sent = "".join(text for text, _ in cells_of_strip(row, Capabilities()))
            before = sent.partition(message.replace("\ufe0f", "").replace("\u200d", ""))[0]
            assert before != sent, sent
            starts |= {measure(before) for measure in WIDTH_FUNCTIONS}
        assert len(starts) == 1
