"""`show`: what is said of one run beside its own fields: since when, after how much, what is usual."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

import pytest
from oracle.asked import Emtui
from oracle.least import agree
from oracle.made import Made, chance, irregular
from oracle.questions import CLOSE
from oracle.test_rows import iso
from oracle.truth import Row, Truth

NAMES = {"warning": "warning", "failed": "failure", "success": "success"}
SEEDS = range(400, 440)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_in_trouble_says_since_when_and_after_how_many_successes(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    bad = [row for row in Truth(made).rows if row.outcome in ("warning", "failed") and row.started]
    if bad:
        chosen = chance(seed).choice(bad).run.id
        agree(made, lambda made: _wrong_since(emtui, made, chosen))


def _wrong_since(emtui: Emtui, made: Made, guid: str) -> list[str]:
    emtui.holds(made)
    truth = Truth(made)
    row = next((row for row in truth.rows if row.run.id == guid and row.started), None)
    if row is None or row.outcome not in ("warning", "failed"):
        return []
    same, (after, before, count) = truth.row_of(row), truth.after(row)
    said = _findings(emtui, made, guid)["since"]
    values = {
        "outcome": row.outcome,
        "count": len(same),
        "first": iso(same[-1].started),
        "after_good": after if after or before else None,  # null where the list begins with the row
    }
    wrong = [
        f"{key} is {said[key]}, not {value}: {said}" for key, value in values.items() if said[key] != value
    ]
    if truth.first(row) not in said["text"]:
        wrong.append(f"not “{truth.first(row)}”: {said}")
    named = f"after {count} {NAMES[before]}" if before and not after else f"after {after} success"
    if (after or before) and named not in said["text"]:
        wrong.append(f"not “{named}”: {said}")
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_usual_for_a_run_are_the_successes_before_it(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    long = [row for row in Truth(made).rows if row.started and row.length]
    if long:
        chosen = chance(seed).choice(long).run.id
        agree(made, lambda made: _wrong_usual(emtui, made, chosen))


def _wrong_usual(emtui: Emtui, made: Made, guid: str) -> list[str]:
    emtui.holds(made)
    truth = Truth(made)
    row = next((row for row in truth.rows if row.run.id == guid and row.started), None)
    if row is None or row.length is None:
        return []
    said, past, usual = _findings(emtui, made, guid).get("usual"), truth.past(row), truth.usual(row)
    if usual is None or said is None:
        return [] if usual is said else [f"usual is {said}, not {usual}: {row}"]
    values = {
        "usual_s": usual.total_seconds(),
        "spread_s": median(abs(one - usual).total_seconds() for one in past),
        "longest_s": max(past).total_seconds(),
        "rests_on": len(past),
    }
    wrong = [
        f"{key}: {said[key]}, not {value}: {row}"
        for key, value in values.items()
        if abs(said[key] - value) > 1e-5
    ]
    ratio, slack = truth.ratio(row) or 0.0, 0.006 + (CLOSE / usual if row.outcome == "running" else 0.0)
    if said["ratio"] is None and truth.is_unusual(row):
        wrong.append(f"no ratio, not {ratio}: {row}")
    if said["ratio"] is not None and abs(said["ratio"] - ratio) > slack:
        wrong.append(f"ratio {said['ratio']}, not {ratio}: {row}")
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_good_run_is_the_newest_success_before(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    truth = Truth(made)
    chosen = chance(-seed).choice([row for row in truth.rows if row.started])
    emtui.holds(made)
    before = [
        row for row in truth.of(chosen.run.kind) if _start(row) < _start(chosen) and row.outcome == "success"
    ]
    said = _findings(emtui, made, chosen.run.id).get("last_good")
    starts = {row.run.id: row.started for row in before}
    assert (said is None) == (not before), (said, chosen)
    if said is not None:
        assert starts[said["id"]] == before[0].started, (said, chosen)


def _start(row: Row) -> datetime:
    assert row.started is not None
    return row.started


def _findings(emtui: Emtui, made: Made, guid: str) -> dict[str, Any]:
    """What `show` found, by its kind."""
    shown = emtui("show", guid, "-o", "json", zone=str(made.zone)).json
    return {finding["kind"]: finding for finding in shown["findings"]}
