"""The same asked in another way: order, time split in two, formats, zones, clocks, sorting, limits.

Nothing is worked out here: emtui is held against itself, so that this holds for what no document says, too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from oracle.asked import Done, Emtui
from oracle.made import DAY, MINUTE, ZONES, Made, Run, chance, irregular, steady
from oracle.questions import question
from oracle.truth import Truth

SEEDS = range(600, 608)
SORTED = (
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
def test_the_order_in_which_runs_are_sent_changes_nothing(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    guid = chance(seed).choice(made.runs).id
    commands = (("sessions", "-o", "json"), ("sessions",), ("check",), ("show", guid, "-o", "json"))
    emtui.holds(made)
    before = [_still(emtui(*command, zone=str(made.zone))) for command in commands]
    emtui.holds(made.shuffled(chance(seed)))
    assert [_still(emtui(*command, zone=str(made.zone))) for command in commands] == before


@pytest.mark.parametrize("seed", SEEDS)
def test_what_began_since_a_time_and_before_it_is_all_that_began(emtui: Emtui, seed: int) -> None:
    made, rng = irregular(seed), chance(seed)
    emtui.holds(made)
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
def test_every_format_has_the_same_rows(emtui: Emtui, seed: int) -> None:
    made = irregular(seed)
    emtui.holds(made)
    asked = question(chance(seed), made, Truth(made)).text
    as_json, as_lines, as_csv, as_table = (
        emtui("sessions", "-o", form, "--", asked, zone=str(made.zone))
        for form in ("json", "jsonl", "csv", "table")
    )
    rows = [_without_now(row) for row in as_json.json]
    assert [_without_now(json.loads(line)) for line in as_lines.out.splitlines()] == rows
    header, *cells = csv.reader(io.StringIO(as_csv.out))
    assert [_without_now(dict(zip(header, line, strict=True))) for line in cells] == [
        {key: _cell(value) for key, value in row.items()} for row in rows
    ]
    lines = as_table.out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [row["outcome"] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        assert row["id"][:8] in line
        assert row["type"] in line


def _cell(value: object) -> str:
    """How CSV has a value: null as empty, formulas defused."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_zone_of_who_reads_changes_only_how_times_are_written(emtui: Emtui, seed: int) -> None:
    made = steady(seed) if seed % 4 == 0 else irregular(seed)
    emtui.holds(made)
    guid = chance(seed).choice(made.runs).id
    at = made.now.strftime("%Y-%m-%dT%H:%MZ")
    for command in (
        ("sessions", "-o", "json", f"before:{at}"),
        ("sessions",),
        ("show", guid, "-o", "json"),
        ("check",),
    ):
        said = {_without_times(_still(emtui(*command, zone=zone))) for zone in (*ZONES[:2], "UTC")}
        assert len(said) == 1, (command, said)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("skew", [10 * MINUTE, -10 * MINUTE, -25 * MINUTE, 5 * DAY, -40 * DAY], ids=str)
def test_a_server_whose_clock_is_wrong_says_the_same(emtui: Emtui, seed: int, skew: timedelta) -> None:
    """The same list as of now and as of then: nothing but its times differs."""
    made = irregular(seed)
    guid = chance(seed).choice(made.runs).id
    commands: tuple[tuple[str, ...], ...] = (
        ("sessions", "-o", "json", "since:24h"),
        ("sessions", "-o", "json", "is:stuck,unusual"),
        ("check", "--stuck"),
        ("show", guid, "-o", "json"),
    )
    command = commands[seed % len(commands)]
    emtui.holds(made)
    said = _without_times(_still(emtui(*command)))
    there = (datetime.now(UTC) + skew).replace(microsecond=0)
    emtui.holds(_moved(made, there))
    assert _without_times(_still(emtui(*command))) == said


def _moved(made: Made, now: datetime) -> Made:
    """The same list when the server's clock shows another time."""

    def moved(when: datetime | None) -> datetime | None:
        return when + (now - made.now) if when and 2000 < when.year < 9000 else when

    def later(run: Run) -> Run:
        return replace(run, started=moved(run.started), ended=moved(run.ended))

    return replace(made, now=now, runs=tuple(later(run) for run in made.runs))


@pytest.mark.parametrize("key", SORTED)
def test_sorting_puts_small_first_large_last_and_unknown_after_both(emtui: Emtui, key: str) -> None:
    made = irregular(620 + SORTED.index(key))
    emtui.holds(made)
    up, down = (emtui("sessions", "-o", "json", "--sort", f"{sign}{key}").json for sign in ("", "-"))
    for rows, bigger in ((up, _after), (down, lambda one, other: _after(other, one))):
        known = [row[key] for row in rows if row[key] is not None]
        assert [row[key] for row in rows] == known + [None] * (len(rows) - len(known))
        assert not any(bigger(one, other) for one, other in pairwise(known)), known
        for one, other in pairwise(rows):
            assert one[key] != other[key] or one["uid"] < other["uid"] or key == "duration_s", (one, other)
    assert sorted(_ids_of(up)) == sorted(_ids_of(down))
    few = emtui("sessions", "-o", "json", "--sort", key, "--limit", "3").json
    assert _ids_of(few) == _ids_of(up)[:3]


def _after(one: Any, other: Any) -> bool:  # noqa: ANN401 - values of JSON
    """Whether one stands behind the other in this order, texts without case."""
    return bool(one.casefold() > other.casefold()) if isinstance(one, str) else bool(one > other)


def _ids(done: Done) -> list[str]:
    return _ids_of(done.json)


def _ids_of(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def _without_now(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the length of what still runs, which is another a moment later."""
    return {key: value for key, value in row.items() if key != "duration_s" or row["outcome"] != "running"}


def _still(done: Done) -> str:
    """What a command said, without what grows while it is asked: the seconds of what still runs."""
    return f"{done.code}\n{GROWING.sub('…', done.out)}"


GROWING = re.compile(r"\d+\.\d+s?\b|\b\d+s|\d+m\d\ds|\d+h\d\dm|\d+d\d+h")
"""Lengths: of what still runs they are others a second later."""
TIMES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\S+"
    r"|(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Mo|Tu|We|Th|Fr|Sa|Su) )?(?:\b\d{1,2} [A-Z][a-z]{2} )?"
    r"\b\d\d:\d\d(?::\d\d)?[AB]?|[+-]\d\d:\d\d"
)
"""Moments, however they are written."""


def _without_times(text: str) -> str:
    return re.sub(r" +", " ", TIMES.sub("@", text))
