"""`show`: what is said of one run beside its own fields: since when, after how much, what is usual."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

import pytest
from oracle.asked import EmtuiRunner
from oracle.least import assert_agreement
from oracle.made import GeneratedCase, irregular_case, long_history_case, seeded_random
from oracle.questions import CLOCK_TOLERANCE
from oracle.test_rows import format_iso
from oracle.truth import ExpectedList, ExpectedRun

NAMES = {"warning": "warning", "failed": "failure", "success": "success"}
SEEDS = range(400, 430)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_failed_run_has_the_start_of_its_streak_and_the_successes_before(
    emtui: EmtuiRunner, seed: int
) -> None:
    case = irregular_case(seed)
    bad = [row for row in ExpectedList(case).rows if row.outcome in ("warning", "failed") and row.started]
    if bad:
        chosen = seeded_random(seed).choice(bad).run.id
        assert_agreement(case, lambda case: _since_differences(emtui, case, chosen))


def _since_differences(emtui: EmtuiRunner, case: GeneratedCase, guid: str) -> list[str]:
    emtui.serve(case)
    truth = ExpectedList(case)
    row = next((row for row in truth.rows if row.run.id == guid and row.started), None)
    if row is None or row.outcome not in ("warning", "failed"):
        return []
    streak, (after, before, count) = truth.streak(row), truth.before_streak(row)
    finding = _findings(emtui, case, guid)["since"]
    values = {
        "outcome": row.outcome,
        "count": len(streak),
        "first": format_iso(streak[-1].started),
        "after_good": after if after or before else None,  # null where the list begins with the row
    }
    differences = [
        f"{key} is {finding[key]}, not {value}: {finding}"
        for key, value in values.items()
        if finding[key] != value
    ]
    if truth.novelty(row) not in finding["text"]:
        differences.append(f"not “{truth.novelty(row)}”: {finding}")
    named = f"after {count} {NAMES[before]}" if before and not after else f"after {after} success"
    if (after or before) and named not in finding["text"]:
        differences.append(f"not “{named}”: {finding}")
    return differences


@pytest.mark.parametrize("seed", SEEDS)
def test_the_usual_duration_comes_from_the_successes_before_a_run(emtui: EmtuiRunner, seed: int) -> None:
    case = irregular_case(seed)
    candidates = [row for row in ExpectedList(case).rows if row.started and row.duration]
    if candidates:
        chosen = seeded_random(seed).choice(candidates).run.id
        assert_agreement(case, lambda case: _baseline_differences(emtui, case, chosen))


@pytest.mark.parametrize("place", [0, 28, 29, 30, 424, 425])
def test_the_usual_duration_is_based_on_the_newest_400_successes(emtui: EmtuiRunner, place: int) -> None:
    case = long_history_case(place)
    assert _baseline_differences(emtui, case, ExpectedList(case).runs_of("SyncCheck")[place].run.id) == []


def _baseline_differences(emtui: EmtuiRunner, case: GeneratedCase, guid: str) -> list[str]:
    emtui.serve(case)
    truth = ExpectedList(case)
    row = next((row for row in truth.rows if row.run.id == guid and row.started), None)
    if row is None or row.duration is None:
        return []
    finding, past_durations, baseline = (
        _findings(emtui, case, guid).get("usual"),
        truth.past_durations(row),
        truth.baseline(row),
    )
    if baseline is None or finding is None:
        return [] if baseline is finding else [f"usual is {finding}, not {baseline}: {row}"]
    values = {
        "usual_s": baseline.total_seconds(),
        "spread_s": median(abs(one - baseline).total_seconds() for one in past_durations),
        "longest_s": max(past_durations).total_seconds(),
        "rests_on": len(past_durations),
    }
    differences = [
        f"{key}: {finding[key]}, not {value}: {row}"
        for key, value in values.items()
        if abs(finding[key] - value) > 1e-5
    ]
    ratio, slack = (
        truth.ratio(row) or 0.0,
        0.006 + (CLOCK_TOLERANCE / baseline if row.outcome == "running" else 0.0),
    )
    if finding["ratio"] is None and truth.is_unusual(row):
        differences.append(f"no ratio, not {ratio}: {row}")
    if finding["ratio"] is not None and abs(finding["ratio"] - ratio) > slack:
        differences.append(f"ratio {finding['ratio']}, not {ratio}: {row}")
    return differences


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_successful_run_is_the_newest_success_before(emtui: EmtuiRunner, seed: int) -> None:
    case = irregular_case(seed)
    truth = ExpectedList(case)
    chosen = seeded_random(-seed).choice([row for row in truth.rows if row.started])
    emtui.serve(case)
    before = [
        row
        for row in truth.runs_of(chosen.run.kind)
        if _start(row) < _start(chosen) and row.outcome == "success"
    ]
    finding = _findings(emtui, case, chosen.run.id).get("last_good")
    starts = {row.run.id: row.started for row in before}
    assert (finding is None) == (not before), (finding, chosen)
    if finding is not None:
        assert starts[finding["id"]] == before[0].started, (finding, chosen)


def _start(row: ExpectedRun) -> datetime:
    assert row.started is not None
    return row.started


def _findings(emtui: EmtuiRunner, case: GeneratedCase, guid: str) -> dict[str, Any]:
    """What `show` found, by its kind."""
    shown = emtui("show", guid, "-o", "json", zone=str(case.zone)).json
    return {finding["kind"]: finding for finding in shown["findings"]}
