"""`emtui types`: what the overview of types shows, as data and as a table."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from command_runner import CommandRunner
from conftest import DEMO_CLOCK
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series
from session_list_server import listing_shell, with_guids
from terminal_output import run_at_terminal

from emtui.em.model import SESSION_TYPES, Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.type_histories import type_histories

CLOCK, BERLIN = datetime.fromisoformat(DEMO_CLOCK), ZoneInfo("Europe/Berlin")


def test_status_and_usual_duration_are_those_of_the_screens(
    demo_shell: CommandRunner, demo_sessions: tuple[Session, ...]
) -> None:
    snapshot = Snapshot(demo_sessions, CLOCK)
    shown = type_histories(assess(snapshot, Knowledge(), BERLIN), BERLIN)
    printed = demo_shell.run_json("types", "-o", "json")
    assert [row["type"] for row in printed] == [row.name for row in shown]
    for row, history in zip(printed, shown, strict=True):
        assert (row["status"] in {"ok", "running", "never"}) is (history.finding is None)
        assert history.status
        baseline = history.status.baseline
        assert row["usual_s"] == (baseline.usual.total_seconds() if baseline else None)
        assert row["on_time"] is history.status.is_on_time
        assert len(row["days"]) == 30
        assert len(row["trend"]) == len(history.trend)
    by_type = {row["type"]: row["status"] for row in printed}
    assert by_type["DatabaseMaintenance"] == "stuck"
    assert by_type["CatalogReplicationJob"] == "overdue"
    assert by_type["CatalogCrawlJob"] == "running"
    assert by_type["HistoryCollectJob"] == "ok"


def test_the_days_count_the_runs_of_the_list_by_the_clock_of_the_zone(
    demo_shell: CommandRunner, demo_sessions: tuple[Session, ...]
) -> None:
    for row in demo_shell.run_json("types", "-o", "json"):
        runs = [run for run in demo_sessions if run.type == row["type"]]
        assert row["runs"] == len(runs)
        starts = [run.started for run in runs if run.started]
        assert row["last_started"] is not None
        assert datetime.fromisoformat(row["last_started"]) == max(starts)
        counted = Counter(start.astimezone(BERLIN).date().isoformat() for start in starts)
        for day in row["days"]:
            assert day["runs"] == counted[day["day"]]
            assert day["runs"] == sum(day[outcome] for outcome in Outcome)
        assert [day["day"] for day in row["days"]] == sorted(day["day"] for day in row["days"])
        assert row["days"][-1]["day"] == "2026-11-23"


def test_only_the_types_that_are_named_are_printed(demo_shell: CommandRunner) -> None:
    assert {row["type"] for row in demo_shell.run_json("types", "--type", "Cat*", "-o", "json")} == {
        "CatalogConsolidation",
        "CatalogCrawlJob",
        "CatalogReplicationJob",
    }
    done = demo_shell("types", "--type", "CollektJob")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean CollectJob?" in done.stderr


def test_csv_has_one_line_per_type_without_the_lists(demo_shell: CommandRunner) -> None:
    rows = list(csv.DictReader(io.StringIO(demo_shell("types", "-o", "csv").stdout)))
    assert len(rows) == len(demo_shell.run_json("types", "-o", "json"))
    assert "days" not in rows[0]
    assert rows[0]["known"] == "false"


def test_a_pipe_gets_every_type_in_full_with_its_status_as_a_word(demo_shell: CommandRunner) -> None:
    header, *lines = demo_shell("types").stdout.splitlines()
    assert header.split() == [
        "Status",
        "Type",
        "State",
        "Outcome",
        "Started",
        "Took",
        "Usual",
        "Every",
        "Next",
    ]
    assert {line.split()[1] for line in lines} == set(SESSION_TYPES)
    assert lines[0].startswith("stuck")
    assert not any("…" in line or "▄" in line for line in lines)


def test_a_terminal_gets_the_days_as_signs_and_only_columns_that_fit(demo_shell: CommandRunner) -> None:
    message, header, *lines = run_at_terminal(demo_shell, "types", columns=80)
    assert message == "emtui: 9 of 12 types on schedule, 1 without a schedule"
    assert header.split() == ["Type", "State", "30", "days", "today"]
    assert all(len(line) <= 80 for line in lines)
    assert lines[0] == f"■ DatabaseMaintenance    stuck, 43× usual      {'▄' * 29}►"
    wide = run_at_terminal(demo_shell, "types", columns=140)
    assert wide[1].split()[-4:] == ["Started", "Took", "Usual", "Every"]
    assert any("SyncCheckForProductUpdatesOption" in line for line in wide)


def test_a_terminal_without_utf_8_gets_ascii(demo_shell: CommandRunner) -> None:
    lines = run_at_terminal(demo_shell, "types", columns=80, LANG="C", LC_ALL="C")
    assert all(line.isascii() for line in lines)
    assert any(line.startswith("X DatabaseMaintenance ") and line.endswith("_*") for line in lines)


def test_an_empty_list_has_the_documented_types_without_runs(shell: CommandRunner, tmp_path: Path) -> None:
    with listing_shell(shell, [], tmp_path, NOON) as listing:
        rows = listing.run_json("types", "-o", "json")
        table = listing("types").stdout.splitlines()
    assert [row["type"] for row in rows] == sorted(SESSION_TYPES)
    assert {(row["status"], row["runs"], row["last_id"], len(row["days"])) for row in rows} == {
        ("never", 0, None, 0)
    }
    assert table[1].split() == ["never", "CatalogConsolidation", "never", "in", "30", "days"]


def test_runs_without_times_and_types_are_left_out(shell: CommandRunner, tmp_path: Path) -> None:
    undated = replace(make_run(NOON), started=None, ended=None)
    untyped = replace(make_run(NOON - HOUR), type=None)
    endless = replace(make_run(NOON - 2 * HOUR), ended=None)
    with listing_shell(shell, with_guids([undated, untyped, endless]), tmp_path, NOON) as listing:
        (row,) = listing.run_json("types", "--type", "CollectJob", "-o", "json")
    assert (row["runs"], row["last_ended"], row["last_duration_s"]) == (1, None, None)
    assert (row["usual_s"], row["usual_runs"], row["interval_s"], row["next_due"]) == (None, 0, None, None)
    assert (row["status"], row["on_time"], row["trend"]) == ("ok", None, [])


def test_a_list_of_names_is_completed_first(shell: CommandRunner, tmp_path: Path) -> None:
    failed = make_run(NOON - 5 * MINUTE, "LogExport", outcome=Outcome.FAILED, message="Disk full")
    runs = with_guids([failed, *make_series("CollectJob", DAY, NOON - HOUR, 8)])
    with listing_shell(shell, runs, tmp_path, NOON, as_references=True) as listing:
        done = listing("types", "-o", "json")
    by_type = {row["type"]: row for row in json.loads(done.stdout)}
    assert "The server sent only the names of 9 sessions: requesting each of them." in done.stderr
    assert (by_type["LogExport"]["status"], by_type["LogExport"]["last_message"]) == ("failing", "Disk full")
    assert (by_type["CollectJob"]["status"], by_type["CollectJob"]["runs"]) == ("ok", 8)
    assert by_type["CollectJob"]["interval_s"] == DAY.total_seconds()
