"""Every run of every list: what emtui makes of it, against what the documents say of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from oracle.asked import Emtui
from oracle.least import agree
from oracle.made import SKEWS, Made, irregular
from oracle.questions import CLOSE
from oracle.truth import Row, Truth

SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_run_is_read_as_the_documents_say(emtui: Emtui, seed: int) -> None:
    agree(irregular(seed), lambda made: _wrong(emtui, made))


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_every_length_goes_by_the_servers_clock(emtui: Emtui, skew: timedelta) -> None:
    for seed in (40, 41):
        agree(irregular(seed).as_of(datetime.now(UTC) + skew), lambda made: _wrong(emtui, made))


def _wrong(emtui: Emtui, made: Made) -> list[str]:
    emtui.holds(made)
    shown = emtui("sessions", "-o", "json", zone=str(made.zone)).json
    expected = _newest_first(Truth(made).rows)
    if [row["id"] for row in shown] != [row.run.id for row in expected]:
        return [f"order: {[row['id'][:8] for row in shown]}, not {[row.run.id[:8] for row in expected]}"]
    return [
        f"{key} is {one[key]!r}, not {value!r}: {row}"
        for one, row in zip(shown, expected, strict=True)
        for key, value in _record(row).items()
        if one[key] != value and not (key == "duration_s" and _goes_on(row, one[key]))
    ]


def _newest_first(rows: list[Row]) -> list[Row]:
    """query.md: the default is `-started`; equal values in the order of their UIDs, unknown ones last."""
    by_uid = sorted(rows, key=lambda row: row.run.id)
    known = sorted((row for row in by_uid if row.started), key=_start, reverse=True)
    return [*known, *(row for row in by_uid if row.started is None)]


def _start(row: Row) -> float:
    return row.started.timestamp() if row.started else 0.0


def _record(row: Row) -> dict[str, Any]:
    """The keys of a session in JSON: absent and empty text is `null`, times are in UTC."""
    return {
        "uid": f"urn:veeam:SystemSession:{row.run.id}",
        "kind": "system",
        "name": row.run.name,
        "type": row.run.kind,
        "started": iso(row.started),
        "ended": iso(row.ended),
        "duration_s": None if row.length is None else row.length.total_seconds(),
        "state": row.run.state,
        "result": row.run.result,
        "outcome": row.outcome,
        "message": row.run.message or None,
        "canceled": row.run.canceled,
        "known": False,
    }


def iso(when: datetime | None) -> str | None:
    """configuration.md: in UTC, with six decimals and `Z`, so that they sort as text."""
    return f"{when:%Y-%m-%dT%H:%M:%S.%fZ}" if when else None


def _goes_on(row: Row, shown: float | None) -> bool:
    """Whether a length is right that was still growing while it was asked for."""
    if row.outcome != "running" or row.length is None or shown is None:
        return False
    return 0 <= shown - row.length.total_seconds() <= CLOSE.total_seconds()
