"""`emtui timeline`: runs, missed starts and idle periods of a window, as data and drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_runner import CommandRunner
from conftest import DEMO_CLOCK
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series
from session_list_server import listing_shell, with_guids
from terminal_output import run_at_terminal

from emtui.cli.timeline_lanes import format_lanes
from emtui.em.model import SESSION_TYPES, Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.text_format import cell_width
from emtui.triage.type_lanes import type_timeline

CLOCK, BERLIN = datetime.fromisoformat(DEMO_CLOCK), ZoneInfo("Europe/Berlin")


def test_every_run_of_the_window_is_printed_oldest_first(
    demo_shell: CommandRunner, demo_sessions: tuple[Session, ...]
) -> None:
    entries = demo_shell.run_json("timeline", "--since", "3h", "-o", "json")
    since = CLOCK - timedelta(hours=3)
    expected = {
        run.id
        for run in demo_sessions
        if run.started and (run.is_running or (run.ended or run.started) > since)
    }
    assert {entry["id"] for entry in entries if entry["entry"] == "run"} == expected
    assert [entry["started"] for entry in entries] == sorted(entry["started"] for entry in entries)
    crawl = next(entry for entry in entries if entry["type"] == "CatalogCrawlJob")
    assert (crawl["outcome"], crawl["ended"]) == ("running", None)
    assert crawl["started"] < since.isoformat(), "it began before the window"


def test_missed_starts_are_those_that_make_a_type_overdue(demo_shell: CommandRunner) -> None:
    (row,) = demo_shell.run_json("types", "--type", "CatalogReplicationJob", "-o", "json")
    arguments = ("timeline", "--since", "7d", "--type", "CatalogReplicationJob", "-o", "json")
    missed = [entry for entry in demo_shell.run_json(*arguments) if entry["entry"] == "missed"]
    assert len(missed) == row["overdue_runs"] == 12
    assert missed[0]["started"] == row["overdue_since"]
    assert {(entry["id"], entry["duration_s"], entry["known"]) for entry in missed} == {(None, None, None)}


def test_an_idle_period_has_its_length_and_the_number_of_runs_that_were_due(
    shell: CommandRunner, tmp_path: Path
) -> None:
    gap = (NOON - 10 * HOUR, NOON - 6 * HOUR)
    runs = [
        run
        for kind in ("CollectJob", "SecurityScopesRebuild")
        for run in make_series(kind, 15 * MINUTE, NOON - MINUTE, 800)
        if run.started and not gap[0] < run.started < gap[1]
    ]
    with listing_shell(shell, with_guids(runs), tmp_path, NOON) as listing:
        entries = listing.run_json("timeline", "-o", "json")
        later = listing.run_json("timeline", "--since", "2h", "-o", "json")
    (idle,) = (entry for entry in entries if entry["entry"] == "idle")
    assert (idle["type"], idle["id"], idle["count"] >= 28) == (None, None, True)
    assert 3.5 * 3600 < idle["duration_s"] < 4.5 * 3600
    assert sum(entry["entry"] == "missed" for entry in entries) >= 28
    assert {entry["entry"] for entry in later} == {"run"}


def test_a_pipe_gets_one_line_per_run_and_missed_start_in_full(demo_shell: CommandRunner) -> None:
    header, *lines = demo_shell("timeline").stdout.splitlines()
    assert header.split() == ["Outcome", "Type", "Started", "Took", "Id", "Message"]
    assert len(lines) == len(demo_shell.run_json("timeline", "-o", "json"))
    assert sum(line.split()[:2] == ["missed", "CatalogReplicationJob"] for line in lines) == 6
    assert any(line.endswith("the remote host closed the connection") for line in lines)
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize("since", ["yesterday", "2099-01-01", "24"])
def test_a_wrong_start_is_wrong_usage(demo_shell: CommandRunner, since: str) -> None:
    done = demo_shell("timeline", "--since", since)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("emtui: --since")
    assert done.stderr.count("\n") == 1


def test_an_empty_list_is_no_entry(shell: CommandRunner, tmp_path: Path) -> None:
    with listing_shell(shell, [], tmp_path, NOON) as listing:
        assert listing.run_json("timeline", "-o", "json") == []
        assert listing("timeline").stdout == "Outcome  Type  Started  Took  Id  Message\n"


def test_runs_without_a_start_are_counted_and_names_are_completed(
    shell: CommandRunner, tmp_path: Path
) -> None:
    undated = replace(make_run(NOON - DAY), started=None, name="LogExport")
    endless = replace(make_run(NOON - 2 * HOUR), ended=None)
    untyped = replace(make_run(NOON - HOUR, outcome=Outcome.FAILED), type=None)
    runs = with_guids([undated, endless, untyped])
    with listing_shell(shell, runs, tmp_path, NOON, as_references=True) as listing:
        done = listing("timeline", "-o", "json")
    entries = json.loads(done.stdout)
    assert "1 run without a valid start not shown." in done.stderr
    assert [(entry["type"], entry["outcome"], entry["duration_s"]) for entry in entries] == [
        ("CollectJob", "success", None),
        (None, "failed", 90.0),
    ]


# --- drawn on a terminal ------------------------------------------------------------------------


def test_a_terminal_gets_a_lane_for_each_type(demo_shell: CommandRunner) -> None:
    axis, *lines = run_at_terminal(demo_shell, "timeline", columns=80)
    assert axis.rstrip().endswith("now")
    assert "04" in axis
    lanes = lines[: len(SESSION_TYPES)]
    assert all(len(line) <= 80 for line in (axis, *lines))
    assert {line.rindex("│") for line in lanes} == {len(lanes[0]) - 1}
    assert lanes[0].startswith("■ DatabaseMainten…")
    assert lanes[0].endswith("█►│")
    assert lanes[1].count("×") == 6
    assert lines[len(SESSION_TYPES) + 1].startswith("▐▄▄ run  ▄ shorter than a cell  █ failed")


def test_a_wide_terminal_has_the_states_beside_the_lanes(demo_shell: CommandRunner) -> None:
    lines = run_at_terminal(demo_shell, "timeline", "--since", "7d", "--type", "Cat*", columns=150)
    *states, running = (line.split("│")[1].strip() for line in lines if "│" in line)
    assert states == ["overdue 1d20h", "slower, 3.4× usual"]
    assert running.startswith("running, 33m")


def test_a_terminal_without_utf_8_gets_ascii(demo_shell: CommandRunner) -> None:
    arguments = ("timeline", "--since", "30d", "--type", "CollectJob")
    lines = run_at_terminal(demo_shell, *arguments, columns=40, LANG="C", LC_ALL="C")
    (lane,) = (line for line in lines if line.startswith("X CollectJob"))
    assert all(line.isascii() for line in lines)
    assert all(len(line) <= 40 for line in lines if not line.startswith("emtui: "))
    assert lane.endswith("*|"), "the newest run is running"


@pytest.fixture(scope="module")
def assessment(demo_sessions: tuple[Session, ...]) -> Assessment:
    return assess(Snapshot(demo_sessions, CLOCK), Knowledge(), BERLIN)


@pytest.mark.parametrize("period", [MINUTE, 3 * HOUR, 7 * DAY, 30 * DAY, 2500 * DAY])
@pytest.mark.parametrize("columns", [40, 80, 113])
def test_the_drawing_ends_now_and_fits_the_terminal(
    assessment: Assessment, period: timedelta, columns: int
) -> None:
    timeline = type_timeline(assessment.sessions, assessment.type_statuses, assessment.attention)
    drawing = format_lanes(
        timeline, assessment, CLOCK - period, lambda kind: kind == "CollectJob", BERLIN, columns
    )
    axis, lane, *legend = drawing.splitlines()
    assert all(cell_width(line) <= columns for line in (axis, lane, *legend))
    assert lane.startswith("■ CollectJob")
    assert "►│" in lane, "the newest run is running"
