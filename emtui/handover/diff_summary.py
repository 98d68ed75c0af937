"""Short comparison with the last successful run; `triage.diff_text` has the full one."""

from __future__ import annotations

from emtui.handover.blocks import Block, Part, Rows, Said, Told
from emtui.handover.run_report import Case
from emtui.triage.diff_text import SIGNS, Difference, said, spans, tally, with_whom
from emtui.triage.log_diff import ALIKE, Row

SHOWN = 10
"""Maximum lines in a ticket."""
_MOST = 140
_SLOWER = "!"
_MEANING = "+ new, - missing, ~ moved, ! slower"


def against(case: Case) -> tuple[Block, ...]:
    """The compared run, the counts, and the first lines that differ."""
    found = case.difference
    if found is None:
        return ()
    whom = with_whom(found.here, found.there, case.origin.zones.at, last_good=found.last_good)
    differing = [row for row in found.comparison.rows if row.kind not in ALIKE or row.slower]
    part = f"{whom}: {tally(found.comparison)}"
    if not differing:
        return (Part("Comparison", (part,)),)
    more = f"; first {SHOWN} shown" if len(differing) > SHOWN else ""
    rows = tuple(_line(found, row) for row in differing[:SHOWN])
    return Part("Comparison", (f"{part}{more} ({_MEANING})",)), Rows(rows)


def _line(found: Difference, row: Row) -> Told:
    """Sign and text of a line, with both durations of its step where it was slower."""
    sign = _SLOWER if row.kind in ALIKE else SIGNS[row.kind]
    here, then, _ = spans(row)
    slower = f"  ({here}, then {then})" if row.slower else ""
    return (f"{sign} ", Said(said(found.event(row)), _MOST), slower)
