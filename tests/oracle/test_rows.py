"""Every run of every list: what emtui makes of it, against what the documents say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from oracle.asked import EmtuiRunner
from oracle.least import assert_agreement
from oracle.made import SKEWS, GeneratedCase, irregular_case
from oracle.questions import CLOCK_TOLERANCE
from oracle.truth import ExpectedList, ExpectedRun

SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_run_is_parsed_as_documented(emtui: EmtuiRunner, seed: int) -> None:
    assert_agreement(irregular_case(seed), lambda made: _differences(emtui, made))


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_every_duration_is_measured_by_the_servers_clock(emtui: EmtuiRunner, skew: timedelta) -> None:
    for seed in (40, 41):
        assert_agreement(
            irregular_case(seed).as_of(datetime.now(UTC) + skew), lambda made: _differences(emtui, made)
        )


def _differences(emtui: EmtuiRunner, case: GeneratedCase) -> list[str]:
    emtui.serve(case)
    shown = emtui("sessions", "-o", "json", zone=str(case.zone)).json
    expected = _sort_newest_first(ExpectedList(case).rows)
    if [row["id"] for row in shown] != [row.run.id for row in expected]:
        return [f"order: {[row['id'][:8] for row in shown]}, not {[row.run.id[:8] for row in expected]}"]
    return [
        f"{key} is {actual[key]!r}, not {value!r}: {row}"
        for actual, row in zip(shown, expected, strict=True)
        for key, value in _expected_json(row).items()
        if actual[key] != value and not (key == "duration_s" and _is_still_growing(row, actual[key]))
    ]


def _sort_newest_first(rows: list[ExpectedRun]) -> list[ExpectedRun]:
    """query.md: the default is `-started`; equal values in the order of their UIDs, unknown ones last."""
    by_uid = sorted(rows, key=lambda row: row.run.id)
    known = sorted((row for row in by_uid if row.started), key=_start_timestamp, reverse=True)
    return [*known, *(row for row in by_uid if row.started is None)]


def _start_timestamp(row: ExpectedRun) -> float:
    return row.started.timestamp() if row.started else 0.0


def _expected_json(row: ExpectedRun) -> dict[str, Any]:
    """The keys of a session in JSON: absent and empty text is `null`, times are in UTC."""
    return {
        "uid": f"urn:veeam:SystemSession:{row.run.id}",
        "kind": "system",
        "name": row.run.name,
        "type": row.run.kind,
        "started": format_iso(row.started),
        "ended": format_iso(row.ended),
        "duration_s": None if row.duration is None else row.duration.total_seconds(),
        "state": row.run.state,
        "result": row.run.result,
        "outcome": row.outcome,
        "message": row.run.message or None,
        "canceled": row.run.canceled,
        "known": False,
    }


def format_iso(when: datetime | None) -> str | None:
    """configuration.md: in UTC, with six decimals and `Z`, so that they sort as text."""
    return f"{when:%Y-%m-%dT%H:%M:%S.%fZ}" if when else None


def _is_still_growing(row: ExpectedRun, shown: float | None) -> bool:
    """Whether a length is right that was still growing while it was asked for."""
    if row.outcome != "running" or row.duration is None or shown is None:
        return False
    return 0 <= shown - row.duration.total_seconds() <= CLOCK_TOLERANCE.total_seconds()
