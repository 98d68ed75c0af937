"""The same asked in another way: order, time split in two, formats, zones, clocks, sorting, limits.

Nothing is worked out here: emtui is held against itself, so that this holds for what no document says, too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from oracle.asked import CommandOutcome, EmtuiRunner
from oracle.made import HOUR, SKEWS, ZONES, irregular_case, scheduled_case, seeded_random
from oracle.questions import random_query
from oracle.truth import ExpectedList

SEEDS = range(600, 608)
SORT_KEYS = (
    "type",
    "started",
    "ended",
    "duration_s",
    "state",
    "result",
    "outcome",
    "message",
    "canceled",
    "name",
    "id",
)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_in_which_runs_are_sent_changes_nothing(emtui: EmtuiRunner, seed: int) -> None:
    case = irregular_case(seed)
    guid = seeded_random(seed).choice(case.runs).id
    commands = (("sessions", "-o", "json"), ("sessions",), ("check",), ("show", guid, "-o", "json"))
    command = commands[seed % 4]
    emtui.serve(case)
    before = _without_durations(emtui(*command, zone=str(case.zone)))
    emtui.serve(case.shuffled(seeded_random(seed)))
    assert _without_durations(emtui(*command, zone=str(case.zone))) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_since_and_before_a_time_split_the_list(emtui: EmtuiRunner, seed: int) -> None:
    case, rng = irregular_case(seed), seeded_random(seed)
    emtui.serve(case)
    rows = {row["id"]: row for row in emtui("sessions", "-o", "json").json}
    began = {guid for guid, row in rows.items() if row["started"]}
    running = {guid for guid, row in rows.items() if row["outcome"] == "running"}
    at = rows[rng.choice(sorted(began))]["started"]
    since, before, until = (
        set(_ids(emtui("sessions", "-o", "json", f"{key}:{at}"))) for key in ("since", "before", "until")
    )
    assert (since | before) - running == began - running, at
    assert since & before <= running, at
    assert running <= since, at
    assert {rows[guid]["started"] for guid in until - before} == {at}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_format_has_the_same_rows(emtui: EmtuiRunner, seed: int) -> None:
    case = irregular_case(seed)
    emtui.serve(case)
    query = random_query(seeded_random(seed), case, ExpectedList(case)).text
    as_json, as_lines, as_csv, as_table = (
        emtui("sessions", "-o", form, "--", query, zone=str(case.zone))
        for form in ("json", "jsonl", "csv", "table")
    )
    rows = [_without_running_duration(row) for row in as_json.json]
    assert [_without_running_duration(json.loads(line)) for line in as_lines.out.splitlines()] == rows
    header, *cells = csv.reader(io.StringIO(as_csv.out))
    assert [_without_running_duration(dict(zip(header, line, strict=True))) for line in cells] == [
        {key: _csv_cell(value) for key, value in row.items()} for row in rows
    ]
    lines = as_table.out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [row["outcome"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert row["id"][:8] in line
        assert row["type"] in line


def _csv_cell(value: object) -> str:
    """How CSV has a value: null as empty, formulas defused."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_users_time_zone_changes_only_the_format_of_times(emtui: EmtuiRunner, seed: int) -> None:
    case = scheduled_case(seed) if seed % 4 == 3 else irregular_case(seed)
    command = (
        ("sessions", "-o", "json", f"before:{case.now - 6 * HOUR:%Y-%m-%dT%H:%MZ}"),
        ("sessions",),
        ("show", seeded_random(seed).choice(case.runs).id, "-o", "json"),
        ("check",),
    )[seed % 4]
    emtui.serve(case)
    outputs = {_without_times(_without_durations(emtui(*command, zone=zone))) for zone in ZONES}
    assert len(outputs) == 1, (command, outputs)


@pytest.mark.parametrize("seed", SEEDS[:4])
@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_a_wrong_clock_of_the_server_changes_nothing(emtui: EmtuiRunner, seed: int, skew: timedelta) -> None:
    """The same list as of then and as of now: nothing but its times differs."""
    case = irregular_case(seed)
    command = (
        ("sessions", "-o", "json", "since:24h"),
        ("sessions", "-o", "json", "is:stuck,unusual"),
        ("check", "--stuck"),
        ("show", seeded_random(seed).choice(case.runs).id, "-o", "json"),
    )[seed % 4]
    emtui.serve(case)
    output = _without_times(_without_durations(emtui(*command)))
    emtui.serve(case.as_of(datetime.now(UTC) + skew))
    assert _without_times(_without_durations(emtui(*command))) == output


@pytest.mark.parametrize("key", SORT_KEYS)
def test_sorting_puts_unknown_values_last(emtui: EmtuiRunner, key: str) -> None:
    case = irregular_case(620 + SORT_KEYS.index(key))
    emtui.serve(case)
    up, down = (emtui("sessions", "-o", "json", "--sort", f"{sign}{key}").json for sign in ("", "-"))
    for rows, is_after in ((up, _sorts_after), (down, lambda one, other: _sorts_after(other, one))):
        known = [row[key] for row in rows if row[key] is not None]
        assert [row[key] for row in rows] == known + [None] * (len(rows) - len(known))
        assert not any(is_after(one, other) for one, other in pairwise(known)), known
        for one, other in pairwise(rows):
            assert one[key] != other[key] or one["uid"] < other["uid"] or key == "duration_s", (one, other)
    assert sorted(_ids_of(up)) == sorted(_ids_of(down))
    few = emtui("sessions", "-o", "json", "--sort", key, "--limit", "3").json
    assert _ids_of(few) == _ids_of(up)[:3]


def _sorts_after(value: Any, other: Any) -> bool:  # noqa: ANN401 - values of JSON
    """Whether one stands behind the other in this order, texts without case."""
    return bool(value.casefold() > other.casefold()) if isinstance(value, str) else bool(value > other)


def _ids(outcome: CommandOutcome) -> list[str]:
    return _ids_of(outcome.json)


def _ids_of(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def _without_running_duration(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the length of what still runs, which is another a moment later."""
    return {key: value for key, value in row.items() if key != "duration_s" or row["outcome"] != "running"}


def _without_durations(outcome: CommandOutcome) -> str:
    """What a command said, without what grows while it is asked: the seconds of what still runs."""
    return f"{outcome.code}\n{DURATIONS.sub('…', outcome.out)}"


DURATIONS = re.compile(r"\d+\.\d+s?\b|\b\d+s|\d+m\d\ds|\d+h\d\dm|\d+d\d+h")
"""Lengths: of what still runs they are others a second later."""
TIMES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\S+"
    r"|(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Tu|We|Th|Fr|Sa|Su) )?(?:\b\d{1,2} [A-Z][a-z]{2} )?"
    r"\b\d\d:\d\d(?::\d\d)?[AB]?|[+-]\d\d:\d\d"
)
"""Moments, however they are written."""


def _without_times(text: str) -> str:
    return re.sub(r" +", " ", TIMES.sub("@", text))
