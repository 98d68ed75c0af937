"""Step through the rows of a list by the outcome of their runs, as `e` and `w` do for types and alerts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from emtui.tui.formatting.search_matches import next_row

if TYPE_CHECKING:
    from emtui.em.model import Session
    from emtui.tui.screens.base import BaseScreen
    from emtui.tui.widgets.virtual_list import VirtualList


def go_to_run(
    screen: BaseScreen, rows: VirtualList, runs: Iterable[Session | None], kind: str, step: int, noun: str
) -> None:
    """Go to the next (or previous) row whose run failed or, for the kind `warning`, has a warning.

    `runs` has the run of each row. `noun` is what such a row is called in the message of the screen.
    """
    targets = [
        index
        for index, run in enumerate(runs)
        if run and (run.has_failed if kind == "failed" else run.has_warning)
    ]
    row, message = next_row(targets, rows.cursor, step, noun)
    if row is not None:
        rows.move_to(row)
    screen.say(message)
